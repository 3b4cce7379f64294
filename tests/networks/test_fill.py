"""Push-pull filling: smooth, exact outside, blind to what lies in the hole."""

import pytest
import torch

from restoration.networks.fill import fill_holes


def ramp(height: int, width: int) -> torch.Tensor:
    return torch.linspace(-1, 1, width).expand(1, 3, height, width).contiguous()


def test_pixels_outside_stay_bit_for_bit():
    image, mask = torch.randn(1, 3, 33, 47), (torch.rand(1, 1, 33, 47) > 0.7).float()
    filled = fill_holes(image, mask)
    known = mask.expand_as(image) == 0
    assert torch.equal(filled[known], image[known])


@pytest.mark.parametrize("junk", [float("nan"), float("inf"), 1e30])
def test_the_result_does_not_depend_on_what_lies_in_the_hole(junk):
    image, mask = ramp(32, 40), torch.zeros(1, 1, 32, 40)
    mask[..., 10:14, 5:30] = 1
    spoilt = torch.where(mask.expand_as(image) > 0, torch.tensor(junk), image)
    assert torch.equal(fill_holes(spoilt, mask), fill_holes(image, mask))


def test_a_scratch_over_a_ramp_is_filled_with_the_ramp():
    image, mask = ramp(64, 64), torch.zeros(1, 1, 64, 64)
    mask[..., 30:33] = 1
    error = (fill_holes(image * (1 - mask) + mask, mask) - image).abs().max()
    assert error < 0.06  # the ramp runs over 2; white paint would err by up to 2


def test_a_constant_picture_stays_constant_up_to_the_edge():
    image = torch.full((1, 1, 21, 35), 0.25)
    mask = torch.zeros(1, 1, 21, 35)
    mask[..., :9, :] = 1
    torch.testing.assert_close(fill_holes(image, mask), image)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (16, 16)])
def test_a_picture_that_is_all_hole_becomes_zero(size):
    filled = fill_holes(torch.ones(1, 3, *size), torch.ones(1, 1, *size))
    assert torch.equal(filled, torch.zeros(1, 3, *size))
