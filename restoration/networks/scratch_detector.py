"""The scratch detector: which pixels of a scan are damaged.

From Wan et al., "Old Photo Restoration via Deep Latent Space Translation" (TPAMI 2022), defect region detection. A
U-Net over the grey picture. Downsampling blurs before it drops pixels, so that a thin scratch cannot fall between two
samples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork, dimension

SLOPE = 0.2
PUBLISHED_WIDTHS = (64, 128, 256, 512, 1024)


class BlurDown(nn.Module):
    """Halves a picture after a 3×3 binomial blur: N×C×H×W to N×C×⌈H/2⌉×⌈W/2⌉."""

    filt: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        row = torch.tensor([1.0, 2.0, 1.0]) / 4
        # A buffer, not a constant: the published state dict carries it.
        self.register_buffer("filt", torch.outer(row, row).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.filt, stride=2, groups=x.shape[1])


class DoubleConv(nn.Module):
    """Twice: 3×3 convolution, batch norm, leaky ReLU. Keeps the size."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            *_conv(channels_in, channels_out),
            nn.BatchNorm2d(channels_out),
            nn.LeakyReLU(SLOPE, inplace=True),
            *_conv(channels_out, channels_out),
            nn.BatchNorm2d(channels_out),
            nn.LeakyReLU(SLOPE, inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)


class UpLevel(nn.Module):
    """Doubles the size and joins what the way down kept: (N×I×H×W, N×O×2H×2W) to N×O×2H×2W."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.up = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), *_conv(channels_in, channels_out)
        )
        self.conv_block = DoubleConv(2 * channels_out, channels_out)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.conv_block(torch.cat([self.up(x), skip], dim=1))


class ScratchDetector(StoredNetwork):
    """Grey picture N×1×H×W in [-1, 1] to logits N×1×H×W; the sigmoid of a logit is the probability of damage.

    H and W must be multiples of ``size_multiple`` (16 for five widths) and at least twice that: the reflection at the
    innermost level needs two pixels.

    Args:
        widths: channels of each level, the outermost first. The published detector doubles them; ours does not.
    """

    def __init__(self, widths: Sequence[int] = PUBLISHED_WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.first = nn.Sequential(
            nn.ReflectionPad2d(3), nn.Conv2d(1, self.widths[0], 7), nn.LeakyReLU(SLOPE, inplace=True)
        )
        levels = list(zip(self.widths[:-1], self.widths[1:], strict=True))
        self.down_path = nn.ModuleList(DoubleConv(outer, inner) for outer, inner in levels)
        self.down_sample = nn.ModuleList(
            nn.Sequential(
                *_conv(outer, outer), nn.BatchNorm2d(outer), nn.LeakyReLU(SLOPE, inplace=True), BlurDown(outer)
            )
            for outer, _ in levels
        )
        self.up_path = nn.ModuleList(UpLevel(inner, outer) for outer, inner in reversed(levels))
        self.last = nn.Sequential(*_conv(self.widths[0], 1))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        # The highest level that any key names: a file that lacks a key in between is then told so by that key's name.
        levels = [int(key.split(".")[1]) for key in state_dict if re.match(r"down_path\.\d+\.", key)]
        depth = max(levels, default=len(PUBLISHED_WIDTHS) - 2) + 1
        keys = ["first.1.weight", *(f"down_path.{level}.block.1.weight" for level in range(depth))]
        published = chain(PUBLISHED_WIDTHS, repeat(PUBLISHED_WIDTHS[-1]))
        return {"widths": [dimension(state_dict, key, 0, width) for key, width in zip(keys, published, strict=False)]}

    @property
    def size_multiple(self) -> int:
        """Height and width must be multiples of this."""
        return 2 ** (len(self.widths) - 1)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        multiple = self.size_multiple
        if height % multiple or width % multiple or min(height, width) < 2 * multiple:
            raise ValueError(f"{height}×{width}: sides must be multiples of {multiple} and at least {2 * multiple}")
        x = self.first(x)
        skips = []
        for down_sample, down_path in zip(self.down_sample, self.down_path, strict=True):
            skips.append(x)
            x = down_path(down_sample(x))
        for up_path in self.up_path:
            x = up_path(x, skips.pop())
        return self.last(x)


def _conv(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [nn.ReflectionPad2d(1), nn.Conv2d(channels_in, channels_out, 3)]
