"""Portraits as prints that were scanned and have aged, with the place of the face known from the clean portrait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from restoration.ageing import RECIPES, Materials, age
from restoration.evaluation.cases import FIRST_SEED
from restoration.faces import align_face, find_faces, warp_face
from restoration.faces.landmarks import landmarks5
from restoration.training.pairs import read_rgb

#: Seeds of faces begin here, beyond those of ``cases``; training's lie below 2**32.
FIRST_FACE_SEED = 2 * FIRST_SEED
#: So many faces have seeds of their own before those of the next ``--seed`` begin.
SEEDS_A_RUN = 10**6
#: Side of the crops that are compared, in pixels: that of the template.
CROP = 256
#: Sides that the crop has in the scan, in pixels: small faces are as common as large ones.
SEEN_SIDES = (96, 256)
#: Recipes, in turn.
TURNS = ("default", "worn")
#: Paper around the portrait, as a share of its longer side: the white border of a print. A crop that reaches beyond
#: the portrait shows paper then, as in a scan, and not the black of nothing.
PAPER_MARGIN = 0.06
PAPER = (243, 240, 232)


@dataclass(frozen=True)
class FaceCase:
    """An aged portrait with its truth.

    Attributes:
        name: of the portrait.
        recipe: how it aged, one of ``TURNS``.
        side: of the crop in the scan, in pixels.
        clean: the truth, H×W×3 uint8, RGB: the grey print where the ageing made it monochrome.
        aged: what is to be restored, of the same size.
        affine: 3×3, pixel of the crop to pixel of both.
        points: dlib's five points in the crop, found in the clean portrait, 5×2 (x, y).
        shown: CROP×CROP bool, which pixels of the crop show the portrait rather than the paper round it.
        portrait: the crop of the portrait as it was, at its full size and in its colours, CROP×CROP×3 uint8.
    """

    name: str
    recipe: str
    side: float
    clean: np.ndarray
    aged: np.ndarray
    affine: np.ndarray
    points: np.ndarray
    shown: np.ndarray
    portrait: np.ndarray


def face_case(path: Path, number: int, seed: int = 0, materials: Materials | None = None) -> FaceCase | None:
    """Reduces a portrait, puts it on paper and ages it; its largest face is the case.

    Points are found at the portrait's full size, where they are exact, and carried over to the reduced one. A portrait
    is never enlarged: where its crop is smaller than 256 pixels, the side is drawn up to that.

    Args:
        path: of a clean portrait.
        number: of the portrait among all: gives the seed, and the recipe by turns.
        seed: another one ages all portraits otherwise.
        materials: for the ageing.

    Returns:
        The case; None if no face is found in the clean portrait.

    Raises:
        PictureError: the file is not a picture, or damaged.
    """
    picture = read_rgb(path, None)
    boxes = find_faces(picture, thorough=False) or find_faces(picture)
    if not boxes:
        return None
    box = max(boxes, key=lambda found: found.width)
    affine = align_face(picture, box, CROP)
    points = np.c_[landmarks5(picture, box), np.ones(5)] @ np.linalg.inv(affine)[:2].T
    ageing_seed = FIRST_FACE_SEED + SEEDS_A_RUN * seed + number
    side = float(np.hypot(affine[0, 0], affine[1, 0])) * CROP
    smaller = _drawn_side(side, ageing_seed) / side
    scan, to_scan = on_paper(picture, smaller)
    recipe = TURNS[number % len(TURNS)]
    # The print's border is there already.
    aged = age(scan, ageing_seed, replace(RECIPES[recipe], border_chance=0.0), materials)
    return FaceCase(
        name=path.stem,
        recipe=recipe,
        side=side * smaller,
        clean=aged.clean,
        aged=aged.image,
        affine=to_scan @ affine,
        points=points,
        shown=_shown(picture, affine),
        portrait=crop(picture, affine),
    )


def crop(picture: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """The face of a picture (H×W×3 uint8), upright, CROP×CROP×3 uint8; ``affine`` as in ``FaceCase``."""
    return np.rint(warp_face(picture, affine, CROP)).astype(np.uint8)


def on_paper(portrait: np.ndarray, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """The portrait, reduced by area, with the white border of a print.

    Args:
        portrait: H×W×3 uint8, RGB.
        factor: of its sides, at most 1.

    Returns:
        The scan, h×w×3 uint8, and the 3×3 map from a pixel of the portrait to one of the scan (pixel centres are whole
        numbers).
    """
    height, width = portrait.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(portrait, size, interpolation=cv2.INTER_AREA)
    margin = max(1, round(PAPER_MARGIN * max(size)))
    scan = np.empty((size[1] + 2 * margin, size[0] + 2 * margin, 3), np.uint8)
    scan[:] = PAPER
    scan[margin:-margin, margin:-margin] = small
    # Sides are whole numbers: each axis has a factor of its own.
    x, y = size[0] / width, size[1] / height
    return scan, np.array([[x, 0, (x - 1) / 2 + margin], [0, y, (y - 1) / 2 + margin], [0, 0, 1]])


def _shown(picture: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Which pixels of the crop show the picture alone, CROP×CROP bool."""
    there = np.ones((*picture.shape[:2], 1), np.uint8)
    shown = (warp_face(there, affine, CROP)[..., 0] > 0.999).astype(np.uint8)
    # A pixel of a small scan is some three of the crop, and at the edge it is half paper.
    return cv2.erode(shown, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_REPLICATE) > 0


def _drawn_side(full: float, seed: int) -> float:
    """A side of the crop, even in its logarithm; ``full`` is that of the portrait, which is the most there can be."""
    least, most = (min(side, full) for side in SEEN_SIDES)
    return float(np.exp(np.random.default_rng(seed).uniform(np.log(least), np.log(most))))
