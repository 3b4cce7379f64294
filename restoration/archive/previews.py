"""Small pictures of photos for pages: JPEG files, sRGB, 8 bits, grey where the photo is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from restoration.atomic_file import atomic_file
from restoration.colour import in_srgb
from restoration.photo import Photo, to_depth

#: Longest side in pixels: a card of a page is about so wide. Some 25 kB a picture, a gigabyte for 20,000 photos.
LONGEST_SIDE = 544
_QUALITY = 80


def write_preview(path: Path, photo: Photo) -> None:
    """Write a small picture of ``photo``; what is transparent shows its colours.

    Args:
        path: of the JPEG file to be; its folder is made, and a file there is replaced.
        photo: at any size, 8 or 16 bits.

    Raises:
        OSError, OutputError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Reduced before colours are converted: a whole scan would take a second.
    small = in_srgb(Photo(_reduced(photo.pixels), icc_profile=photo.icc_profile))
    samples = to_depth(small.pixels, np.uint8)
    with atomic_file(path, overwrite=True) as file:
        Image.fromarray(samples[..., 0] if small.is_grey else samples).save(file, "JPEG", quality=_QUALITY)


def _reduced(pixels: np.ndarray) -> np.ndarray:
    """H×W×C at most so large, by area."""
    height, width, channels = pixels.shape
    factor = LONGEST_SIDE / max(height, width)
    if factor >= 1:
        return pixels
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)).reshape(size[1], size[0], channels)
