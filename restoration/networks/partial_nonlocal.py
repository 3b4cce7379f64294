"""The mapping network that fills holes from the rest of the picture by attention.

Wan et al. (CVPR 2020), section 3.2, multiple degradation restoration: the partial non-local block. Every position
looks at every other position, but takes nothing from inside the holes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork
from restoration.networks.blocks import MAPPING_WIDTHS, mapping_widths, narrowing, residual_blocks, widening

#: A row of attention whose mass outside the holes is below this is not blown up to one.
LEAST_MASS = 1e-12

#: At most so many query-key pairs are handed to the attention at once. The fast kernels hold none of them in memory;
#: where torch has no such kernel and writes them all down, this keeps them at 1 GiB.
PAIRS_AT_ONCE = 2**28

#: The fast kernels want rows of a multiple of this length.
ROW_MULTIPLE = 16


def keep_map(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Which latent cells are whole: mask N×1×H×W (1 = hole) to N×1×h×w (1 = kept).

    The published rule: a cell is a hole if a bilinear resize without antialiasing leaves anything of the hole in it, or
    if the pixel that a nearest resize picks is in the hole. At the usual four pixels to a cell these are the four
    centre pixels and the top left one; the other eleven are never read.
    """
    touched = F.interpolate(mask, size=size, mode="bilinear", align_corners=False) > 0
    return F.interpolate(1 - mask, size=size, mode="nearest") * ~touched


def attend_to_kept(
    query: Tensor, key: Tensor, value: Tensor, keep: Tensor, pairs_at_once: int = PAIRS_AT_ONCE
) -> Tensor:
    """Attention of queries to the kept positions: N×C×q×r queries, keys and values N×C×h×w, keep N×1×h×w, to N×C×q×r.

    Over all positions: softmax of the unscaled products, times ``keep``, divided by what is left of the row's sum
    but at least ``LEAST_MASS``. Leaving the holes out before the softmax would differ where nearly all of a row's mass
    lies in a hole. So the softmax runs over all keys, ``keep`` is folded into the values, and one more value channel,
    ``keep`` itself, brings the mass along. No matrix of positions by positions is ever held.
    """
    if query.dtype == torch.float16:  # unscaled products overflow half precision, and small masses vanish
        answer = attend_to_kept(query.float(), key.float(), value.float(), keep.float(), pairs_at_once)
        return answer.to(query.dtype)
    channels = value.shape[1]
    positions, (height, width) = value.shape[2] * value.shape[3], query.shape[2:]
    row = -(-(max(channels, query.shape[1]) + 1) // ROW_MULTIPLE) * ROW_MULTIPLE
    queries, keys, values = _rows(query, row), _rows(key, row), _rows(value * keep, row)
    values[:, 0, :, channels] = keep.flatten(1)
    filled = value.new_empty(value.shape[0], channels, height * width)
    step = max(1, pairs_at_once // positions)
    for start in range(0, height * width, step):
        found = F.scaled_dot_product_attention(queries[:, :, start : start + step], keys, values, scale=1.0)[:, 0]
        mass = found[..., channels : channels + 1].float().clamp(min=LEAST_MASS)
        filled[:, :, start : start + step] = (found[..., :channels].float() / mass).mT
    return filled.unflatten(2, (height, width))


def _rows(x: Tensor, length: int) -> Tensor:
    """N×C×h×w to contiguous N×1×hw×length, zeros behind the C channels; another layout loses the fast kernels."""
    rows = x.new_zeros(x.shape[0], 1, x.shape[2] * x.shape[3], length)
    rows[:, 0, :, : x.shape[1]] = x.flatten(2).mT
    return rows


class PartialNonLocal(nn.Module):
    """Features N×C×h×w and keep map N×1×h×w to features of the same shape, new ones only inside the holes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.g = nn.Conv2d(channels, channels, 1)
        self.W = nn.Conv2d(channels, channels, 1)
        self.theta = nn.Conv2d(channels, channels, 1)
        self.phi = nn.Conv2d(channels, channels, 1)
        self.res_block = nn.Sequential(*residual_blocks(channels, 3))

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        filled = self.W(attend_to_kept(self.theta(x), self.phi(x), self.g(x), keep))
        return torch.lerp(self.res_block(filled), x, keep)


class ScratchMapping(StoredNetwork):
    """Latent N×64×h×w and mask N×1×H×W (1 = hole; the picture's size) to latent of the same shape; h, w at least 2.

    Args:
        widths: channels of the latent and of the three levels above it.
    """

    def __init__(self, widths: Sequence[int] = MAPPING_WIDTHS) -> None:
        super().__init__()
        self.before_NL = nn.Sequential(*widening(widths))
        self.NL = PartialNonLocal(widths[-1])
        self.after_NL = nn.Sequential(*residual_blocks(widths[-1], 6), *narrowing(widths))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return mapping_widths(state_dict, "before_NL")

    def forward(self, z: Tensor, mask: Tensor) -> Tensor:
        keep = keep_map(mask.float(), (z.shape[-2], z.shape[-1])).to(z.dtype)
        return self.after_NL(self.NL(self.before_NL(z), keep))
