"""How much of a restoration a photo needs (``CompactRestorer.spared``), for a graph."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.onnx_export.toning import ramp
from restoration.presets.compact_restorer import BLOCK, BORDER, CALM, DETAIL_CHANGE, STRIP_ROWS

#: Sorts behind every change of a block.
_UNCOUNTED = 9.0


def spared(toned: Tensor, restored: Tensor, mask: Tensor) -> Tensor:
    """What stays of the restored picture; all 1×C×H×W, 0 to 1, sides of at least 32."""
    share = _share(toned, restored, 1 - mask)
    return torch.where(mask > 0, restored, toned + share * (restored - toned))


def _share(toned: Tensor, restored: Tensor, sound: Tensor) -> Tensor:
    _, _, height, width = sound.shape
    top, left = height // round(1 / BORDER), width // round(1 / BORDER)
    difference = (restored - toned).abs().mean(dim=1, keepdim=True) * sound
    middle = (slice(None), slice(None), slice(top, height - top), slice(left, width - left))
    totals, counts = (_blocks(values[middle]) for values in (difference, sound))
    counted = (counts > 0).to(totals.dtype)
    means = torch.where(counts > 0, totals / counts.clamp(min=1e-6), torch.full_like(totals, _UNCOUNTED))
    number = counted.sum()
    ordered = means.sort()[0]
    # The quantile, as numpy has it: between the two nearest.
    place = (CALM * (number - 1)).clamp(min=0)
    lower = place.floor().to(torch.int64).reshape(1)
    upper = (place.ceil().to(torch.int64)).reshape(1)
    low, high = ordered.index_select(0, lower), ordered.index_select(0, upper)
    quantile = low + (high - low) * (place - place.floor())
    # Where nothing is sound nothing is known: what the photo does not need is not done.
    return ramp(quantile, DETAIL_CHANGE) * (number > 0).to(quantile.dtype)


def _blocks(values: Tensor) -> Tensor:
    """Means of blocks in a row. The preset looks at strips, and a last one lower than a block is a row of its own."""
    rest = torch.as_tensor(values.shape[2] % STRIP_ROWS)
    lowest = values[:, :, values.shape[2] - rest.clamp(min=1) :].mean(dim=2, keepdim=True)
    is_row = ((rest > 0) & (rest < BLOCK)).to(values.dtype)
    own = F.avg_pool2d(lowest, (1, BLOCK)).flatten() * is_row
    return torch.cat([F.avg_pool2d(values, BLOCK).flatten(), own])
