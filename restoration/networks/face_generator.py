"""The face generator: draws a clean face, guided at every scale by the degraded one.

Wan et al. (TPAMI 2022), face enhancement: a progressive generator whose norms are modulated by the degraded face
(spatially-adaptive normalisation, Park et al., CVPR 2019).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork, dimension

SLOPE = 0.2

#: The convolutions that were trained with spectral normalisation.
SPECTRAL = re.compile(r"(.+\.conv_[01s]\.weight)$")


def fold_spectral_norm(original: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """The weight in force, O×…: the stored one over its largest singular value, which u (O) and v estimate."""
    return original / (u @ (original.flatten(1) @ v))


def resize(face: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, without antialiasing."""
    return F.interpolate(face, size=size, mode="bilinear", align_corners=False)


class FaceNorm(nn.Module):
    """Batch norm whose scale and shift come from the degraded face: (N×C×h×w, N×3×h×w) to N×C×h×w."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.param_free_norm = nn.BatchNorm2d(channels, affine=False)
        self.mlp_shared = nn.Sequential(nn.Conv2d(3, hidden, 3, padding=1), nn.ReLU(inplace=True))
        self.mlp_gamma = nn.Conv2d(hidden, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(hidden, channels, 3, padding=1)

    def forward(self, x: Tensor, face: Tensor) -> Tensor:
        guide = self.mlp_shared(face)
        return self.param_free_norm(x) * (1 + self.mlp_gamma(guide)) + self.mlp_beta(guide)


class FaceBlock(nn.Module):
    """A residual block with two guided norms, three where the width changes: N×I×h×w to N×O×h×w."""

    def __init__(self, channels_in: int, channels_out: int, hidden: int) -> None:
        super().__init__()
        between = min(channels_in, channels_out)
        widens = channels_in != channels_out
        self.conv_0 = nn.Conv2d(channels_in, between, 3, padding=1)
        self.conv_1 = nn.Conv2d(between, channels_out, 3, padding=1)
        self.conv_s = nn.Conv2d(channels_in, channels_out, 1, bias=False) if widens else None
        self.norm_0 = FaceNorm(channels_in, hidden)
        self.norm_1 = FaceNorm(between, hidden)
        self.norm_s = FaceNorm(channels_in, hidden) if widens else None

    def forward(self, x: Tensor, face: Tensor) -> Tensor:
        face = resize(face, (x.shape[-2], x.shape[-1]))
        new = self.conv_0(F.leaky_relu(self.norm_0(x, face), SLOPE, inplace=True))
        new = self.conv_1(F.leaky_relu(self.norm_1(new, face), SLOPE, inplace=True))
        if self.conv_s is not None and self.norm_s is not None:
            x = self.conv_s(self.norm_s(x, face))
        return x + new


class FaceGenerator(StoredNetwork):
    """Aligned degraded face N×3×S×S in [-1, 1] to a clean one, the same shape and range. S is a multiple of 32.

    The published weights for 256 and for 512 pixels have the same shapes. Files hold the spectrally normalised
    convolutions in three parts (``weight_orig``, ``weight_u``, ``weight_v``); this module holds the product.

    Args:
        width: channels at full size; the inner levels have up to 16 times as many.
        hidden: channels in the guidance of each norm.
    """

    def __init__(self, width: int = 64, hidden: int = 128) -> None:
        super().__init__()
        self.fc = nn.Conv2d(3, 16 * width, 3, padding=1)
        self.head_0 = FaceBlock(16 * width, 16 * width, hidden)
        self.G_middle_0 = FaceBlock(16 * width, 16 * width, hidden)
        self.G_middle_1 = FaceBlock(16 * width, 16 * width, hidden)
        self.up_0 = FaceBlock(16 * width, 8 * width, hidden)
        self.up_1 = FaceBlock(8 * width, 4 * width, hidden)
        self.up_2 = FaceBlock(4 * width, 2 * width, hidden)
        self.up_3 = FaceBlock(2 * width, width, hidden)
        self.conv_img = nn.Conv2d(width, 3, 3, padding=1)

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "width": dimension(state_dict, "conv_img.weight", 1, 64),
            "hidden": dimension(state_dict, "head_0.norm_0.mlp_shared.0.weight", 0, 128),
        }

    def stored_shapes(self) -> dict[str, tuple[int, ...]]:
        stored: dict[str, tuple[int, ...]] = {}
        for key, shape in super().stored_shapes().items():
            if SPECTRAL.match(key):
                fan_in = shape[1] * shape[2] * shape[3]
                stored |= {f"{key}_orig": shape, f"{key}_u": shape[:1], f"{key}_v": (fan_in,)}
            else:
                stored[key] = shape
        return stored

    @classmethod
    def own_form(cls, state_dict: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        own = dict(state_dict)
        for key in [key.removesuffix("_orig") for key in state_dict if key.endswith(".weight_orig")]:
            parts = [own.pop(f"{key}_{part}").float() for part in ("orig", "u", "v")]
            own[key] = fold_spectral_norm(*parts)
        return own

    def forward(self, face: Tensor) -> Tensor:
        height, width = face.shape[-2:]
        if height % 32 or width % 32:
            raise ValueError(f"{height}×{width}: sides must be multiples of 32")
        x = self.head_0(self.fc(resize(face, (height // 32, width // 32))), face)
        x = self.G_middle_1(self.G_middle_0(_double(x), face), face)
        for up in (self.up_0, self.up_1, self.up_2, self.up_3):
            x = up(_double(x), face)
        return torch.tanh(self.conv_img(F.leaky_relu(x, SLOPE, inplace=True)))


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
