"""Finding faces with dlib's frontal detector (HOG and a linear classifier; King, "Max-Margin Object Detection", 2015).

The published pipeline runs it once at the picture's own size, where it sees faces from some 80 pixels. Here a second
look at the enlarged picture finds smaller ones; what the first look found stays as it was.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

# Above this the picture is reduced first: a face then is still hundreds of pixels, and a 24-megapixel scan takes 1 s.
_MOST_PIXELS = 4_000_000
# The enlarged picture never has more pixels than this, and enlarging by less than the factor below is not worth a look.
_MOST_PIXELS_ENLARGED = 3_000_000
_LEAST_ENLARGEMENT = 1.25
# dlib's own threshold is 0. In 510 old and new photographs the second look found 139 faces that the first had missed,
# and 2 things that are none, both below 0.15 (a wheel, a dog).
_SECOND_LOOK_SCORE = 0.15
# Two boxes are one face if this part of the smaller one lies in the larger one.
_SAME_FACE = 0.4


@dataclass(frozen=True)
class FaceBox:
    """Where a face is, in pixels of the picture; may reach beyond the picture's borders.

    Attributes:
        left: first column.
        top: first row.
        right: column after the last.
        bottom: row after the last.
        score: the detector's, without unit: 0 just a face, 1 and above a plain one.
    """

    left: int
    top: int
    right: int
    bottom: int
    score: float

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def find_faces(image: NDArray[np.uint8], *, small_faces: bool = True) -> list[FaceBox]:
    """All upright, roughly frontal faces of a picture, in reading order.

    Args:
        image: H×W×3 RGB, uint8, any size; reduced inside to 4 megapixels if it has more.
        small_faces: look at the enlarged picture as well (twice, at most to 3 megapixels), where faces from some 40
            pixels are found. False is the published behaviour.

    Returns:
        One box a face: rows from top to bottom, each row from left to right.

    Raises:
        ValueError: not H×W×3 uint8.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"a picture is H×W×3 uint8, not {image.shape} {image.dtype}")
    pixels = image.shape[0] * image.shape[1]
    if pixels == 0:
        return []
    boxes = _detect(image, min(1.0, math.sqrt(_MOST_PIXELS / pixels)))
    enlargement = min(2.0, math.sqrt(_MOST_PIXELS_ENLARGED / pixels))
    if small_faces and enlargement >= _LEAST_ENLARGEMENT:
        boxes += [box for box in _detect(image, enlargement) if box.score >= _SECOND_LOOK_SCORE]
    return reading_order(merge_overlapping(boxes))


def merge_overlapping(boxes: Iterable[FaceBox]) -> list[FaceBox]:
    """One box a face: of boxes that overlap, the one named first stays.

    Args:
        boxes: the more trustworthy first.

    Returns:
        Boxes of which none covers more than 40 % of the smaller of itself and another.
    """
    kept: list[FaceBox] = []
    for box in boxes:
        if all(_shared_part(box, other) <= _SAME_FACE for other in kept):
            kept.append(box)
    return kept


def reading_order(boxes: Iterable[FaceBox]) -> list[FaceBox]:
    """Rows from top to bottom, each from left to right.

    A face belongs to a row if its centre lies less than half a face's height below the row's first (highest) face.
    """
    rows: list[list[FaceBox]] = []
    for box in sorted(boxes, key=lambda b: (b.top + b.bottom, b.left)):
        first = rows[-1][0] if rows else None
        if (
            first is not None
            and (box.top + box.bottom - first.top - first.bottom) / 2 < max(first.height, box.height) / 2
        ):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda b: (b.left, b.top))]


def _shared_part(a: FaceBox, b: FaceBox) -> float:
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(a.width * a.height, b.width * b.height)


def _detect(image: NDArray[np.uint8], scale: float) -> list[FaceBox]:
    """The detector at one scale; boxes in pixels of ``image``, best score first."""
    scaled: NDArray[Any] = image
    if scale != 1.0:
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # dlib takes an array with strides for a contiguous one, without a word.
    rectangles, scores, _ = _detector().run(np.ascontiguousarray(scaled), 0, 0.0)
    fx, fy = image.shape[1] / scaled.shape[1], image.shape[0] / scaled.shape[0]
    boxes = [
        FaceBox(
            round(r.left() * fx), round(r.top() * fy), round((r.right() + 1) * fx), round((r.bottom() + 1) * fy), score
        )
        for r, score in zip(rectangles, scores, strict=True)
    ]
    return sorted(boxes, key=lambda b: -b.score)


@functools.cache
def _detector() -> Any:
    # Made on first use: it takes a moment, and not every run looks for faces. Not to be shared by threads.
    return dlib.get_frontal_face_detector()
