"""The colour network: sizes, what hints change and what they leave, and colours copied to places that look alike."""

import numpy as np
import pytest
import torch

from restoration.networks.colour_bins import class_colours, soft_classes
from restoration.networks.compact_colour import ColourNetwork


@pytest.fixture(scope="module")
def network() -> ColourNetwork:
    torch.manual_seed(0)
    return ColourNetwork((8, 12, 16, 24)).eval()


def test_scores_come_at_a_quarter_of_the_size(network):
    with torch.inference_mode():
        scores = network(torch.zeros(2, 1, 64, 96), torch.zeros(2, 3, 16, 24))
    assert scores.shape == (2, len(class_colours()), 16, 24)


@pytest.mark.parametrize("shape", [(1, 1, 40, 64), (1, 3, 64, 64), (1, 64, 64)])
def test_other_shapes_are_refused(network, shape):
    with pytest.raises(ValueError, match="multiples of 16"):
        network.look(torch.zeros(shape))


def test_sizes_are_read_from_the_weights(network):
    again = ColourNetwork.from_state_dict(network.state_dict())
    light, hints = torch.rand(1, 1, 48, 48) * 2 - 1, torch.zeros(1, 3, 12, 12)
    hints[:, :, 3, 4] = 0.5
    with torch.inference_mode():
        torch.testing.assert_close(again(light, hints), network(light, hints))
        scores = network(light, hints)
        torch.testing.assert_close(again.chroma(scores, 0.4), network.chroma(scores, 0.4))


def test_what_is_seen_without_hints_serves_for_every_hint(network):
    light, hints = torch.rand(1, 1, 48, 64) * 2 - 1, torch.zeros(1, 3, 12, 16)
    hints[:, :, 5:7, 5:7] = torch.tensor([0.4, 0.3, 1.0]).view(1, 3, 1, 1)
    with torch.inference_mode():
        look = network.look(light)
        torch.testing.assert_close(network.answer(look, hints), network(light, hints))


def test_the_annealed_mean_goes_from_the_mean_to_the_likeliest(network):
    ab = np.array([[24, 12]], np.float32)
    number = int(soft_classes(ab)[0][0, 0])
    scores = torch.full((1, len(class_colours()), 1, 1), -20.0)
    grey = int(soft_classes(np.zeros((1, 2), np.float32))[0][0, 0])
    scores[0, number], scores[0, grey] = 1.0, 0.0
    share = 1 / (1 + np.exp(-1))
    colour = class_colours()[number]
    np.testing.assert_allclose(network.chroma(scores, 1.0)[0, :, 0, 0], colour * share, rtol=1e-4)
    np.testing.assert_allclose(network.chroma(scores, 0.05)[0, :, 0, 0], colour, rtol=1e-4)


def test_a_hint_is_copied_to_what_looks_alike_and_not_to_what_does_not(network):
    # Two kinds of places, left and right; the hint lies on the left.
    keys = torch.zeros(1, 32, 8, 8)
    keys[:, 0, :, :4], keys[:, 1, :, 4:] = 1, 1
    hints = torch.zeros(1, 3, 8, 8)
    hints[:, :, 2, 1] = torch.tensor([0.5, -0.25, 1.0])
    with torch.inference_mode():
        copied = network.copy(keys, hints)
    left, right = copied[0, :, 2, 2], copied[0, :, 2, 5]
    assert left[2] > 3 * right[2]  # counts for more where it looks alike
    torch.testing.assert_close(left[:2] / left[2], torch.tensor([0.5, -0.25]))
    assert copied[0, 2, 2, 2] > copied[0, 2, 7, 3]  # and near by
    assert not network.copy(keys, torch.zeros(1, 3, 8, 8)).any()
