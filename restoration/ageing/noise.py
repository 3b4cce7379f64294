"""Smooth random fields, the raw material of uneven fading, stains, paper and grain."""

from __future__ import annotations

import cv2
import numpy as np


def smooth_field(height: int, width: int, cells: float, rng: np.random.Generator) -> np.ndarray:
    """A random field of blobs.

    Args:
        height, width: size of the result in pixels.
        cells: how many blobs fit along the shorter side.
        rng: source of randomness.

    Returns:
        H×W float32, mean about 0, most values in [-1, 1].
    """
    scale = cells / min(height, width)
    rows, columns = max(2, round(height * scale) + 1), max(2, round(width * scale) + 1)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32) * 0.5
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def fractal_field(height: int, width: int, cells: float, octaves: int, rng: np.random.Generator) -> np.ndarray:
    """A sum of smooth fields, each twice as fine and half as strong as the last; H×W float32."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        total += smooth_field(height, width, cells * 2**octave, rng) * 0.5**octave
    return total
