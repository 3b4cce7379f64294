"""Weights in 8 bits: half the file, and pictures that differ by less than 55 dB of noise would.

Convolutions and matrices are whole numbers from -127 to 127 times one scale an output channel (Krishnamoorthi 2018,
"Quantizing deep convolutional networks for efficient inference", section 3.1.2); networks compute with floats as
before. What is small, biases and norms, stays as it is.
"""

from __future__ import annotations

import torch
from torch import Tensor

#: Smaller tensors, and those of one axis, are not worth it.
LEAST_NUMBERS = 4096
#: A tensor of 8 bits has its scales beside it, under its own key and this.
SCALE_SUFFIX = ":scale"
_MOST = 127


def stored(key: str, value: Tensor) -> dict[str, Tensor]:
    """A tensor of floats as a file holds it: int8 and float32 scales, or fp16."""
    if value.dim() < 2 or value.numel() < LEAST_NUMBERS:
        return {key: value.clamp(-65504, 65504).to(torch.float16).contiguous()}
    scale = (value.detach().float().flatten(1).abs().amax(dim=1) / _MOST).clamp_min(1e-12)
    whole = (value.float() / _along_first(scale, value)).round().clamp(-_MOST, _MOST)
    return {key: whole.to(torch.int8).contiguous(), key + SCALE_SUFFIX: scale}


def restored(value: Tensor, scale: Tensor | None) -> Tensor:
    """The floats again, float32; without scales the tensor is one that was left as it is.

    Raises:
        ValueError: the scales are not those of this tensor.
    """
    if scale is None:
        return value.float()
    if value.dtype != torch.int8 or scale.shape != value.shape[:1]:
        raise ValueError(f"{tuple(scale.shape)} scales for {tuple(value.shape)} numbers of {value.dtype}")
    return value.float() * _along_first(scale.float(), value)


def _along_first(scale: Tensor, value: Tensor) -> Tensor:
    return scale.view(-1, *[1] * (value.dim() - 1))
