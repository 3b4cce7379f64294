"""A U-Net straight from the damaged picture to the restored one: what the latent translation is measured against.

The generator of Isola et al. 2017 ("Image-to-Image Translation with Conditional Adversarial Networks", section 3.2.1),
in the manner of the compact networks: no norms, space-to-depth pixels at full resolution, and as many parameters as
tone network, encoder, mapping and decoder together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise, repeat
from typing import Any

import torch
from torch import Tensor, nn

from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.compact_vae import ResidualBlock, zeroed

#: Channels at 1/2, 1/4, 1/8 and 1/16 of the picture's size: 4.1 million parameters.
WIDTHS = (48, 80, 128, 176)


class _Join(nn.Module):
    """Doubles the size and joins what the way down kept: (N×I×H×W, N×O×2H×2W) to N×O×2H×2W."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.up = nn.Sequential(nn.Conv2d(channels_in, 4 * channels_out, 1), nn.PixelShuffle(2))
        self.mix = nn.Conv2d(2 * channels_out, channels_out, 3, padding=1)
        self.blocks = nn.Sequential(ResidualBlock(channels_out), ResidualBlock(channels_out))

    def forward(self, x: Tensor, kept: Tensor) -> Tensor:
        return self.blocks(torch.relu(self.mix(torch.cat([self.up(x), kept], dim=1))))


class DirectUNet(StoredNetwork):
    """Picture N×3×H×W in [-1, 1] and mask N×1×H×W (1 = damaged) to the restored picture, N×3×H×W, about [-1, 1].

    The output is the input plus a correction that starts at 0. H and W must be multiples of ``size_multiple``.

    Args:
        widths: channels of each level, the outermost (half of the picture's size) first.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        outermost = self.widths[0]
        self.enter = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(16, outermost, 3, padding=1), nn.ReLU(), ResidualBlock(outermost)
        )
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(outer, inner, 4, stride=2, padding=1), nn.ReLU(), ResidualBlock(inner), ResidualBlock(inner)
            )
            for outer, inner in pairwise(self.widths)
        )
        self.up = nn.ModuleList(_Join(inner, outer) for outer, inner in reversed(list(pairwise(self.widths))))
        self.leave = nn.Sequential(zeroed(nn.Conv2d(outermost, 12, 3, padding=1)), nn.PixelShuffle(2))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        # The highest level that any key names: a file that lacks a key in between is then told so by that key's name.
        numbers = [key.split(".")[1] for key in state_dict if key.startswith("down.")]
        depth = max((int(number) for number in numbers if number.isdigit()), default=len(WIDTHS) - 2) + 1
        keys = ["enter.1.weight", *(f"down.{level}.0.weight" for level in range(depth))]
        usual = chain(WIDTHS, repeat(WIDTHS[-1]))
        return {"widths": [dimension(state_dict, key, 0, width) for key, width in zip(keys, usual, strict=False)]}

    @property
    def size_multiple(self) -> int:
        """Height and width must be multiples of this."""
        return int(2 ** len(self.widths))

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        if height % self.size_multiple or width % self.size_multiple:
            raise ValueError(f"{height}×{width}: sides must be multiples of {self.size_multiple}")
        x = self.enter(torch.cat([image, mask.to(image.dtype)], dim=1))
        kept = []
        for down in self.down:
            kept.append(x)
            x = down(x)
        for up in self.up:
            x = up(x, kept.pop())
        return image + self.leave(x)
