"""Eyes, glasses, nostrils and mouths are dark and sharp, as damage is: what is marked there alone is not believed.

A detector that takes an eye for a blotch lets the repair paint over it, and the face becomes another's. A scratch that
crosses an eye reaches beyond it, a crack in the paper is lighter than what lies beside it: both stay marked.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from restoration.faces.sampling import Floats
from restoration.luma import LUMA

#: Brows, eyes and glasses; nostrils; mouth: centre and half axes in the template of 256, whose eyes lie at (89, 108.5)
#: and (167, 108.5) and whose mouth from 104.6 to 151.4 at a height of 196.
ELLIPSES = (
    ((128.0, 110.0), (104.0, 40.0)),
    ((128.0, 160.0), (28.0, 16.0)),
    ((128.0, 196.0), (42.0, 20.0)),
)
_SIDE = 256
#: A mark of which more than this part lies on features is taken for one.
MOSTLY = 0.6


def without_features(
    marked: NDArray[np.bool_], picture: NDArray[np.float32], affines: Iterable[Floats]
) -> NDArray[np.bool_]:
    """The marks without those that are a face's own features.

    Args:
        marked: H×W, what a detector of damage has found.
        picture: H×W×3, 0 to 1.
        affines: of each face the way from its crop of 256 to the picture, see ``align_face``.

    Returns:
        H×W; ``marked`` itself if nothing of it was a feature.
    """
    out = marked
    for affine in affines:
        place, features = _around(affine, marked.shape)
        if not features.any():  # the face lies beside the picture; OpenCV dies of an empty one
            continue
        count, labels, stats, _ = cv2.connectedComponentsWithStats(out[place].astype(np.uint8), connectivity=8)
        within = np.bincount(labels[features], minlength=count)
        is_feature = within > MOSTLY * stats[:, cv2.CC_STAT_AREA]
        is_feature[0] = False  # what is not marked
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            is_feature[edge] = False  # it goes on beyond the face
        light = picture[place] @ LUMA
        for number in np.flatnonzero(is_feature):
            is_feature[number] = _is_darker(labels == number, labels > 0, light)
        if is_feature.any():
            out = out.copy() if out is marked else out
            out[place] &= ~is_feature[labels]
    return out


def _is_darker(mark: NDArray[np.bool_], marks: NDArray[np.bool_], light: NDArray[np.float32]) -> bool:
    """Whether a mark is darker than what lies round it and is not marked."""
    reach = cv2.dilate(mark.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    beside = reach & ~marks
    return not beside.any() or float(light[mark].mean()) < float(light[beside].mean())


def _around(affine: Floats, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """The rows and columns that the crop covers, and which of their pixels are features."""
    corners = affine @ np.array([(0, 0, 1), (_SIDE, 0, 1), (0, _SIDE, 1), (_SIDE, _SIDE, 1)]).T
    spans = []
    for values, length in ((corners[1], shape[0]), (corners[0], shape[1])):
        spans.append(slice(max(0, int(values.min())), max(0, min(length, int(values.max()) + 1))))
    rows, columns = spans
    drawn = np.zeros((max(0, rows.stop - rows.start), max(0, columns.stop - columns.start)), np.uint8)
    scale, angle = float(np.hypot(affine[0, 0], affine[1, 0])), float(np.arctan2(affine[1, 0], affine[0, 0]))
    for (x, y), (across, down) in ELLIPSES:
        centre = affine @ (x, y, 1)
        box = ((centre[0] - columns.start, centre[1] - rows.start), (2 * across * scale, 2 * down * scale))
        if drawn.size:
            cv2.ellipse(drawn, (*box, np.degrees(angle)), 1, -1)
    return (rows, columns), drawn > 0
