"""The tone network on a whole picture: thumbnail and levels are made in the graph, too."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from restoration.networks.tone import BINS, SHARES, THUMBNAIL, ToneNetwork, apply_tone
from restoration.onnx_export.sizes import area_weights
from restoration.presets.compact_restorer import TONE_CHANGE


class GraphTone(nn.Module):
    """A picture 1×3×H×W, 0 to 1, and how much of its fading is to be undone, to the toned picture in [-1, 1]."""

    def __init__(self, network: ToneNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, photo: Tensor, share: Tensor) -> Tensor:
        _, _, height, width = photo.shape
        rows = area_weights(height, THUMBNAIL, photo)
        columns = area_weights(width, THUMBNAIL, photo)
        thumbnail = (rows @ photo @ columns.transpose(0, 1)) * 2 - 1
        grid = self.network(thumbnail, levels_of(photo))
        change = (apply_tone(thumbnail, grid).clamp(-1, 1) - thumbnail).abs().mean() / 2
        identity = torch.eye(3, 4, device=grid.device, dtype=grid.dtype).view(1, 12, 1, 1, 1)
        grid = identity + share * ramp(change, TONE_CHANGE) * (grid - identity)
        return apply_tone(photo * 2 - 1, grid).clamp(-1, 1)


def levels_of(photo: Tensor) -> Tensor:
    """``networks.tone.tone_levels`` of 1×3×H×W, every pixel counted: 1×21×3."""
    bins = (photo.flatten(2)[0] * BINS).to(torch.int64).clamp(0, BINS - 1)
    counts = photo.new_zeros(3, BINS).scatter_add(1, bins, torch.ones_like(bins).to(photo.dtype))
    # Double precision: a share that is nearly one of those asked for must fall on the same side as there.
    share = counts.cumsum(dim=1).double() / bins.shape[1]
    wanted = torch.tensor(SHARES, dtype=torch.float64, device=photo.device)
    below = (share[:, None] < wanted[None, :, None]).to(photo.dtype).sum(dim=2)  # 3×21
    return ((below + 0.5) / BINS).transpose(0, 1)[None]


def ramp(value: Tensor, between: tuple[float, float]) -> Tensor:
    """0 below the first, 1 above the second, straight between."""
    low, high = between
    return ((value - low) / (high - low)).clamp(0, 1)
