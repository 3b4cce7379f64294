"""CIE Lab (D65) and sRGB as tensors, with gradients. Elsewhere OpenCV converts; a test compares the two."""

from __future__ import annotations

import torch
from torch import Tensor

_TO_XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
_WHITE = (0.950456, 1.0, 1.088754)
_EDGE = 6 / 29


def lab_to_rgb(lab: Tensor) -> Tensor:
    """N×3×H×W, L from 0 to 100, to sRGB; 0 to 1 where sRGB has the colour, beyond it elsewhere."""
    light = (lab[:, :1] + 16) / 116
    f = torch.cat([light + lab[:, 1:2] / 500, light, light - lab[:, 2:] / 200], dim=1)
    xyz = torch.where(f > _EDGE, f.clamp_min(_EDGE) ** 3, 3 * _EDGE**2 * (f - 4 / 29))
    xyz = xyz * lab.new_tensor(_WHITE).view(1, 3, 1, 1)
    linear = torch.einsum("nchw,kc->nkhw", xyz, torch.linalg.inv(lab.new_tensor(_TO_XYZ)))
    return torch.where(linear > 0.0031308, 1.055 * linear.clamp_min(0.0031308) ** (1 / 2.4) - 0.055, 12.92 * linear)


def rgb_to_light(rgb: Tensor) -> Tensor:
    """sRGB N×3×H×W, 0 to 1, to L of Lab: N×1×H×W, 0 to 100."""
    linear = torch.where(rgb > 0.04045, ((rgb.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    y = torch.einsum("nchw,c->nhw", linear, rgb.new_tensor(_TO_XYZ[1]))[:, None]
    f = torch.where(y > _EDGE**3, y.clamp_min(_EDGE**3) ** (1 / 3), y / (3 * _EDGE**2) + 4 / 29)
    return 116 * f - 16
