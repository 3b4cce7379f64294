"""Masks in and out: where the photo is damaged, as a picture of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from restoration.errors import MaskError, OutputError, PictureError
from restoration.luma import LUMA
from restoration.photo import Photo, Samples, check_samples, to_depth
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo

_LOSSLESS = (".png", ".tif", ".tiff")


def read_mask(path: str | Path, shape: tuple[int, int]) -> Samples:
    """The mask in a picture file.

    A picture with transparency means its alpha, which may be partial. Any other means what is bright: 255 where its
    luminance is over one half, else 0.

    Args:
        path: the file.
        shape: height and width of the photo as it is seen, that is, after its orientation is applied.

    Returns:
        H×W uint8, 255 = damaged, 0 = sound.

    Raises:
        MaskError: the file cannot be read, or it has another size than the photo.
    """
    try:
        picture = read_photo(path)
    except PictureError as error:
        raise MaskError(error.cause, error.remedy) from error
    height, width = shape
    if (picture.height, picture.width) != (height, width):
        raise MaskError(
            f"The mask {Path(path).name} is {picture.width}×{picture.height} pixels, "
            f"the photo is {width}×{height} as it is seen.",
            "Give a mask of the photo's size.",
        )
    if picture.alpha is not None and not picture.is_opaque:
        return to_depth(picture.alpha, np.uint8)
    return np.where(_luminance(picture) > picture.max_value / 2, np.uint8(255), np.uint8(0))


def _luminance(picture: Photo) -> np.ndarray:
    if picture.is_grey:
        return picture.pixels[..., 0]
    return picture.pixels @ LUMA


def write_mask(path: str | Path, mask: Samples, *, overwrite: bool = False) -> None:
    """Write a mask as a grey PNG or TIFF file.

    Args:
        path: the file.
        mask: H×W uint8 (255 = damaged) or uint16 (probabilities, 65535 = certainly damaged).
        overwrite: whether a file that exists already is replaced.

    Raises:
        OutputError: the suffix is not of a lossless kind, or as ``write_photo``.
        ValueError: the mask has another shape or type.
    """
    check_samples("mask", mask, 2)
    if Path(path).suffix.lower() not in _LOSSLESS:
        raise OutputError(f"A mask cannot be written as {Path(path).name}.", f"End its name in {', '.join(_LOSSLESS)}.")
    write_photo(path, Photo(mask[..., np.newaxis]), overwrite=overwrite)
