"""Partial convolution (Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018, 3.1).

A convolution that looks at known pixels alone and is weighed up for those that it misses::

    x' = Wᵀ(X ⊙ M) · sum(1)/sum(M) + b    where sum(M) > 0, else 0        (equation 1)
    m' = 1                                where sum(M) > 0, else 0        (equation 2)

A window's mask sum(M) is counted over all its channels, so a mask may have fewer planes than the picture has channels:
all channels of one group share one plane, which gives the same numbers for a fraction of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PartialConv2d(nn.Conv2d):
    """A partial convolution over one or several groups of channels, each with a mask of its own.

    At the border the padding counts as hole, as in the paper: it is zero in picture and mask, and the window is weighed
    up for it.

    Args:
        channels: of the input; of each group in turn where several features with a mask each are concatenated, as at a
            U-Net's skip.
        out_channels: of the output.
        kernel_size: side of the window.
        stride: of the window.
    """

    def __init__(self, channels: int | Sequence[int], out_channels: int, kernel_size: int = 3, stride: int = 1) -> None:
        self.groups_of_channels = (channels,) if isinstance(channels, int) else tuple(channels)
        super().__init__(sum(self.groups_of_channels), out_channels, kernel_size, stride, padding=kernel_size // 2)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override] # the mask
        """One step of picture and mask.

        Args:
            x: N×C×H×W. What it holds in holes must be finite and has no effect.
            mask: N×G×H×W, one plane a group of channels, 1 = known, 0 = hole.

        Returns:
            x', N×C'×h×w, and m', N×1×h×w.

        Raises:
            ValueError: the mask has not one plane a group.
        """
        sizes = self.groups_of_channels
        if mask.shape[1] != len(sizes):
            raise ValueError(f"{mask.shape[1]} planes of mask for {len(sizes)} groups of channels")
        if len(sizes) == 1:
            seen = x * mask
        else:
            parts = zip(x.split(list(sizes), dim=1), mask.split(1, dim=1), strict=True)
            seen = torch.cat([part * plane for part, plane in parts], dim=1)
        stride, padding = cast("tuple[int, int]", self.stride), cast("tuple[int, int]", self.padding)
        with torch.no_grad():
            counts = mask.new_tensor(sizes).view(1, -1, 1, 1).expand(1, -1, *self.kernel_size)
            known = F.conv2d(mask, counts, stride=stride, padding=padding)
            updated = (known > 0).to(mask.dtype)
            whole = float(self.kernel_size[0] * self.kernel_size[1] * self.in_channels)
            ratio = updated * (whole / known.clamp(min=1))
        out = F.conv2d(seen, self.weight, stride=stride, padding=padding) * ratio
        if self.bias is not None:
            out = out + self.bias.view(1, -1, 1, 1) * updated
        return out, updated
