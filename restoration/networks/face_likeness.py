"""Tells whose face it is as dlib does, but with gradients: for training only, never for restoring.

dlib's network (a residual one of 29 layers) can judge a face; a generator cannot learn from it. A small network that
has learnt to give its numbers can teach, and leaves dlib's to judge, which has not been asked on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork

#: Channels at 1/4, 1/8, 1/16 and 1/32 of the crop.
_WIDTHS = (24, 48, 96, 160)
NUMBERS = 128


class _Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.convs(x))


class FaceLikeness(StoredNetwork):
    """Aligned faces N×3×S×S in [-1, 1] to their descriptors N×128 and the features of each level. S at least 32."""

    def __init__(self) -> None:
        super().__init__()
        levels = []
        before = 3
        for width in _WIDTHS:
            levels.append(
                nn.Sequential(
                    nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(),
                    _Block(width),
                )
            )
            before = width
        self.levels = nn.ModuleList(levels)
        self.leave = nn.Linear(before, NUMBERS, bias=False)

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def forward(self, face: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = F.avg_pool2d(face, 2)
        features = []
        for level in self.levels:
            x = level(x)
            features.append(x)
        return self.leave(x.mean(dim=(2, 3))), features
