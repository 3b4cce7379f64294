"""Which holes are filled together, and what of the picture is looked at for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

#: Holes nearer to each other than this, in pixels, are filled together.
JOINED_PX = 32
#: The widest circle in a hole may be so many cells across where the network works; larger ones are reduced first.
WIDEST_CELLS = 48
#: Known surroundings of a hole that are looked at, in cells of the size at which the network works.
CONTEXT_CELLS = 48
#: A longer hole is filled part by part, each so many cells long; what was filled is known to the next.
LONGEST_CELLS = 448
#: Most halvings: a cell of 64 pixels.
MOST_HALVINGS = 6


@dataclass(frozen=True)
class Part:
    """A part of a hole that is filled at once.

    Attributes:
        seen: what is looked at, slices of (rows, columns) of the picture.
        own: the pixels that are filled, bool, of the size of ``seen``; other holes in it stay unknown.
        halvings: how often the picture is halved before the network fills it.
    """

    seen: tuple[slice, slice]
    own: np.ndarray
    halvings: int


def diameters(hole: np.ndarray) -> np.ndarray:
    """Twice the distance of each pixel of a hole to what is known, H×W float32, in pixels.

    Its maximum over a hole is the diameter of the widest circle in it. The picture's border is a mirror: a strip along
    it counts as twice as wide, as only one of its sides is known. Without any known pixel all is infinite.

    Args:
        hole: H×W bool.
    """
    if hole.all():
        return np.full(hole.shape, np.inf, np.float32)
    return cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * 2


def halvings_for(diameter: float) -> int:
    """How often a hole of this diameter is halved until the network knows its size."""
    return int(np.clip(np.ceil(np.log2(max(diameter, 1) / WIDEST_CELLS)), 0, MOST_HALVINGS))


def parts_of(hole: np.ndarray) -> Iterator[Part]:
    """The parts in the order in which they are to be filled.

    Args:
        hole: H×W bool, with at least one pixel that is known.
    """
    labels, boxes = _groups(hole)
    for number, (top, left, bottom, right) in enumerate(boxes, start=1):
        own = hole[top:bottom, left:right] & _spread(labels, number, top, left, bottom, right)
        if not own.any():
            continue
        # With a frame of what is around, so that the distances are those in the picture.
        framed = tuple(slice(max(0, first - 1), last + 1) for first, last in ((top, bottom), (left, right)))
        halvings = halvings_for(min(float(diameters(hole[framed]).max(initial=0)), 2.0 * max(hole.shape)))
        longest, context = LONGEST_CELLS << halvings, CONTEXT_CELLS << halvings
        for rows in _spans(top, bottom, longest):
            for columns in _spans(left, right, longest):
                piece = own[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
                if piece.any():
                    yield _part(hole.shape, rows, columns, piece, context, halvings)


def _part(shape: tuple[int, ...], rows: slice, columns: slice, piece: np.ndarray, context: int, halvings: int) -> Part:
    seen = (
        slice(max(0, rows.start - context), min(shape[0], rows.stop + context)),
        slice(max(0, columns.start - context), min(shape[1], columns.stop + context)),
    )
    own = np.zeros((seen[0].stop - seen[0].start, seen[1].stop - seen[1].start), bool)
    y, x = rows.start - seen[0].start, columns.start - seen[1].start
    own[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
    return Part(seen, own, halvings)


def _spans(first: int, last: int, longest: int) -> list[slice]:
    count = max(1, -(-(last - first) // longest))
    edges = [first + round(i * (last - first) / count) for i in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


#: Side of the cells on which holes are joined.
_CELL = 8


def _groups(hole: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """Labels of cells of ``_CELL`` pixels, and the bounding box of each label's pixels: top, left, bottom, right."""
    height, width = hole.shape
    rows, columns = -(-height // _CELL), -(-width // _CELL)
    cells = np.zeros((rows, columns), bool)
    for row in range(rows):  # a row of cells at a time: no padded copy of a large mask
        strip = hole[row * _CELL : (row + 1) * _CELL].any(axis=0)
        cells[row] = np.add.reduceat(strip, np.arange(0, width, _CELL)) > 0
    near = JOINED_PX // _CELL
    joined = cv2.dilate(cells.astype(np.uint8), np.ones((near + 1, near + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = []
    for number in range(1, count):
        x, y, w, h = (int(each) for each in stats[number, :4])
        boxes.append((y * _CELL, x * _CELL, min((y + h) * _CELL, height), min((x + w) * _CELL, width)))
    return labels, boxes


def _spread(labels: np.ndarray, number: int, top: int, left: int, bottom: int, right: int) -> np.ndarray:
    """Where a label's cells lie within a box, a value a pixel."""
    part = labels[top // _CELL : -(-bottom // _CELL), left // _CELL : -(-right // _CELL)] == number
    return part.repeat(_CELL, axis=0).repeat(_CELL, axis=1)[: bottom - top, : right - left]
