"""The inpainting network: what it may look at, what noise changes, and that it loads from its state dict."""

import pytest
import torch

from restoration.networks.compact_inpainting import CompactInpainting
from restoration.networks.fill import fill_holes


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = CompactInpainting((8, 12, 16, 16))
    # As after some training: an untrained one adds nothing to the smooth filling.
    torch.nn.init.normal_(network.up[-1].weight, std=0.1)
    for layer in network.noise:
        torch.nn.init.normal_(layer.weight, std=0.5)
    return network.eval().requires_grad_(False)


def hurt(height=48, width=64):
    generator = torch.Generator().manual_seed(3)
    picture = torch.rand(1, 3, height, width, generator=generator) * 2 - 1
    known = torch.ones(1, 1, height, width)
    known[..., 8:40, 12:50] = 0
    return picture, known


def noise_for(network, picture, seed):
    return network.draw_noise(len(picture), *picture.shape[-2:], torch.Generator().manual_seed(seed))


def test_what_lies_in_the_hole_has_no_effect_whatever(network):
    picture, known = hurt()
    noise = noise_for(network, picture, 0)
    expected = network(picture, known, noise)
    for garbage in (torch.full_like(picture, 1e6), torch.full_like(picture, torch.nan), torch.randn_like(picture)):
        assert torch.equal(network(torch.where(known > 0, picture, garbage), known, noise), expected)


def test_known_pixels_keep_their_bits_and_the_hole_stays_in_range(network):
    picture, known = hurt()
    filled = network(picture, known, noise_for(network, picture, 0))
    assert torch.equal(filled[(known > 0).expand_as(filled)], picture[(known > 0).expand_as(filled)])
    assert filled.min() >= -1
    assert filled.max() <= 1


def test_the_same_noise_gives_the_same_bits_and_another_another_filling(network):
    picture, known = hurt()
    first, again, other = (network(picture, known, noise_for(network, picture, seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert (first - other).abs()[(known == 0).expand_as(first)].mean() > 1e-3


def test_without_a_hole_noise_changes_nothing(network):
    picture, _ = hurt()
    known = torch.ones(1, 1, *picture.shape[-2:])
    assert torch.equal(network(picture, known, noise_for(network, picture, 1)), picture)


def test_a_picture_does_not_depend_on_the_others_of_its_batch(network):
    picture, known = hurt()
    both = torch.cat([picture, torch.rand_like(picture)]), torch.cat([known, torch.ones_like(known)])
    torch.testing.assert_close(network(*both)[:1], network(picture, known), atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 37), (37, 101), (64, 64)])
def test_any_size_goes(network, size):
    picture, known = torch.rand(1, 3, *size), torch.ones(1, 1, *size)
    known[..., : size[0] // 2 + 1, : size[1] // 2] = 0
    filled = network(picture, known, noise_for(network, picture, 0))
    assert filled.shape == picture.shape
    assert filled.isfinite().all()


def test_untrained_it_fills_smoothly():
    picture, known = hurt()
    torch.testing.assert_close(CompactInpainting()(picture, known), fill_holes(picture, 1 - known).clamp(-1, 1))


def test_it_loads_from_its_state_dict_with_the_widths_found_there(network):
    narrow = CompactInpainting((8, 12, 16, 16, 16, 16))
    loaded = CompactInpainting.from_state_dict(narrow.state_dict())
    picture, known = hurt()
    assert loaded.widths == narrow.widths
    assert torch.equal(loaded(picture, known), narrow(picture, known))


def test_it_has_at_most_1_5_million_parameters():
    assert sum(weight.numel() for weight in CompactInpainting().parameters()) <= 1_500_000
