"""The inpainting network of the compact preset: a U-Net of partial convolutions with a say for chance.

Liu et al. (ECCV 2018, section 3.2): nearest-neighbour upsampling, skips of features and masks, the picture itself at
the last skip. What differs: a tenth of the size and less; instead of batch norm each position's features are scaled to
one length, so that a filling depends on nothing but its picture; what comes out is a correction of a smooth filling
(``fill_holes``), so that an untrained network fills smoothly; and noise is added to the features where the picture is a
hole, so that what the surroundings leave open comes out differently from seed to seed (as Karras et al. 2019, "A
Style-Based Generator Architecture", section 3.2, inject it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.compact_vae import zeroed
from restoration.networks.fill import fill_holes
from restoration.networks.partial_conv import PartialConv2d

#: Channels at 1/2, 1/4 … 1/64 of the picture's side: 1.3 million parameters, 0.7 GFLOP at 128 pixels.
WIDTHS = (24, 48, 96, 128, 128, 128)
#: More levels than a picture of some megapixels can be halved are not looked for in a file.
DEEPEST = 12
#: Planes of noise that each level of the decoder may use.
NOISE_PLANES = 8
#: The finest level that gets noise; finer ones would only make grain, which is borrowed from the surroundings.
FINEST_NOISY = 1
#: Deviation of the first weights of the noise: it must not drown what is seen.
FIRST_NOISE = 0.05
SLOPE, EPSILON = 0.2, 1e-4

Features = list[tuple[Tensor, Tensor]]


class CompactInpainting(StoredNetwork):
    """Picture N×3×H×W in [-1, 1] with holes to a filled one of the same size and range; any H and W from 1.

    Args:
        widths: channels of each level, the outermost (half of the picture's side) first.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        outer = (3, *self.widths)
        downs = [
            PartialConv2d(into, width, 5 if level == 0 else 3, stride=2)
            for level, (into, width) in enumerate(pairwise(outer))
        ]
        self.down = nn.ModuleList(downs)
        # From the innermost level outwards: what comes up, and the skip of the level that it comes to.
        below = list(reversed(list(pairwise(outer))))
        ups = [PartialConv2d((inner, skip), skip) for skip, inner in below]
        self.up = nn.ModuleList([*ups[:-1], zeroed(ups[-1])])
        for layer in (*downs, *ups[:-1]):
            # No norm keeps features of six levels from fading: their first weights must (He et al. 2015, equation 14).
            nn.init.kaiming_normal_(layer.weight, a=SLOPE)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        noise = [nn.Conv2d(NOISE_PLANES, width, 1, bias=False) for width in reversed(self.widths[FINEST_NOISY:])]
        self.noise = nn.ModuleList(noise)
        for reach in noise:
            nn.init.normal_(reach.weight, std=FIRST_NOISE)

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        levels = sum(f"down.{level}.weight" in state_dict for level in range(DEEPEST)) or len(WIDTHS)
        published = (*WIDTHS, *WIDTHS[-1:] * DEEPEST)
        return {"widths": [dimension(state_dict, f"down.{n}.weight", 0, published[n]) for n in range(levels)]}

    @property
    def size_multiple(self) -> int:
        """Sides are padded to a multiple of this, with hole."""
        return int(2 ** len(self.widths))

    def draw_noise(self, count: int, height: int, width: int, generator: torch.Generator) -> list[Tensor]:
        """Noise for ``count`` pictures of this size, one tensor a noisy level, the innermost first; on the CPU."""
        multiple = self.size_multiple
        rows, columns = (-(-side // multiple) for side in (height, width))
        return [
            torch.randn(count, NOISE_PLANES, rows * 2**level, columns * 2**level, generator=generator)
            for level in range(len(self.noise))
        ]

    def forward(self, picture: Tensor, known: Tensor, noise: Sequence[Tensor] | None = None) -> Tensor:
        """The picture with its holes filled, in [-1, 1]; known pixels are the picture's, bit for bit.

        Args:
            picture: N×3×H×W in [-1, 1]. What it holds in holes has no effect whatever.
            known: N×1×H×W, 1 = known, 0 = hole.
            noise: as ``draw_noise`` gives it; None is noise of zero, the likeliest filling.
        """
        hole = known <= 0
        padded, mask = self._padded(picture.masked_fill(hole, 0), known)
        correction = self.decode(self.encode(padded, mask), noise)[..., : picture.shape[-2], : picture.shape[-1]]
        filled = (fill_holes(picture, hole.to(picture.dtype)) + correction).clamp(-1, 1)
        return torch.where(hole, filled, picture)

    def _padded(self, picture: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Sides that the levels can halve: what is added is hole, and therefore not looked at."""
        height, width = picture.shape[-2:]
        padding = (0, -width % self.size_multiple, 0, -height % self.size_multiple)
        return F.pad(picture, padding), F.pad(known.to(picture.dtype), padding)

    def encode(self, picture: Tensor, known: Tensor) -> Features:
        """Features and mask of every level, the picture itself first; sides are multiples of ``size_multiple``."""
        levels = [(picture, known)]
        for down in self.down:
            features, mask = down(*levels[-1])
            levels.append((_activated(features), mask))
        return levels

    def decode(self, levels: Features, noise: Sequence[Tensor] | None = None) -> Tensor:
        """What is to be added to the smooth filling, N×3×H×W.

        Args:
            levels: of ``encode``; one batch may be decoded with several noises.
            noise: see ``forward``.
        """
        hole = 1 - levels[0][1]
        x, mask = levels[-1]
        for step, up in enumerate(self.up):
            depth = len(self.widths) - step
            if noise is not None and step < len(self.noise):
                # In holes alone: what is known needs no guess.
                x = x + self.noise[step](noise[step]) * F.avg_pool2d(hole, 2**depth)
            skip, skip_mask = levels[depth - 1]
            above = F.interpolate(x, scale_factor=2, mode="nearest")
            above_mask = F.interpolate(mask, scale_factor=2, mode="nearest")
            x, mask = up(torch.cat([above, skip], dim=1), torch.cat([above_mask, skip_mask], dim=1))
            if depth > 1:
                x = _activated(x)
        return x


def _activated(x: Tensor) -> Tensor:
    """Leaky ReLU, then each position's features scaled to a mean square of 1 (Karras et al. 2018, section 4.2).

    A window with one known pixel is weighed up ninefold, and level by level more: without this, corners of large holes
    would be drowned.
    """
    x = F.leaky_relu(x, SLOPE)
    return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + EPSILON)
