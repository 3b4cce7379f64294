"""The two networks that perceptual figures are measured with, without torchvision; keys are those of its files."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork

#: ImageNet's mean and deviation in [-1, 1], as LPIPS rounds them.
_MEAN, _DEVIATION = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


class AlexNetFeatures(StoredNetwork):
    """Picture N×3×H×W in [-1, 1] to the five activations that LPIPS compares (Zhang et al. 2018)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(),
        )  # fmt: skip

    def forward(self, x: Tensor) -> list[Tensor]:
        x = (x - x.new_tensor(_MEAN).view(1, 3, 1, 1)) / x.new_tensor(_DEVIATION).view(1, 3, 1, 1)
        activations = []
        for layer in self.features:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                activations.append(x)
        return activations


class _Conv(nn.Module):
    """Convolution without bias, batch norm, ReLU; a kernel's padding keeps the size where the stride is 1."""

    def __init__(self, channels_in: int, channels_out: int, kernel: tuple[int, int], stride: int, pad: bool) -> None:
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2) if pad else (0, 0)
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(channels_out, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class _Step(NamedTuple):
    name: str
    channels: int
    kernel: tuple[int, int]
    stride: int = 1


def _chain(prefix: str, *steps: tuple[int, tuple[int, int]], numbered: bool = True, stride: int = 1) -> list[_Step]:
    """Convolutions one after another, named prefix_1, prefix_2 …; the last one has the stride."""
    last = len(steps)
    return [
        _Step(f"{prefix}_{i}" if numbered else prefix, channels, kernel, stride if i == last else 1)
        for i, (channels, kernel) in enumerate(steps, start=1)
    ]


_1, _3, _5, _ROW, _COLUMN = (1, 1), (3, 3), (5, 5), (1, 7), (7, 1)


class _Mixed(nn.Module):
    """Branches side by side over one input, joined along the channels, with a pooled branch as the last one.

    Args:
        channels_in: of the input.
        branches: chains of convolutions.
        pooled: channels of the convolution after pooling; 0: the pooling alone, at half the size.
        forked: the two directions that end a chain side by side (the 8×8 blocks), by the chain's name.
        largest: pools by maximum rather than by average.
    """

    def __init__(
        self,
        channels_in: int,
        branches: list[list[_Step]],
        pooled: int = 0,
        forked: tuple[str, ...] = (),
        largest: bool = False,
    ) -> None:
        super().__init__()
        self.chains = [[step.name for step in branch] for branch in branches]
        self.forks = {}
        self.pooled, self.largest = pooled, largest
        for branch in branches:
            steps = [_Step("", channels_in, _1), *branch]
            for before, step in pairwise(steps):
                conv = _Conv(before.channels, step.channels, step.kernel, step.stride, pad=step.stride == 1)
                self.add_module(step.name, conv)
            last = branch[-1]
            prefix = last.name.rpartition("_")[0]
            if prefix in forked:
                number = len(branch) + 1
                self.forks[last.name] = [f"{prefix}_{number}a", f"{prefix}_{number}b"]
                for name, kernel in zip(self.forks[last.name], ((1, 3), (3, 1)), strict=True):
                    self.add_module(name, _Conv(last.channels, 384, kernel, 1, pad=True))
        if pooled:
            self.branch_pool = _Conv(channels_in, pooled, _1, 1, pad=True)

    def forward(self, x: Tensor) -> Tensor:
        outputs = []
        for chain in self.chains:
            y = x
            for name in chain:
                y = self.get_submodule(name)(y)
            outputs += (
                [self.get_submodule(fork)(y) for fork in self.forks[chain[-1]]] if chain[-1] in self.forks else [y]
            )
        if not self.pooled:
            outputs.append(F.max_pool2d(x, 3, stride=2))
        elif self.largest:
            outputs.append(self.branch_pool(F.max_pool2d(x, 3, stride=1, padding=1)))
        else:
            outputs.append(self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)))
        return torch.cat(outputs, dim=1)


def _block_a(channels_in: int, pooled: int) -> _Mixed:
    one, five = _chain("branch1x1", (64, _1), numbered=False), _chain("branch5x5", (48, _1), (64, _5))
    return _Mixed(channels_in, [one, five, _chain("branch3x3dbl", (64, _1), (96, _3), (96, _3))], pooled)


def _block_c(inner: int) -> _Mixed:
    once = _chain("branch7x7", (inner, _1), (inner, _ROW), (192, _COLUMN))
    twice = _chain("branch7x7dbl", (inner, _1), (inner, _COLUMN), (inner, _ROW), (inner, _COLUMN), (192, _ROW))
    return _Mixed(768, [_chain("branch1x1", (192, _1), numbered=False), once, twice], 192)


def _block_e(channels_in: int, largest: bool) -> _Mixed:
    one, three = _chain("branch1x1", (320, _1), numbered=False), _chain("branch3x3", (384, _1))
    twice = _chain("branch3x3dbl", (448, _1), (384, _3))
    return _Mixed(channels_in, [one, three, twice], 192, ("branch3x3", "branch3x3dbl"), largest)


class FidInception(StoredNetwork):
    """Picture N×3×H×W in [0, 1] to N×2048 features: the network with which FID is defined (Heusel et al. 2017).

    Inception of 2015 as TensorFlow's graph has it: average pooling leaves the padding out, and the last block pools by
    maximum.
    """

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = _Conv(3, 32, _3, 2, pad=False)
        self.Conv2d_2a_3x3 = _Conv(32, 32, _3, 1, pad=False)
        self.Conv2d_2b_3x3 = _Conv(32, 64, _3, 1, pad=True)
        self.Conv2d_3b_1x1 = _Conv(64, 80, _1, 1, pad=False)
        self.Conv2d_4a_3x3 = _Conv(80, 192, _3, 1, pad=False)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = _block_a(192, 32), _block_a(256, 64), _block_a(288, 64)
        three = _chain("branch3x3", (384, _3), numbered=False, stride=2)
        self.Mixed_6a = _Mixed(288, [three, _chain("branch3x3dbl", (64, _1), (96, _3), (96, _3), stride=2)])
        self.Mixed_6b, self.Mixed_6c, self.Mixed_6d, self.Mixed_6e = map(_block_c, (128, 160, 160, 192))
        seven = _chain("branch7x7x3", (192, _1), (192, _ROW), (192, _COLUMN), (192, _3), stride=2)
        self.Mixed_7a = _Mixed(768, [_chain("branch3x3", (192, _1), (320, _3), stride=2), seven])
        self.Mixed_7b, self.Mixed_7c = _block_e(1280, largest=False), _block_e(2048, largest=True)

    def forward(self, x: Tensor) -> Tensor:
        x = F.interpolate(x, size=(299, 299), mode="bilinear", align_corners=False) * 2 - 1
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = F.max_pool2d(x, 3, stride=2)
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x))
        x = F.max_pool2d(x, 3, stride=2)
        for name, block in self.named_children():
            if name.startswith("Mixed"):
                x = block(x)
        return x.mean(dim=(2, 3))
