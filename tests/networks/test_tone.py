"""The bilateral grid: the identity at first, the same for a part as for the whole. The levels: those of the picture."""

import numpy as np
import pytest
import torch

from restoration.networks.tone import CELLS, LEVELS, SHARES, THUMBNAIL, ToneNetwork, apply_tone, tone_levels

NO_LEVELS = torch.zeros(1, len(SHARES), 3)


def some_grid() -> torch.Tensor:
    torch.manual_seed(0)
    identity = torch.eye(3, 4).view(1, 12, 1, 1, 1)
    return identity + 0.2 * torch.randn(1, 12, LEVELS, CELLS, CELLS)


def test_an_untrained_network_changes_nothing():
    picture = torch.rand(1, 3, 50, 70) * 2 - 1
    grid = ToneNetwork()(torch.rand(1, 3, THUMBNAIL, THUMBNAIL), NO_LEVELS)
    torch.testing.assert_close(apply_tone(picture, grid), picture)


def test_a_part_is_corrected_as_within_the_whole():
    picture, grid = torch.rand(1, 3, 60, 80) * 2 - 1, some_grid()
    place = torch.tensor([[20 / 80, 15 / 60, 60 / 80, 45 / 60]])
    part = apply_tone(picture[:, :, 15:45, 20:60].contiguous(), grid, place)
    torch.testing.assert_close(part, apply_tone(picture, grid)[:, :, 15:45, 20:60], atol=1e-5, rtol=1e-5)


def test_a_mirrored_part_is_corrected_as_its_original():
    picture, grid = torch.rand(1, 3, 40, 40) * 2 - 1, some_grid()
    mirrored = apply_tone(picture.flip(3), grid, torch.tensor([[1.0, 0.0, 0.0, 1.0]]))
    torch.testing.assert_close(mirrored.flip(3), apply_tone(picture, grid), atol=1e-5, rtol=1e-5)


def test_a_grid_of_one_transform_is_that_transform():
    grid = torch.zeros(1, 12, LEVELS, CELLS, CELLS)
    grid[:, [0, 5, 10]] = 0.5
    grid[:, [3, 7, 11]] = 0.1  # half the contrast, a little lighter
    picture = torch.rand(1, 3, 9, 11) * 2 - 1
    torch.testing.assert_close(apply_tone(picture, grid), picture * 0.5 + 0.1)


def test_another_thumbnail_is_refused():
    with pytest.raises(ValueError, match="64×64"):
        ToneNetwork()(torch.zeros(1, 3, 32, 32), NO_LEVELS)


def test_the_width_is_read_from_the_weights():
    network = ToneNetwork.from_state_dict(ToneNetwork(width=40).state_dict())
    assert network.mix[0].weight.shape[0] == 40


def test_levels_are_the_quantiles_of_each_channel():
    rng = np.random.default_rng(0)
    image = rng.random((200, 300, 3), dtype=np.float32) * np.array([1.0, 0.5, 0.25], np.float32)
    expected = np.quantile(image.reshape(-1, 3), SHARES, axis=0)
    np.testing.assert_allclose(tone_levels(image), expected, atol=1.5 / 1024)


def test_levels_of_a_picture_too_large_to_count_are_nearly_its_own(monkeypatch):
    from restoration.networks import tone

    image = np.linspace(0, 1, 300, dtype=np.float32)[:, None, None] * np.ones((1, 40, 3), np.float32)
    whole = tone_levels(image)
    monkeypatch.setattr(tone, "MOST_COUNTED", 4000)
    np.testing.assert_allclose(tone_levels(image), whole, atol=0.02)
