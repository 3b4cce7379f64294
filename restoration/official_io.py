"""The published pipeline's way of reading and writing pictures, step by step.

Sizes are rounded, resized and quantised exactly as the published programs do it, quirks included, because the published
networks answer to those very pixels. Only the ``official`` preset needs this. Pictures are uint8 H×W×3 RGB, masks uint8
H×W with 255 = damaged; inside networks float N×C×H×W in [-1, 1].
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

Pixels = NDArray[np.uint8]

#: Probability from which a pixel counts as damaged.
THRESHOLD = 0.4

#: The detector looks at a picture whose short side is this long.
DETECTION_SIDE = 256


def _to_multiple(picture: Pixels, multiple: int, how: Image.Resampling, at_least: int) -> Pixels:
    height, width = picture.shape[:2]
    # Python rounds halves to even; so does the published program.
    size = tuple(max(at_least, round(side / multiple) * multiple) for side in (width, height))
    if size == (width, height):
        return picture
    return np.asarray(Image.fromarray(picture).resize((size[0], size[1]), how))


def to_tensor(picture: Pixels) -> Tensor:
    """H×W×3 to 1×3×H×W in [-1, 1]: ``v/255``, then ``(v-0.5)/0.5`` (how every network but the detector reads)."""
    return _normalised(picture).permute(2, 0, 1)[None]


def _normalised(values: Pixels) -> Tensor:
    return (torch.from_numpy(values.astype(np.float32)) / 255 - 0.5) / 0.5


# --- detection -----------------------------------------------------------------------------------------------------


def resize_for_scratches(picture: Pixels) -> Pixels:
    """Detection, step 1: sides rounded to multiples of 16, bicubic. The result keeps this size to the end.

    Sides that would vanish become 16, where the published program fails.
    """
    return _to_multiple(picture, 16, Image.Resampling.BICUBIC, at_least=16)


def detection_input(picture: Pixels) -> Tensor:
    """Detection, steps 2 and 3: grey as Pillow makes it, normalised, short side 256: to 1×1×h×w for the detector.

    The long side keeps the proportion, rounded to a multiple of 16. Small pictures are enlarged; large ones are reduced
    without antialiasing.
    """
    grey = _normalised(np.asarray(Image.fromarray(picture).convert("L")))[None, None]
    height, width = picture.shape[:2]
    short, long = min(height, width), max(height, width)
    other = round((long / short * DETECTION_SIDE) / 16) * 16
    size = (DETECTION_SIDE, other) if height <= width else (other, DETECTION_SIDE)
    return F.interpolate(grey, size=size, mode="bilinear", align_corners=False)


def mask_from_logits(logits: Tensor, size: tuple[int, int], threshold: float = THRESHOLD) -> Pixels:
    """Detection, steps 4 and 5: the detector's answer 1×1×h×w to a mask H×W of the given (height, width).

    The published program stretches the mask's contrast when it saves it, so that a picture found damaged everywhere
    counts as damaged nowhere. So it does here.
    """
    probability = F.interpolate(logits.float().sigmoid(), size=size, mode="nearest")[0, 0]
    damaged = (probability >= threshold).cpu().numpy()
    if damaged.all():
        damaged = np.zeros_like(damaged)
    return np.where(damaged, 255, 0).astype(np.uint8)


# --- restoring -----------------------------------------------------------------------------------------------------


def high_resolution_mask(mask: Pixels) -> Pixels:
    """Scratch restoring, high resolution only: the mask grown by 3 pixels on every side, as a square."""
    outside = (0,)  # nothing grows in from beyond the border
    return np.asarray(
        cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=3, borderType=cv2.BORDER_CONSTANT, borderValue=outside),
        dtype=np.uint8,
    )


def whiten_damage(picture: Pixels, mask: Pixels) -> Pixels:
    """Scratch restoring: the picture with white under the mask."""
    return np.where(mask[..., None] > 0, np.uint8(255), picture)


def mask_tensor(mask: Pixels) -> Tensor:
    """Scratch restoring: mask H×W to 1×1×H×W of 0 and 1."""
    return torch.from_numpy(mask.astype(np.float32))[None, None] / 255


def resize_for_quality(picture: Pixels) -> Pixels:
    """Quality restoring, "Full": sides rounded to multiples of 4, bilinear. The result keeps this size.

    Sides that are too short for the networks become 8, where the published program fails.
    """
    return _to_multiple(picture, 4, Image.Resampling.BILINEAR, at_least=8)


def write_stretched(restored: Tensor) -> Pixels:
    """Writing the first stage: 1×3×H×W in [-1, 1] to H×W×3, contrast stretched to the full range.

    One stretch for all channels together: the darkest value of the picture becomes 0, the lightest 255.
    """
    values = (restored[0].float() + 1) / 2
    low, high = values.aminmax()
    return _quantised((values - low) / max(float(high - low), 1e-5))


# --- faces ---------------------------------------------------------------------------------------------------------


def face_input(face: Pixels, side: int) -> Tensor:
    """Reading a face: H×W×3 to 1×3×side×side, bicubic unless it has that size."""
    if face.shape[:2] != (side, side):
        face = np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.BICUBIC))
    return to_tensor(face)


def write_face(restored: Tensor) -> Pixels:
    """Writing a face: 1×3×S×S in [-1, 1] to S×S×3, without any stretch."""
    return _quantised((restored[0].float() + 1) / 2)


def _quantised(values: Tensor) -> Pixels:
    levels = (values * 255 + 0.5).clamp(0, 255).to(torch.uint8)  # the conversion truncates
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())
