"""Between a photo's samples and the float pictures that networks see. The conversion happens here and nowhere else.

Networks see sRGB, whatever the photo's profile; layers come back in the photo's own profile and depth. A few rows are
converted at a time: floats of a whole scan stand in memory once, as the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from restoration.colour import STRIP_PIXELS, colour_space
from restoration.layers import Layer, overlap
from restoration.photo import Photo, Samples
from restoration.tiling import strips

STRIP_ROWS = 256


def to_picture(photo: Photo) -> npt.NDArray[np.float32]:
    """H×W×3 float32, sRGB, 0 to 1; grey is repeated."""
    space = colour_space(photo)
    picture = np.empty((photo.height, photo.width, 3), np.float32)
    for rows in _strips(picture):
        picture[rows] = space.to_srgb(photo.pixels[rows])
    return picture


def to_samples(picture: npt.NDArray[np.float32], photo: Photo) -> Samples:
    """A picture as samples of ``photo``: in its profile, channels and depth, rounded once.

    Args:
        picture: h×w×3 float32, sRGB, 0 to 1; of any size.
        photo: whose samples they are to be.

    Returns:
        h×w×1 or h×w×3, uint8 or uint16.
    """
    space = colour_space(photo)
    samples = np.empty((*picture.shape[:2], space.channels), photo.pixels.dtype)
    for rows in _strips(picture):
        samples[rows] = _rounded(space.from_srgb(picture[rows]), photo)
    return samples


def to_rgb_samples(picture: npt.NDArray[np.float32], photo: Photo) -> Samples:
    """As ``to_samples``, but RGB over a grey photo, too, and then sRGB: h×w×3 uint8 or uint16."""
    if photo.pixels.shape[2] == 3:
        return to_samples(picture, photo)
    samples = np.empty(picture.shape, photo.pixels.dtype)
    for rows in _strips(picture):
        samples[rows] = _rounded(picture[rows], photo)
    return samples


def changed_samples(photo: Photo, before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> Samples:
    """The photo's own samples, changed as its picture was.

    Where that was not changed they are the photo's, bit for bit. Colours that sRGB does not have stay as strong as they
    are, although networks never saw them.

    Args:
        photo: H×W.
        before: its picture, as ``to_picture`` gives it.
        after: what became of that, H×W×3 float32, 0 to 1.

    Returns:
        H×W×1 or H×W×3, uint8 or uint16.
    """
    space = colour_space(photo)
    if space.icc_profile is None and space.channels == 3:
        return to_samples(after, photo)  # the same for less
    samples = np.empty_like(photo.pixels)
    for rows in _strips(after):
        change = space.from_srgb(after[rows]) - space.from_srgb(before[rows])
        samples[rows] = _rounded(photo.pixels[rows] / np.float32(photo.max_value) + change, photo)
    return samples


def laid_over(
    picture: npt.NDArray[np.float32], layers: Iterable[Layer], photo: Photo, offset: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """A picture with the visible layers laid over it, at full strength: what the next stage works on.

    Strength is left to the user, who changes it afterwards; no later stage need run again for that.

    Args:
        picture: H×W×3 float32, sRGB, 0 to 1; not changed.
        layers: of blend mode ``normal``, with the photo's samples, the lowest first.
        photo: the source, H×W.
        offset: (x, y) of this photo in the whole one.
    """
    result = picture.copy()
    height, width = picture.shape[:2]
    for layer in layers:
        if not layer.visible:
            continue
        x, y = layer.x - offset[0], layer.y - offset[1]
        part = np.s_[overlap(-y, height, layer.height), overlap(-x, width, layer.width)]
        below = result[overlap(y, layer.height, height), overlap(x, layer.width, width)]
        if not below.size:
            continue
        above = to_picture(Photo(layer.pixels[part], icc_profile=photo.icc_profile))
        if layer.alpha is not None:
            weight = layer.alpha[part].astype(np.float32) / np.float32(photo.max_value)
            above = below + (above - below) * weight[..., None]
        below[...] = above
    return result


def _strips(picture: npt.NDArray[np.float32]) -> Iterator[slice]:
    height, width = picture.shape[:2]
    return strips(height, max(1, STRIP_PIXELS // max(width, 1)))


def _rounded(values: npt.NDArray[np.float32], photo: Photo) -> Samples:
    scaled = values * np.float32(photo.max_value)
    return np.clip(np.rint(scaled, out=scaled), 0, photo.max_value, out=scaled).astype(photo.pixels.dtype)
