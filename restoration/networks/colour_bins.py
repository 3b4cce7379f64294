"""The colours among which the colour network chooses: a grid over the a and b of CIE Lab (D65).

Zhang, Isola and Efros 2016, "Colorful Image Colorization", section 2.1: colours are classes, for the mean of several
plausible colours is a grey that none of them is. Here a colour lies between four classes, with bilinear weights, whose
mean is the colour itself.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np

#: Distance of neighbouring classes, in units of Lab.
SPACING = 12
#: Colours that sRGB can show lie within so many steps of grey: a from -86 to 98, b from -108 to 94.
REACH = 9


@functools.cache
def class_of() -> np.ndarray:
    """The class of each corner of the grid, 19×19 int64 (a down, b across); -1 where sRGB has no colour near it."""
    levels = np.linspace(0, 1, 33, dtype=np.float32)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    ab = cv2.cvtColor(cube, cv2.COLOR_RGB2LAB)[:, 0, 1:]
    used = np.zeros((2 * REACH + 1, 2 * REACH + 1), bool)
    row, column = np.floor(ab / SPACING).astype(np.int64).T + REACH
    for down in (0, 1):
        for across in (0, 1):
            used[row + down, column + across] = True
    numbers = np.full(used.shape, -1, np.int64)
    numbers[used] = np.arange(used.sum())
    return numbers


def class_colours() -> np.ndarray:
    """a and b of each class, K×2 float32."""
    return ((np.argwhere(class_of() >= 0) - REACH) * SPACING).astype(np.float32)


def soft_classes(ab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The four classes around each colour, and their weights.

    Args:
        ab: ...×2 float32, a and b of Lab. What lies outside the classes is moved to the nearest cell that has them.

    Returns:
        Numbers of classes ...×4 int64, and weights ...×4 float32 that are at least 0 and add up to 1.
    """
    numbers = class_of()
    place = np.clip(ab / SPACING + REACH, 0, 2 * REACH - 1e-3)
    corner = np.floor(place).astype(np.int64)
    share = (place - corner).astype(np.float32)
    row, column = corner[..., 0], corner[..., 1]
    down, across = share[..., 0], share[..., 1]
    classes = np.stack(
        [numbers[row, column], numbers[row, column + 1], numbers[row + 1, column], numbers[row + 1, column + 1]], -1
    )
    weights = np.stack([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across], -1)
    weights[classes < 0] = 0
    total = weights.sum(axis=-1, keepdims=True)
    grey = int(numbers[REACH, REACH])
    lost = total[..., 0] <= 0
    weights /= np.maximum(total, 1e-9)
    weights[lost] = (1, 0, 0, 0)
    classes[lost] = grey
    return np.maximum(classes, 0), weights
