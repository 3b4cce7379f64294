"""Partial convolution against hand-computed numbers, a naive loop, and a plain convolution."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from restoration.networks.partial_conv import PartialConv2d


def ones_layer(channels, bias, **sizes) -> PartialConv2d:
    layer = PartialConv2d(channels, 1, **sizes)
    torch.nn.init.ones_(layer.weight)
    torch.nn.init.constant_(layer.bias, bias)
    return layer.requires_grad_(False)


def test_a_window_is_weighed_up_for_what_it_misses():
    # All pixels are 2, the right column is hole. In the middle 6 of 9 are known: 6 · 2 · 9/6 = 18, as if all were; at
    # the corner, where the padding is hole, too, 4 of 9: 4 · 2 · 9/4 = 18.
    mask = torch.ones(1, 1, 3, 3)
    mask[..., 2] = 0
    out, updated = ones_layer(1, bias=0.5)(torch.full((1, 1, 3, 3), 2.0), mask)
    torch.testing.assert_close(out, torch.full((1, 1, 3, 3), 18.5))
    assert updated.min() == 1


def test_where_nothing_is_known_the_output_is_0_without_bias_and_stays_a_hole():
    mask = torch.zeros(1, 1, 5, 5)
    mask[..., 0, 0] = 1
    out, updated = ones_layer(1, bias=0.5)(torch.full((1, 1, 5, 5), 2.0), mask)
    # The one known pixel is seen from the 2×2 corner: 2 · 9/1 + 0.5.
    expected = torch.zeros(1, 1, 5, 5)
    expected[..., :2, :2] = 18.5
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(updated, (expected > 0).float())


def test_the_mask_shrinks_by_the_stride_and_grows_by_the_window():
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 0] = 1
    _, updated = ones_layer(1, bias=0, stride=2)(torch.zeros(1, 1, 8, 8), mask)
    # Windows begin at columns -1, 1, 3, 5: only the first sees column 0.
    np.testing.assert_array_equal(updated[0, 0].numpy(), np.repeat([[1.0, 0, 0, 0]], 4, axis=0))


def test_groups_count_by_their_channels():
    # Three channels of 1 that are known, one of 5 that is not: 3 · 9 · 1 in the middle, weighed by 36/27.
    x = torch.cat([torch.ones(1, 3, 3, 3), torch.full((1, 1, 3, 3), 5.0)], dim=1)
    mask = torch.cat([torch.ones(1, 1, 3, 3), torch.zeros(1, 1, 3, 3)], dim=1)
    out, _ = ones_layer((3, 1), bias=0)(x, mask)
    torch.testing.assert_close(out, torch.full((1, 1, 3, 3), 36.0))


def naive(layer, x, mask):
    """Equations 1 and 2 of the paper, window by window, with a mask of every channel of its own."""
    side, stride, border = layer.kernel_size[0], layer.stride[0], layer.padding[0]
    x, mask = (F.pad(each, [border] * 4).double().numpy() for each in (x, mask))
    weight, bias = layer.weight.double().numpy(), layer.bias.double().numpy()
    rows, columns = ((length - side) // stride + 1 for length in x.shape[-2:])
    out, updated = np.zeros((len(x), len(weight), rows, columns)), np.zeros((len(x), 1, rows, columns))
    for n in range(len(x)):
        for i in range(rows):
            for j in range(columns):
                window = np.s_[n, :, i * stride : i * stride + side, j * stride : j * stride + side]
                known = mask[window].sum()
                if known > 0:
                    out[n, :, i, j] = (weight * x[window] * mask[window]).sum((1, 2, 3)) * mask[
                        window
                    ].size / known + bias
                    updated[n, 0, i, j] = 1
    return out, updated


@pytest.mark.parametrize(("groups", "side", "stride"), [((3,), 5, 2), ((4, 2), 3, 1), ((2, 3, 1), 3, 2)])
def test_it_is_the_paper_s_formula_window_by_window(groups, side, stride):
    torch.manual_seed(1)
    layer = PartialConv2d(groups, 4, side, stride).requires_grad_(False)
    x = torch.randn(2, sum(groups), 9, 12)
    mask = (torch.rand(2, len(groups), 9, 12) < 0.3).float()
    whole = torch.cat([mask[:, [g]].expand(-1, size, -1, -1) for g, size in enumerate(groups)], dim=1)
    for got, wanted in zip(layer(x, mask), naive(layer, x, whole), strict=True):
        np.testing.assert_allclose(got.numpy(), wanted, atol=1e-4)


def test_without_holes_it_is_a_convolution_away_from_the_border():
    layer = PartialConv2d(3, 4).requires_grad_(False)
    x = torch.randn(1, 3, 8, 8)
    out, _ = layer(x, torch.ones(1, 1, 8, 8))
    plain = F.conv2d(x, layer.weight, layer.bias, padding=1)
    torch.testing.assert_close(out[..., 1:-1, 1:-1], plain[..., 1:-1, 1:-1])


def test_a_mask_of_another_number_of_planes_is_refused():
    with pytest.raises(ValueError, match="1 planes of mask for 2 groups"):
        PartialConv2d((2, 1), 1)(torch.zeros(1, 3, 4, 4), torch.ones(1, 1, 4, 4))
