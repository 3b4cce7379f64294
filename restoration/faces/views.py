"""A part of a picture turned and scaled, for dlib to look at: quick, and only roughly exact.

What is drawn comes from :mod:`restoration.faces.sampling`, which is exact.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from restoration.faces.sampling import Floats


def view(image: NDArray[np.uint8], to_image: Floats, width: int, height: int) -> NDArray[np.uint8] | None:
    """What is seen through a turned window: bilinear, the picture's border repeated beyond it.

    Args:
        image: H×W or H×W×3.
        to_image: 3×3, pixel of the view to pixel of the picture.
        width: of the view.
        height: of the view.

    Returns:
        height×width or height×width×3; None if the view lies beside the picture.
    """
    corners = to_image @ np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)]).T
    left, top = (max(int(v), 0) for v in np.floor(corners[:2].min(axis=1)) - 1)
    right, bottom = (int(v) for v in np.ceil(corners[:2].max(axis=1)) + 2)
    # Only the part under the view goes into OpenCV, whose warps take no side above 32767 pixels.
    part = np.ascontiguousarray(image[top : max(bottom, 0), left : max(right, 0)])
    if part.size == 0:
        return None
    matrix = to_image[:2].copy()
    matrix[:, 2] -= (left, top)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(part, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def turned_about(x: float, y: float, angle: float, scale: float, width: int, height: int) -> Floats:
    """The matrix of a view that is turned and enlarged about a point, which lies in its middle.

    Args:
        x: of the point in the picture.
        y: of the point in the picture.
        angle: degrees, clockwise as the picture is seen; what is tilted by them stands upright in the view.
        scale: pixels of the view in one of the picture.
        width: of the view.
        height: of the view.

    Returns:
        3×3, pixel of the view to pixel of the picture.
    """
    c, s = np.cos(np.radians(angle)) / scale, np.sin(np.radians(angle)) / scale
    matrix = np.array([[c, -s, x], [s, c, y], [0, 0, 1.0]])
    matrix[:2, 2] -= matrix[:2, :2] @ ((width - 1) / 2, (height - 1) / 2)
    return matrix
