"""Irregular holes to learn inpainting from: strokes, blobs, rectangles, torn corners and borders, drawn at random.

The holes of Liu et al. (ECCV 2018, section 4.1) come from the occlusions of a film; these are drawn, as those of Yu et
al. (2019, "Free-Form Image Inpainting with Gated Convolution", section 3.4), together with what old prints lose. All
are H×W bool, True = hole.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from restoration.ageing.noise import fractal_field

#: So many shapes are tried before the last that fitted is taken.
MOST_SHAPES = 64
#: Least and largest share of the picture that a hole of training takes.
SHARE = (0.01, 0.6)

Shape = Callable[[int, int, float, np.random.Generator], np.ndarray]


def stroke(height: int, width: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """A bent brush stroke about ``size`` pixels long: a walk of a few turns, of changing width."""
    canvas = np.zeros((height, width), np.uint8)
    point = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    angle, thickness = rng.uniform(0, 2 * np.pi), size * rng.uniform(0.08, 0.35)
    for _ in range(int(rng.integers(2, 7))):
        angle += rng.uniform(-1.2, 1.2)
        onwards = point + size * rng.uniform(0.15, 0.5) * np.array([np.cos(angle), np.sin(angle)])
        thickness *= rng.uniform(0.75, 1.3)
        ends = [tuple(int(each) for each in np.rint(end)) for end in (point, onwards)]
        cv2.line(canvas, ends[0], ends[1], 1, max(1, round(thickness)))
        cv2.circle(canvas, ends[1], max(0, round(thickness / 2)), 1, -1)
        point = onwards
    return canvas > 0


def blob(height: int, width: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """An irregular blot about ``size`` pixels across."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    stretch = rng.uniform(0.6, 1.6)
    radius = max(size / 2, 1.0)
    distance = np.hypot((x - rng.uniform(0, width)) * stretch, (y - rng.uniform(0, height)) / stretch) / radius
    ragged: np.ndarray = distance < 1 + _ragged(height, width, size, rng) * rng.uniform(0.1, 0.4)
    return ragged


def rectangle(height: int, width: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """An upright rectangle, about ``size`` pixels a side."""
    rows, columns = (max(1, round(size * rng.uniform(0.5, 1.4))) for _ in range(2))
    top, left = (int(rng.integers(-side // 4, max(length - 3 * side // 4, 1)))
                 for side, length in ((rows, height), (columns, width)))  # fmt: skip
    out = np.zeros((height, width), bool)
    out[max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)] = True
    return out


def corner(height: int, width: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """A corner torn off, about ``size`` pixels along each side, with a ragged edge."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across = x if rng.random() < 0.5 else width - 1 - x
    down = y if rng.random() < 0.5 else height - 1 - y
    reach = across / (size * rng.uniform(0.7, 1.5)) + down / (size * rng.uniform(0.7, 1.5))
    torn: np.ndarray = reach < 1 + _ragged(height, width, size, rng) * 0.2
    return torn


def border(height: int, width: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """A strip torn off along one side of the picture, about a third of ``size`` deep, with a ragged edge."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    depth = (x, width - 1 - x, y, height - 1 - y)[int(rng.integers(4))]
    torn: np.ndarray = depth < size * rng.uniform(0.2, 0.5) * (1 + _ragged(height, width, size, rng) * 0.4)
    return torn


#: The shapes, and how often each is drawn.
SHAPES: tuple[tuple[Shape, float], ...] = ((stroke, 0.5), (blob, 0.2), (rectangle, 0.1), (corner, 0.1), (border, 0.1))
#: The same without those that lie at the picture's border.
INNER_SHAPES = tuple(pair for pair in SHAPES if pair[0] not in (corner, border))


def irregular_hole(
    height: int,
    width: int,
    share: tuple[float, float],
    rng: np.random.Generator,
    shapes: tuple[tuple[Shape, float], ...] = SHAPES,
    margin: int = 0,
) -> np.ndarray:
    """A hole of several shapes that takes a share of the picture between the two given, H×W bool.

    Shapes are added until there is enough; one that would be too much is drawn smaller. In a picture of a few pixels
    the share may be missed; there is always at least one pixel of hole, and one that is known if there are two.

    Args:
        height, width: of the picture.
        share: least and largest share of its pixels.
        rng: the same one gives the same hole.
        shapes: what it is made of, with their weights.
        margin: so many pixels at the picture's border stay known.
    """
    least, most = share
    wanted = rng.uniform(least, most) * height * width
    hole = np.zeros((height, width), bool)
    weights = np.array([weight for _, weight in shapes])
    fitted = 1.0
    for _ in range(MOST_SHAPES):
        if hole.sum() >= least * height * width and hole.sum() >= 0.8 * wanted:
            break
        shape = shapes[int(rng.choice(len(shapes), p=weights / weights.sum()))][0]
        size = fitted * rng.uniform(0.5, 1.6) * np.sqrt(max(wanted - hole.sum(), 1.0))
        more = hole | shape(height, width, max(size, 2.0), rng)
        if margin:
            more[:margin] = more[-margin:] = more[:, :margin] = more[:, -margin:] = False
        if more.sum() <= most * height * width:
            hole, fitted = more, 1.0
        else:
            fitted *= 0.7
    if not hole.any():
        hole[height // 2, width // 2] = True
    if hole.all() and hole.size > 1:
        hole[0, 0] = False
    return hole


def _ragged(height: int, width: int, size: float, rng: np.random.Generator) -> np.ndarray:
    """A rough field, H×W, mostly in [-1, 1], with bays of a quarter to a half of ``size``, for edges."""
    bay = max(size * rng.uniform(0.25, 0.5), 2.0)
    return fractal_field(height, width, min(max(min(height, width) / bay, 1.0), 32.0), 3, rng)
