"""Holes filled smoothly from their surroundings, before a network refines them.

The published pipeline paints damage white and lets the mapping replace it. A smooth guess is nearer to the truth from
the start, and it depends on nothing that lies in the hole. Push-pull interpolation (Gortler et al. 1996, "The
Lumigraph", section 3.4): average what is known into coarser and coarser pictures, then fill each level's gaps from
the level below.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def fill_holes(image: Tensor, mask: Tensor) -> Tensor:
    """Replaces the pixels under the mask; all others stay as they are, bit for bit.

    Args:
        image: N×C×H×W.
        mask: N×1×H×W, 1 = hole, 0 = known.

    Returns:
        N×C×H×W. A picture that is all hole becomes 0 everywhere.
    """
    hole = mask > 0
    if not bool(hole.any()):
        return image
    # masked_fill, not image * known: NaN in a hole must not spread.
    filled = _enlarged(_coarser(image.masked_fill(hole, 0), (~hole).to(image.dtype)), image)
    return torch.where(hole, filled, image)


def _push_pull(image: Tensor, weight: Tensor) -> Tensor:
    if max(image.shape[-2:]) <= 1:
        return image
    weighted = image * weight
    return weighted + _enlarged(_coarser(weighted, weight), image) * (1 - weight)


def _coarser(weighted: Tensor, weight: Tensor) -> Tensor:
    """The picture at half its size, its gaps filled; from the picture times its weight, and the weight."""
    padding = (0, weight.shape[-1] % 2, 0, weight.shape[-2] % 2)
    if any(padding):  # else it would copy the whole picture
        weighted, weight = F.pad(weighted, padding), F.pad(weight, padding)
    total, share = F.avg_pool2d(weighted, 2), F.avg_pool2d(weight, 2)
    return _push_pull(total / share.clamp(min=1e-6), (share * 2).clamp(max=1))


def _enlarged(coarse: Tensor, like: Tensor) -> Tensor:
    # Around the padded size, so that an odd picture does not shift.
    height, width = like.shape[-2:]
    return F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)[..., :height, :width]
