"""Finding the faces of an old photograph: large and small, upright and tilted, and saying where that is unsure.

The published pipeline looks once, at the picture's own size, where dlib's detector sees upright faces from some 80
pixels. Here three more looks follow: at the enlarged picture, and at the picture turned to both sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from restoration.faces.boxes import FaceBox, merge_overlapping, reading_order, same_face
from restoration.faces.looks import canvas_pixels, look, look_at_whole, look_by_network

# The whole picture is reduced to this for the first look; smaller faces of a large scan are for the next.
_MOST_PIXELS_WHOLE = 4_000_000
# The enlarged picture has no more pixels than this (a scan above it is reduced): it takes some 6 s. Faces of 24 pixels
# are enlarged to the 80 that the detector needs.
_MOST_PIXELS_SMALL_FACES = 24_000_000
_MOST_ENLARGEMENT = 3.4
# The same for each turned picture, with the corners that turning adds.
_MOST_PIXELS_TILTED = 8_000_000
_MOST_ENLARGEMENT_TILTED = 2.0
# Of 4 megapixels the network's look took 94 s on a slow CPU core; a smaller picture is enlarged up to that.
_MOST_PIXELS_NETWORK = 4_000_000
_MOST_ENLARGEMENT_NETWORK = 2.0
# The detector itself forgives some 25 degrees.
_TILTS = (-30.0, 30.0)

# From which score a look is sure: the whole picture (dlib's own threshold, the published one), the enlarged one, the
# turned ones, the network (whose scores are others). In 179 old photographs the first reported 56 faces, the next three
# above these scores 103 that it missed, and 2 things that are none or hardly one (a pattern of cloth, a blurred head).
# Of what is doubtful every fourth is none (knobs, shutters, trees).
_SURE = (0.0, 0.15, 0.3, 0.3, 0.7)
# Of a picture so large that the first look is at a reduced one: it holds more that is no face, such as a badge on an
# enlarged portrait. Below this another look must see more than nothing there, too.
_SURE_REDUCED = 0.15
# Less than surely: a score from 0 in any look, or from the second in two of them.
_DOUBTFUL = 0.0
_DOUBTFUL_IN_TWO = -0.2
# What the published look found stays as it was, unless another look is better by so much.
_FIRST_LOOK_BONUS = 0.5


class Found(NamedTuple):
    """What a search gave.

    Attributes:
        faces: one box a face, rows from top to bottom, each row from left to right.
        doubtful: what may be a face but is better left alone, in the same order; overlaps none of ``faces``.
    """

    faces: list[FaceBox]
    doubtful: list[FaceBox]


def find_faces(image: NDArray[np.uint8], *, thorough: bool = True) -> list[FaceBox]:
    """All roughly frontal faces of a picture of which the detector is sure: :func:`search_faces` without the doubtful.

    Args:
        image: H×W×3 RGB, uint8.
        thorough: look for small and tilted faces, too; False is the published behaviour.

    Returns:
        One box a face: rows from top to bottom, each row from left to right.

    Raises:
        ValueError: not H×W×3 uint8.
    """
    return search_faces(image, thorough=thorough).faces


def search_faces(image: NDArray[np.uint8], *, thorough: bool = True, network: bool = False) -> Found:
    """All roughly frontal faces of a picture, tilted by up to some 50 degrees, and what may be one.

    Args:
        image: H×W×3 RGB, uint8, any size. Of a picture of up to 2 megapixels upright faces are found from some 24
            pixels, tilted ones from some 40; of one of 24 megapixels from 80 and 150. The time is that of the published
            look at some 45 megapixels at most, whatever the size.
        thorough: False is the published behaviour: one look, upright, at faces from some 80 pixels (of a picture of 4
            megapixels, to which larger ones are reduced); nothing is doubtful then.
        network: look with dlib's network, too, which sees turned and shaded faces better and takes some 20 s for each
            megapixel that it looks at on a slow CPU core; a picture is enlarged, or reduced, to 4 megapixels for it.

    Raises:
        ValueError: not H×W×3 uint8.
        WeightsError: the network is asked for and missing or damaged.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"a picture is H×W×3 uint8, not {image.shape} {image.dtype}")
    height, width = image.shape[:2]
    pixels = height * width
    if pixels == 0:
        return Found([], [])
    whole = min(1.0, math.sqrt(_MOST_PIXELS_WHOLE / pixels))
    if not thorough:
        return Found(reading_order(merge_overlapping(look_at_whole(image, whole, _SURE[0]))), [])
    # Grey in the other looks: old photographs have little else, and it takes a quarter less time.
    grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), np.uint8)
    looks = [look_at_whole(image, whole, _DOUBTFUL_IN_TWO)]
    looks.append(
        look(grey, min(_MOST_ENLARGEMENT, math.sqrt(_MOST_PIXELS_SMALL_FACES / pixels)), 0.0, _DOUBTFUL_IN_TWO)
    )
    for tilt in _TILTS:
        most = math.sqrt(_MOST_PIXELS_TILTED / canvas_pixels(height, width, tilt))
        looks.append(look(grey, min(_MOST_ENLARGEMENT_TILTED, most), tilt, _DOUBTFUL_IN_TWO))
    if network:
        enlarged = min(_MOST_ENLARGEMENT_NETWORK, math.sqrt(_MOST_PIXELS_NETWORK / pixels))
        looks.append(look_by_network(image, enlarged, _DOUBTFUL))
    return _weigh(looks, _SURE if whole == 1 else (_SURE_REDUCED, *_SURE[1:]))


def merge_found(first: Found, second: Found) -> Found:
    """What two searches, of the restored and the unrestored picture, gave together.

    Args:
        first: where both found a face, its box stays.
        second: of a picture of the same size.
    """
    faces = merge_overlapping([*first.faces, *second.faces])
    together = merge_overlapping([*faces, *first.doubtful, *second.doubtful])
    return Found(reading_order(faces), reading_order(together[len(faces) :]))


def _weigh(looks: Sequence[Sequence[FaceBox]], sure: Sequence[float] = _SURE) -> Found:
    """One box a face from what all looks reported, the first look being the published one."""
    seen = [(box, number) for number, boxes in enumerate(looks) for box in boxes]
    seen.sort(key=lambda item: -item[0].score - (_FIRST_LOOK_BONUS if item[1] == 0 else 0.0))
    faces, doubtful = [], []
    for box in merge_overlapping(box for box, _ in seen):
        same = [(other.score, number) for other, number in seen if same_face(box, other)]
        agreeing = {number for score, number in same if score >= _SURE[0]}
        if any(score >= sure[number] for score, number in same) or (0 in agreeing and len(agreeing) > 1):
            faces.append(box)
        elif max(same)[0] >= _DOUBTFUL or len({number for _, number in same}) > 1:
            doubtful.append(box)
    return Found(reading_order(faces), reading_order(doubtful))
