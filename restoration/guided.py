"""A coarse map brought to a picture's own edges: the joint bilateral filter, and the guided filter.

He, Sun and Tang 2013, "Guided Image Filtering", and He and Sun 2015, "Fast Guided Filter": within a window the map is a
straight line over the luminance. The lines are found where the map is coarse and applied where the picture is fine, so
that colour ends where the luminance does.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, eq=False)
class Lines:
    """value = slope · luminance + offset, in each cell; both h×w×C float32."""

    slope: np.ndarray
    offset: np.ndarray


def aligned(values: np.ndarray, light: np.ndarray, radius: int, near: float, alike: float) -> np.ndarray:
    """A map smoothed among cells of like luminance: what lies on the wrong side of an edge is outvoted.

    Petschnigg et al. 2004, "Digital Photography with Flash and No-Flash Image Pairs", section 3.1.

    Args:
        values: h×w×C float32.
        light: h×w float32, 0 to 1.
        radius: how far a cell looks.
        near, alike: deviations of the weights, in cells and in luminance.
    """
    height, width = light.shape
    wide = np.pad(values, ((radius, radius), (radius, radius), (0, 0)), mode="edge")
    wide_light = np.pad(light, radius, mode="edge")
    total, weights = np.zeros_like(values), np.zeros_like(light)
    for down in range(2 * radius + 1):
        for across in range(2 * radius + 1):
            part = np.s_[down : down + height, across : across + width]
            away = ((down - radius) ** 2 + (across - radius) ** 2) / (2 * near**2)
            weight = np.exp(-away - (wide_light[part] - light) ** 2 / (2 * alike**2)).astype(np.float32)
            total += weight[..., None] * wide[part]
            weights += weight
    return total / weights[..., None]


def fit_lines(values: np.ndarray, light: np.ndarray, radius: int, flat: float) -> Lines:
    """The lines of a map over its luminance.

    Args:
        values: h×w×C float32.
        light: h×w float32, 0 to 1.
        radius: of the window, in cells; the window has 2·radius + 1 of them a side.
        flat: variance of the luminance, (0 to 1)², below which a window counts as flat.
    """
    side = (2 * radius + 1, 2 * radius + 1)

    def mean(array: np.ndarray) -> np.ndarray:
        smooth = cv2.blur(
            array, side, borderType=cv2.BORDER_REFLECT_101 if min(array.shape[:2]) > 1 else cv2.BORDER_REPLICATE
        )
        return smooth.reshape(array.shape)

    light = light[..., None]
    middle, level = mean(values), mean(light)
    slope = (mean(values * light) - middle * level) / (mean(light * light) - level * level + flat)
    return Lines(mean(slope), mean(middle - slope * level))


def enlarged(lines: Lines, light: np.ndarray, rows: slice, height: int) -> np.ndarray:
    """The map at the size of a picture, a strip of it at a time.

    Args:
        lines: of the whole map.
        light: h'×W float32, 0 to 1: the luminance of the picture's rows.
        rows: which they are.
        height: of the whole picture.

    Returns:
        h'×W×C float32.
    """
    slope, offset = (_stretched(part, rows, height, light.shape[1]) for part in (lines.slope, lines.offset))
    return slope * light[..., None] + offset


def _stretched(cells: np.ndarray, rows: slice, height: int, width: int) -> np.ndarray:
    """Rows of the cells stretched to height×width, bilinear: the same as of the whole, in less memory."""
    centres = np.clip((np.arange(rows.start, rows.stop) + 0.5) * (len(cells) / height) - 0.5, 0, len(cells) - 1)
    first = np.minimum(centres.astype(int), max(len(cells) - 2, 0))
    share = (centres - first).astype(np.float32)[:, None, None]
    part = cells[first] * (1 - share) + cells[np.minimum(first + 1, len(cells) - 1)] * share
    return cv2.resize(part, (width, len(part)), interpolation=cv2.INTER_LINEAR).reshape(len(part), width, -1)
