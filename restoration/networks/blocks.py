"""What several networks are built of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from restoration.networks.base import dimension

#: Channels of the latent picture and of the levels above it in the published mapping networks.
MAPPING_WIDTHS = (64, 128, 256, 512)


class ResidualBlock(nn.Module):
    """x plus two 3×3 convolutions with instance norm: N×C×H×W, H and W at least 2, to the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


def residual_blocks(channels: int, count: int) -> list[nn.Module]:
    """``count`` residual blocks, one after another."""
    return [ResidualBlock(channels) for _ in range(count)]


def normalised(layer: nn.Module, channels: int) -> list[nn.Module]:
    """A layer with ``channels`` outputs, then instance norm and ReLU."""
    return [layer, nn.InstanceNorm2d(channels), nn.ReLU(inplace=True)]


def widening(widths: Sequence[int]) -> list[nn.Module]:
    """The way into every mapping network: 3×3 convolutions from the latent width up to the last, and one more there."""
    layers: list[nn.Module] = []
    for inner, outer in zip(widths, [*widths[1:], widths[-1]], strict=True):
        layers += normalised(nn.Conv2d(inner, outer, 3, padding=1), outer)
    return layers


def narrowing(widths: Sequence[int]) -> list[nn.Module]:
    """The way out, the mirror of :func:`widening`; nothing follows the last convolution."""
    layers: list[nn.Module] = []
    downwards = widths[::-1]
    for outer, inner in zip([downwards[0], *downwards], downwards, strict=False):
        layers += normalised(nn.Conv2d(outer, inner, 3, padding=1), inner)
    return layers[:-2]


def mapping_widths(state_dict: Mapping[str, Any], start: str) -> dict[str, Any]:
    """The widths of a mapping network whose first layers have the key ``start``."""
    latent = dimension(state_dict, f"{start}.0.weight", 1, MAPPING_WIDTHS[0])
    above = [dimension(state_dict, f"{start}.{3 * i}.weight", 0, MAPPING_WIDTHS[i + 1]) for i in range(3)]
    return {"widths": (latent, *above)}
