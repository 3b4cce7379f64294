"""A mask in the shape of a face: from the forehead to the chin, past the glasses, tilted as the face is.

The published mask (:func:`~restoration.faces.geometry.soft_mask`) is the whole square crop with a border of 24 pixels,
whatever the size of the face: background and hair beside the head are drawn anew with it, and its border is a visible
frame round a large face.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from restoration.faces.sampling import Bounds, Floats, positions

# In pixels of the template of 256, whose eyes lie at (89, 108.5) and (167, 108.5) and whose mouth at a height of 196:
# the line at which the mask ends reaches from the hair to the chin and past the ears, all within the crop.
_CENTRE = (128.0, 132.0)
_HALF_AXES = (112.0, 122.0)
# Between an ellipse (2) and a rectangle: cheeks and the corners of the forehead belong to the face.
_EXPONENT = 2.5
# The part of the way from the centre to that line over which the mask falls from 1 to 0: it begins beyond glasses.
_FEATHER = 0.22


def face_mask(affine: Floats, size: int, bounds: Bounds) -> NDArray[np.float32]:
    """How much of a drawn face is laid over each pixel: 1 on the face, 0 where hair and background begin.

    Args:
        affine: 3×3, crop pixel to picture pixel.
        size: side of the crop in pixels.
        bounds: the pixels of the picture wanted.

    Returns:
        ``bounds.height`` × ``bounds.width``, 0 to 1, 0 outside the crop. Its steepest slope, in 1/pixel, is some 16
        divided by the crop's side in the picture.
    """
    inverse = np.asarray(np.linalg.inv(affine), np.float64)
    out = np.zeros((bounds.height, bounds.width), np.float32)
    to_template = 256 / size
    for rows, x, y in positions(inverse, bounds):
        across = np.abs(x * to_template - _CENTRE[0]) / _HALF_AXES[0]
        along = np.abs(y * to_template - _CENTRE[1]) / _HALF_AXES[1]
        distance = (across**_EXPONENT + along**_EXPONENT) ** (1 / _EXPONENT)
        t = np.clip((1 - distance) / _FEATHER, 0, 1)
        out[rows] = t * t * (3 - 2 * t)
    return out
