"""The faces of the photo as it came: what keeps them from being taken for damage, and from being lost in restoring."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from restoration.faces import FaceBox, Found, align_face, search_faces

#: Faces are looked for in the picture reduced to this longer side: it takes a second or two, whatever the size of the
#: scan. Smaller ones are for the search in the restored picture.
LONGEST_SIDE = 800


def faces_of_photo(picture: np.ndarray, *, network: bool = False) -> Found:
    """Faces, and what may be one, in pixels of the picture.

    Args:
        picture: H×W×3 float32, 0 to 1, not restored.
        network: see ``search_faces``.
    """
    factor = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = search_faces(in_8_bits(picture), network=network)
    return Found(*([_enlarged(box, 1 / factor) for box in boxes] for boxes in found))


def likely_faces(picture: np.ndarray, found: Found) -> tuple[np.ndarray, ...]:
    """Of each face, those of which the search was unsure included, the way from its crop of 256 to the picture, 3×3.

    Nothing is drawn there: where there may be a face, its features are not to be taken for damage.

    Args:
        picture: H×W×3 float32, 0 to 1.
        found: from ``faces_of_photo``.
    """
    shown = in_8_bits(picture)
    return tuple(align_face(shown, box, 256) for box in (*found.faces, *found.doubtful))


def in_8_bits(picture: np.ndarray) -> np.ndarray:
    """For dlib, which takes no more; what is drawn does not pass through them."""
    return np.asarray(cv2.convertScaleAbs(picture, alpha=255))  # rounds and saturates, without floats in between


def _enlarged(box: FaceBox, factor: float) -> FaceBox:
    edges = {name: round(getattr(box, name) * factor) for name in ("left", "top", "right", "bottom")}
    return replace(box, **edges)
