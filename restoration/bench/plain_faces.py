"""Faces in the published order: dlib's detector once, at the picture's own size; crops; and back with a soft square.

Cutting and laying back are this library's on both sides: they are quick, and not what is compared.
"""

from __future__ import annotations

import functools
from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray

from restoration.bench.job import FACE_SIDE, Pixels
from restoration.faces import FaceBox, align_face, face_layer, paste_back, warp_face


@functools.cache
def _detector() -> Any:
    return dlib.get_frontal_face_detector()


def find(photo: Pixels) -> list[NDArray[np.float64]]:
    """Of each face of a photo, H×W×3, the way from its crop to the picture, 3×3.

    The published program looks at what was restored, and does so twice. Here the photo itself is looked at, once:
    weights by the golden rule leave no face in what they restore, and the face network would have nothing to do. The
    points are the five that are free for all uses.
    """
    found, scores, _ = _detector().run(photo, 0, 0.0)
    boxes = [
        FaceBox(box.left(), box.top(), box.right() + 1, box.bottom() + 1, score)
        for box, score in zip(found, scores, strict=True)
    ]
    return [align_face(photo, box, FACE_SIDE) for box in boxes]


def crop(restored: Pixels, affine: NDArray[np.float64]) -> Pixels:
    """The upright face, 256×256×3."""
    return np.rint(warp_face(restored, affine, FACE_SIDE)).astype(np.uint8)


def blend(restored: Pixels, faces: list[tuple[Pixels, NDArray[np.float64]]]) -> Pixels:
    """The restored picture, H×W×3, with the faces drawn anew laid over it."""
    patches = [face_layer(restored, face, affine, published=True) for face, affine in faces]
    return np.asarray(paste_back(restored, [patch for patch in patches if patch is not None]), np.uint8)
