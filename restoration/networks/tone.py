"""The tone network of the compact preset: undoes fading from a thumbnail of the whole picture.

Fading is smooth and belongs to the whole print, so a thumbnail shows all of it. The network looks at 64×64 pixels and
returns a bilateral grid of affine colour transforms (Chen, Paris and Durand 2007; learnt as in Gharbi et al. 2017,
"Deep Bilateral Learning"): which transform a pixel gets depends on its place and on its luminance. A picture of any
size is then corrected at full resolution, a tile gets what the whole gets, and noise passes through unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


class ToneNetwork(StoredNetwork):
    """Thumbnail N×3×64×64 in [-1, 1] to a bilateral grid N×12×8×8×8 (3×4 affine transform; level, row, column).

    Args:
        width: channels of the widest layers.
    """

    def __init__(self, width: int = 112) -> None:
        super().__init__()
        half = width // 2
        self.local = nn.Sequential(
            nn.Conv2d(3, half // 2, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(half // 2, half, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(half, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.whole = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, width))
        # Starts as the identity: an untrained network changes nothing.
        self.mix = nn.Sequential(nn.Conv2d(width, width, 1), nn.ReLU(), zeroed(nn.Conv2d(width, 12 * LEVELS, 1)))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return {"width": dimension(state_dict, "mix.0.weight", 0, 112)}

    def forward(self, thumbnail: Tensor) -> Tensor:
        if thumbnail.shape[1:] != (3, THUMBNAIL, THUMBNAIL):
            raise ValueError(f"the tone network takes N×3×{THUMBNAIL}×{THUMBNAIL}, not {tuple(thumbnail.shape)}")
        local = self.local(thumbnail)
        statistics = torch.cat([local.mean(dim=(2, 3)), local.amax(dim=(2, 3))], dim=1)
        grid = self.mix(F.relu(local + self.whole(statistics)[:, :, None, None]))
        grid = grid.view(-1, 12, LEVELS, CELLS, CELLS)
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
