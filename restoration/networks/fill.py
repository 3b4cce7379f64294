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
    known = (~hole).to(image.dtype)
    image = image.masked_fill(hole, 0)  # not image * known: NaN in a hole must not spread
    return torch.where(hole, _push_pull(image, known), image)


def _push_pull(image: Tensor, weight: Tensor) -> Tensor:
    height, width = image.shape[-2:]
    if max(height, width) <= 1:
        return image
    padding = (0, width % 2, 0, height % 2)
    total = F.avg_pool2d(F.pad(image * weight, padding), 2)
    share = F.avg_pool2d(F.pad(weight, padding), 2)
    coarse = _push_pull(total / share.clamp(min=1e-6), (share * 2).clamp(max=1))
    # Enlarged around the padded size, so that an odd picture does not shift.
    enlarged = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)[..., :height, :width]
    return image * weight + enlarged * (1 - weight)
