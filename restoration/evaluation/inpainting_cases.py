"""Pictures with irregular holes of known sizes, and the classical tools that holes are filled with for comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from restoration.training.holes import INNER_SHAPES, SHAPES, Shape, border, corner, irregular_hole
from restoration.training.pairs import read_rgb

#: Side of the pictures, which are cut square and reduced.
SIDE = 256
#: Shares of the picture that holes take.
SHARES = ((0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6))
#: Where holes lie: away from the border, as "without border" of the paper (50 of 512 pixels, 25 of 256 here); anywhere;
#: and at the border alone, torn corners and strips.
Place = Literal["inside", "anywhere", "torn"]
MARGIN = 25
_TORN: tuple[tuple[Shape, float], ...] = ((corner, 0.5), (border, 0.5))
#: A picture without its margin has no room for more; and a picture torn by more than this is none.
_MOST = {"inside": 0.5, "anywhere": 0.6, "torn": 0.4}


@dataclass(frozen=True)
class HoleCase:
    """One picture with a hole.

    Attributes:
        name: of the picture.
        kind: photo or face.
        place, share: of the hole, see ``Place`` and ``SHARES``.
        true: SIDE×SIDE×3 uint8.
        hole: SIDE×SIDE bool.
    """

    name: str
    kind: str
    place: Place
    share: tuple[float, float]
    true: np.ndarray
    hole: np.ndarray


def hole_cases(pictures: Sequence[tuple[str, Path]], seed: int = 0) -> Iterator[HoleCase]:
    """Every picture with holes of every place and share.

    Args:
        pictures: kind and file.
        seed: of the holes; training draws its own from generators of two numbers, so none is the same.
    """
    for number, (kind, path) in enumerate(pictures):
        true = square(read_rgb(path, None))
        for turn, place in enumerate(_MOST):
            for step, share in enumerate(SHARES):
                if share[1] > _MOST[place]:
                    continue
                rng = np.random.default_rng([seed, number, turn, step])
                shapes = {"inside": INNER_SHAPES, "anywhere": SHAPES, "torn": _TORN}[place]
                hole = irregular_hole(SIDE, SIDE, share, rng, shapes, MARGIN if place == "inside" else 0)
                yield HoleCase(path.stem, kind, place, share, true, hole)  # type: ignore[arg-type] # a key of _MOST


def square(picture: np.ndarray) -> np.ndarray:
    """The middle of a picture, H×W×3 uint8, as SIDE×SIDE×3."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    part = np.ascontiguousarray(picture[top : top + side, left : left + side])
    method = cv2.INTER_AREA if side >= SIDE else cv2.INTER_CUBIC
    return cv2.resize(part, (SIDE, SIDE), interpolation=method)


def telea(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """OpenCV's fast marching (Telea 2004), radius 3; H×W×3 uint8 and H×W bool to H×W×3 uint8."""
    return cv2.inpaint(picture, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)


def navier_stokes(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """OpenCV's Navier–Stokes (Bertalmio et al. 2001), radius 3; as ``telea``."""
    return cv2.inpaint(picture, hole.astype(np.uint8), 3, cv2.INPAINT_NS)
