"""Pictures of any size for networks that halve them: mirrored up to a multiple, and cut back. All sizes are dynamic."""

from __future__ import annotations

import torch
from torch import Tensor


def mirrored_up(x: Tensor, multiple: int) -> Tensor:
    """N×C×H×W with its right and lower edges mirrored outwards, as ``tiling.pad_to_multiple`` does.

    Each side must be at least what is added to it.
    """
    for axis in (2, 3):
        side = x.shape[axis]
        padded = (side + multiple - 1) // multiple * multiple
        index = torch.arange(padded, device=x.device)
        x = x.index_select(axis, torch.minimum(index, 2 * side - 1 - index))
    return x


def area_weights(side: int, cells: int, like: Tensor) -> Tensor:
    """How much each of ``side`` pixels counts in the mean of each of ``cells`` equal parts: cells×side."""
    step = torch.arange(cells, device=like.device, dtype=like.dtype)[:, None] * side / cells
    pixel = torch.arange(side, device=like.device, dtype=like.dtype)[None]
    width = torch.ones_like(pixel).sum() / cells
    overlap = torch.minimum(step + width, pixel + 1) - torch.maximum(step, pixel)
    return overlap.clamp(min=0) / width
