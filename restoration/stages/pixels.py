"""Between a photo's samples and the float pictures that networks see. The conversion happens here and nowhere else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from restoration.luma import LUMA
from restoration.photo import Photo, Samples
from restoration.tiling import strips

STRIP_ROWS = 256


def to_picture(photo: Photo) -> npt.NDArray[np.float32]:
    """H×W×3 float32, RGB, 0 to 1; grey is repeated."""
    picture = photo.pixels.astype(np.float32)
    picture /= np.float32(photo.max_value)
    return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))


def to_samples(picture: npt.NDArray[np.float32], like: Samples) -> Samples:
    """The picture in the samples and channels of ``like``: H×W×1 or ×3, uint8 or uint16, rounded once."""
    if like.shape[2] == 1:
        picture = (picture @ LUMA)[..., np.newaxis]
    maximum = np.iinfo(like.dtype).max
    samples = np.empty(picture.shape, like.dtype)
    for rows in strips(len(picture), STRIP_ROWS):  # floats of a few rows, not of a whole scan, beside the picture
        scaled = picture[rows] * maximum
        samples[rows] = np.clip(np.rint(scaled, out=scaled), 0, maximum, out=scaled)
    return samples
