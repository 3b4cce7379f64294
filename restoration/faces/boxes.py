"""Where faces are: boxes, what they share, and the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
        angle: degrees, clockwise as the picture is seen, by which the face is tilted, to the nearest of the angles that
            were looked at; the square that fits the face is this one, turned about its centre.
    """

    left: int
    top: int
    right: int
    bottom: int
    score: float
    angle: float = 0.0

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


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


def same_face(a: FaceBox, b: FaceBox) -> bool:
    """Whether two looks mean one face: the boxes overlap as above, and neither is twice as large as the other."""
    alike = max(a.width, b.width) < 2 * min(a.width, b.width)
    return alike and _shared_part(a, b) > _SAME_FACE


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
