"""``networks.fill.fill_holes`` without a decision that depends on a size: the same numbers, for a graph."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

#: Pictures of sides up to two to this power are halved down to one pixel; those levels cost next to nothing.
LEVELS = 13


def fill_smoothly(image: Tensor, mask: Tensor) -> Tensor:
    """See ``fill_holes``; both N×C×H×W and N×1×H×W, 1 = hole. Finite numbers are asked for in holes, too."""
    known = (mask <= 0).to(image.dtype)
    weighted = image * known
    filled = _enlarged(_coarser(weighted, known, LEVELS), image)
    return torch.where(mask > 0, filled, image)


def _coarser(weighted: Tensor, weight: Tensor, levels: int) -> Tensor:
    # One row and column more, always: where a side is even, the pooling leaves them out again.
    total = F.avg_pool2d(F.pad(weighted, (0, 1, 0, 1)), 2)
    share = F.avg_pool2d(F.pad(weight, (0, 1, 0, 1)), 2)
    image, weight = total / share.clamp(min=1e-6), (share * 2).clamp(max=1)
    if levels == 1:
        return image
    weighted = image * weight
    return weighted + _enlarged(_coarser(weighted, weight, levels - 1), image) * (1 - weight)


def _enlarged(coarse: Tensor, like: Tensor) -> Tensor:
    twice = F.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
    return twice[:, :, : like.shape[2], : like.shape[3]]
