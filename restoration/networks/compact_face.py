"""The face generator of the compact preset: coarse to fine, steered at every scale by the degraded face.

As the published one (Wan et al., TPAMI 2022, face enhancement) it begins with a coarse face and refines it scale by
scale, each modulated by the degraded face. What differs: the crops are aligned, so the coarse face is learnt instead of
read from a tiny picture; the modulation comes from features of the degraded face (Wang et al. 2018, "spatial feature
transform"), without batch norm, so that a face does not depend on the others of its batch; and what comes out is a
correction of the degraded face, so that an untrained network, and a face that needs nothing, change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.compact_vae import ResidualBlock, zeroed

#: Channels at 1/2, 1/4, 1/8 and 1/16 of the crop's side: 2 million parameters, 4 GFLOP a crop of 256.
WIDTHS = (24, 48, 96, 128)
#: Side of the crops that it was trained on, and that the learnt coarse face belongs to.
SIDE = 256


class SteeredBlock(nn.Module):
    """x plus two 3×3 convolutions, scaled and shifted by features of the degraded face: (N×C×h×w twice) to N×C×h×w."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.steer = zeroed(nn.Conv2d(channels, 2 * channels, 3, padding=1))
        self.inner = nn.Conv2d(channels, channels, 3, padding=1)
        self.outer = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        scale, shift = self.steer(seen).chunk(2, dim=1)
        drawn = torch.relu(self.inner(torch.relu(x * (1 + scale) + shift + seen)))
        return x + self.outer(drawn)


class CompactFaceGenerator(StoredNetwork):
    """Aligned degraded face N×3×S×S in [-1, 1] to a clean one, the same shape, about [-1, 1]. S is a multiple of 16.

    Args:
        widths: channels of each level, the outermost (half of the crop's side) first.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        outermost, innermost = self.widths[0], self.widths[-1]
        self.enter = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(12, outermost, 3, padding=1), nn.ReLU(), ResidualBlock(outermost)
        )
        self.down = nn.ModuleList(
            nn.Sequential(nn.Conv2d(outer, inner, 4, stride=2, padding=1), nn.ReLU(), ResidualBlock(inner))
            for outer, inner in pairwise(self.widths)
        )
        coarse = SIDE // self.size_multiple
        self.mean_face = nn.Parameter(torch.zeros(1, innermost, coarse, coarse))
        self.draw = nn.ModuleList(SteeredBlock(width) for width in reversed(self.widths))
        self.again = SteeredBlock(innermost)
        self.up = nn.ModuleList(
            nn.Sequential(nn.Conv2d(inner, 4 * outer, 1), nn.PixelShuffle(2))
            for outer, inner in reversed(list(pairwise(self.widths)))
        )
        self.leave = nn.Sequential(nn.ReLU(), zeroed(nn.Conv2d(outermost, 12, 3, padding=1)), nn.PixelShuffle(2))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        keys = ["enter.1.weight", *(f"down.{level}.0.weight" for level in range(len(WIDTHS) - 1))]
        return {"widths": [dimension(state_dict, key, 0, width) for key, width in zip(keys, WIDTHS, strict=True)]}

    @property
    def size_multiple(self) -> int:
        """The side must be a multiple of this."""
        return int(2 ** len(self.widths))

    def forward(self, face: Tensor) -> Tensor:
        height, width = face.shape[-2:]
        if height % self.size_multiple or width % self.size_multiple:
            raise ValueError(f"{height}×{width}: sides must be multiples of {self.size_multiple}")
        seen = [self.enter(face)]
        for down in self.down:
            seen.append(down(seen[-1]))
        smallest = seen[-1]
        x = F.interpolate(self.mean_face, smallest.shape[-2:], mode="bilinear", align_corners=False)
        x = self.again(x.expand_as(smallest), smallest)
        for level, draw in enumerate(self.draw):
            x = draw(x if level == 0 else self.up[level - 1](x), seen.pop())
        return face + self.leave(x)
