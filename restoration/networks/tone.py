"""The tone network of the compact preset: undoes fading from a thumbnail of the whole picture.

Fading is smooth and belongs to the whole print, so a thumbnail shows all of it. The network looks at 64×64 pixels and
returns a bilateral grid of affine colour transforms (Chen, Paris and Durand 2007; learnt as in Gharbi et al. 2017,
"Deep Bilateral Learning"): which transform a pixel gets depends on its place and on its luminance. A picture of any
size is then corrected at full resolution, a tile gets what the whole gets, and noise passes through unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.luma import REC_601
from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.compact_vae import zeroed

#: Side of the thumbnail that the network sees.
THUMBNAIL = 64
#: The grid: cells along each side of the picture, and luminance levels.
CELLS, LEVELS = 8, 8


#: Shares of the pixels that are darker than each level that the network is told, see ``tone_levels``.
SHARES = (
    0.0005, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.375, 0.5,
    0.625, 0.75, 0.85, 0.92, 0.96, 0.98, 0.99, 0.995, 0.998, 0.9995,
)  # fmt: skip
BINS = 1024
#: Pixels counted at most; of larger pictures every so many rows are looked at.
MOST_COUNTED = 4_000_000


def tone_levels(image: np.ndarray) -> np.ndarray:
    """The levels of each channel below which given shares of the pixels lie: where fading has put black and white.

    A thumbnail averages the darkest and the lightest pixels away; these keep them. Damage counts as all else does: a
    stroke on the mask must not change the tone of the whole picture, nor the work of an earlier pass be lost by it.

    Args:
        image: H×W×3, 0 to 1.

    Returns:
        21×3 float32, 0 to 1, for ``SHARES``; exact to half of 1/1024.
    """
    step = max(1, -(-image.shape[0] * image.shape[1] // MOST_COUNTED))
    seen = image[::step]
    out = np.empty((len(SHARES), 3), np.float32)
    for channel in range(3):
        counted = np.minimum((seen[..., channel].ravel() * BINS).astype(np.int64), BINS - 1)
        share = np.cumsum(np.bincount(counted, minlength=BINS)) / counted.size
        out[:, channel] = (np.searchsorted(share, SHARES) + 0.5) / BINS
    return out


class ToneNetwork(StoredNetwork):
    """Thumbnail N×3×64×64 in [-1, 1] and levels N×21×3 to a bilateral grid N×12×8×8×8.

    The grid holds a 3×4 affine transform for each luminance level, row and column.

    Args:
        width: channels of the widest layers.
    """

    def __init__(self, width: int = 112) -> None:
        super().__init__()
        half, told = width // 2, 3 * len(SHARES)
        self.local = nn.Sequential(
            nn.Conv2d(3, half // 2, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(half // 2, half, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(half, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.whole = nn.Sequential(nn.Linear(2 * width + told, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        # One curve for the whole picture, straight from the levels: what an auto-levels tool does, learnt.
        self.curve = nn.Sequential(
            nn.Linear(told, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), zeroed(nn.Linear(width, 12 * LEVELS))
        )
        # Starts as the identity: an untrained network changes nothing.
        self.mix = nn.Sequential(nn.Conv2d(width, width, 1), nn.ReLU(), zeroed(nn.Conv2d(width, 12 * LEVELS, 1)))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return {"width": dimension(state_dict, "mix.0.weight", 0, 112)}

    def forward(self, thumbnail: Tensor, levels: Tensor) -> Tensor:
        if thumbnail.shape[1:] != (3, THUMBNAIL, THUMBNAIL):
            raise ValueError(f"the tone network takes N×3×{THUMBNAIL}×{THUMBNAIL}, not {tuple(thumbnail.shape)}")
        local = self.local(thumbnail)
        told = levels.to(local.dtype).flatten(1) * 2 - 1
        whole = self.whole(torch.cat([local.mean(dim=(2, 3)), local.amax(dim=(2, 3)), told], dim=1))
        grid = self.mix(F.relu(local + whole[:, :, None, None])).view(-1, 12, LEVELS, CELLS, CELLS)
        grid = grid + self.curve(told).view(-1, 12, LEVELS, 1, 1)
        identity = torch.eye(3, 4, device=grid.device, dtype=grid.dtype).view(1, 12, 1, 1, 1)
        return grid + identity


def apply_tone(image: Tensor, grid: Tensor, place: Tensor | None = None) -> Tensor:
    """Corrects a picture, or a part of one, with a bilateral grid.

    Args:
        image: N×3×H×W in [-1, 1].
        grid: N×12×D×R×C, from ``ToneNetwork``.
        place: N×4, (x0, y0, x1, y1) of the image within the whole picture, as fractions; None if it is the whole.
            x0 > x1 means that the part is mirrored.

    Returns:
        N×3×H×W; values may leave [-1, 1] a little.
    """
    count, _, height, width = image.shape
    if place is None:
        place = image.new_tensor([0, 0, 1, 1]).expand(count, 4)
    x0, y0, x1, y1 = (place[:, i].view(-1, 1, 1) * 2 - 1 for i in range(4))
    across = (torch.arange(width, device=image.device, dtype=image.dtype) + 0.5) / width
    down = (torch.arange(height, device=image.device, dtype=image.dtype) + 0.5) / height
    x = (x0 + (x1 - x0) * across.view(1, 1, -1)).expand(count, height, width)
    y = (y0 + (y1 - y0) * down.view(1, -1, 1)).expand(count, height, width)
    luma = image.new_tensor(REC_601).view(1, 3, 1, 1)
    level = (image * luma).sum(dim=1)
    where = torch.stack([x, y, level], dim=-1).unsqueeze(1)  # N×1×H×W×3
    affine = F.grid_sample(grid.to(image.dtype), where, align_corners=False, padding_mode="border")
    affine = affine.view(count, 3, 4, height, width)
    return (affine[:, :, :3] * image.unsqueeze(1)).sum(dim=2) + affine[:, :, 3]
