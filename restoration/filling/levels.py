"""A picture with holes at sizes that are halves of each other (a Gaussian pyramid that looks at known pixels alone)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

#: A cell is known if at least this share of its pixels is.
LEAST_KNOWN = 0.5


@dataclass(frozen=True)
class Level:
    """A picture at one size.

    Attributes:
        picture: h×w×3 float32; each cell the mean of its known pixels, 0 where it has none.
        hole: h×w bool.
    """

    picture: np.ndarray
    hole: np.ndarray


def halved(level: Level) -> Level:
    """The level at half its size, sides rounded up; what is beyond the edge is unknown."""
    height, width = level.hole.shape
    rows, columns = -(-height // 2), -(-width // 2)
    total = np.zeros((rows, columns, 3), np.float32)
    count = np.zeros((rows, columns), np.float32)
    for y in (0, 1):
        for x in (0, 1):
            known = ~level.hole[y::2, x::2]
            h, w = known.shape
            count[:h, :w] += known
            total[:h, :w] += level.picture[y::2, x::2] * known[..., None]
    area = np.outer(np.minimum(2, height - 2 * np.arange(rows)), np.minimum(2, width - 2 * np.arange(columns)))
    return Level(total / np.maximum(count, 1)[..., None], count < LEAST_KNOWN * area)


def sampled(picture: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A picture at half the size, looked up at pixels of the full size: N×3, bicubic.

    Args:
        picture: h×w×3 float32.
        y, x: N whole numbers, rows and columns at twice the size.
    """
    maps = (((each + 0.5) / 2 - 0.5).astype(np.float32)[:, None] for each in (x, y))
    # OpenCV takes at most 32,767 rows at a time.
    parts = [
        cv2.remap(picture, part_x, part_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)[:, 0]
        for part_x, part_y in zip(*(_chunks(each) for each in maps), strict=True)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 3), np.float32)


def _chunks(values: np.ndarray) -> list[np.ndarray]:
    return [values[start : start + 16384] for start in range(0, len(values), 16384)]
