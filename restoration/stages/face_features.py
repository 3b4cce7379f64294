"""What keeps faces from being taken for damage."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.faces import align_face, search_faces

#: Faces are looked for in the picture reduced to this longer side: it takes a second or two, whatever the size of the
#: scan.
LONGEST_SIDE = 800


def likely_faces(picture: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where the faces of a picture are, those of which the search is unsure included: nothing is drawn there.

    Args:
        picture: H×W×3 float32, 0 to 1.

    Returns:
        Of each face the way from its crop of 256 to the picture, 3×3, see ``align_face``.
    """
    factor = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    shown = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
    # Pixel centres are whole numbers: the first of the reduced picture lies between the first ones of the large one.
    shift = (1 / factor - 1) / 2
    enlarged = np.array([[1 / factor, 0, shift], [0, 1 / factor, shift], [0, 0, 1]])
    found = search_faces(shown)
    return tuple(enlarged @ align_face(shown, box, 256) for box in (*found.faces, *found.doubtful))
