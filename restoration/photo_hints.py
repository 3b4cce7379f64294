"""Colour hints from a file: where the user painted, in which colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from restoration.colour import in_srgb
from restoration.errors import HintsError, PictureError
from restoration.photo import Samples, to_depth
from restoration.photo_reading import read_photo


def read_hints(path: str | Path, shape: tuple[int, int]) -> Samples:
    """The colour hints in a picture file: what is opaque in it is a hint.

    Args:
        path: the file; its colours are converted to sRGB.
        shape: height and width of the photo as it is seen, that is, after its orientation is applied.

    Returns:
        H×W×4 uint8, sRGB and alpha.

    Raises:
        HintsError: the file cannot be read, has no transparency, or has another size than the photo.
    """
    try:
        picture = in_srgb(read_photo(path))
    except PictureError as error:
        raise HintsError(error.cause, error.remedy) from error
    height, width = shape
    if (picture.height, picture.width) != (height, width):
        raise HintsError(
            f"The colour hints {Path(path).name} are {picture.width}×{picture.height} pixels, "
            f"the photo is {width}×{height} as it is seen.",
            "Give hints of the photo's size.",
        )
    if picture.alpha is None:
        raise HintsError(
            f"The colour hints {Path(path).name} have no transparency.",
            "Paint them on a transparent layer, and save that alone as a PNG file.",
        )
    hints = np.empty((height, width, 4), np.uint8)
    hints[..., :3] = to_depth(picture.pixels, np.uint8)  # grey is repeated
    hints[..., 3] = to_depth(picture.alpha, np.uint8)
    return hints
