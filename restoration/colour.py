"""Between a photo's own colours and sRGB, for which networks were trained; by LittleCMS.

All arithmetic is in floating point, for 8 bits and for 16. LittleCMS's way from 16 bits to 16 looks colours up in a
coarse table, which is wrong by up to a twelfth of the range where AdobeRGB leaves sRGB; in floating point the way there
and back moves no sample of 16 bits by more than one step, for profiles that are a matrix and curves.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass, replace
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from restoration.luma import LUMA
from restoration.photo import Photo, Samples, profile_fits
from restoration.tiling import strips

_log = logging.getLogger(__name__)

_Floats = npt.NDArray[np.float32]

_ICC_NAMES = {1: "gray", 3: "rgb"}
#: A few rows of so many pixels are converted at a time: floats of a whole scan are large.
STRIP_PIXELS = 1 << 18
#: Profiles that differ by less than half a level of 8 bits from sRGB (there are many of that name) are taken for it.
_SAME = 0.5 / 255
#: So many nodes a side are asked, to see whether a profile is sRGB.
_NODES = 9

_UNUSABLE = "The photo's colour profile cannot be used both ways; it was kept, and its colours were taken for sRGB."


@dataclass(frozen=True)
class ColourSpace:
    """What the samples of a photo mean.

    Attributes:
        channels: 1 (grey) or 3 (RGB).
        icc_profile: the profile by which they are converted; None for sRGB, which needs no conversion.
        note: a sentence for the user where the photo's profile is not used, or nothing.
    """

    channels: int
    icc_profile: bytes | None = None
    note: str = ""

    def to_srgb(self, samples: Samples) -> _Floats:
        """h×w×channels uint8 or uint16 as sRGB: h×w×3 float32, 0 to 1. What lies outside sRGB is clipped to it."""
        if self.icc_profile is None:
            full = np.float32(np.iinfo(samples.dtype).max)
            return np.broadcast_to(samples / full, (*samples.shape[:2], 3))
        picture = _converted(samples, self.icc_profile, self.channels, _srgb(), 3)
        return np.clip(picture, 0, 1, out=picture)

    def from_srgb(self, picture: _Floats) -> _Floats:
        """sRGB, h×w×3 float32, 0 to 1, in this space: h×w×channels float32, which may leave 0 to 1 by rounding.

        For grey, luma is taken first.
        """
        if self.channels == 1:
            picture = (picture @ LUMA)[..., np.newaxis]
        if self.icc_profile is None:
            return picture
        picture = np.clip(np.broadcast_to(picture, (*picture.shape[:2], 3)), 0, 1)
        return _converted(picture, _srgb(), 3, self.icc_profile, self.channels)


def colour_space(photo: Photo) -> ColourSpace:
    """What the samples of ``photo`` mean: what its profile says, or sRGB where it has none.

    A profile that is damaged, or that says only what samples mean and not how to make them (those of some scanners),
    gives sRGB and a note.
    """
    return _space(photo.icc_profile, photo.pixels.shape[2])


def in_srgb(photo: Photo) -> Photo:
    """``photo`` converted to sRGB, in its own channels and depth, without a profile."""
    space = colour_space(photo)
    pixels = photo.pixels
    if space.icc_profile is not None:
        pixels = np.empty_like(photo.pixels)
        for rows in strips(photo.height, max(1, STRIP_PIXELS // photo.width)):
            picture = space.to_srgb(photo.pixels[rows])[..., : space.channels]
            pixels[rows] = np.rint(picture * np.float32(photo.max_value))
    return replace(photo, pixels=pixels, icc_profile=None)


@functools.lru_cache(maxsize=16)
def _space(icc_profile: bytes | None, channels: int) -> ColourSpace:
    if icc_profile is None:
        return ColourSpace(channels)
    if not profile_fits(icc_profile, channels):
        return ColourSpace(channels, note=_UNUSABLE)
    space = ColourSpace(channels, icc_profile)
    nodes = np.linspace(0, 255, _NODES).astype(np.uint8)
    lattice = np.stack(np.meshgrid(*[nodes] * channels), axis=-1).reshape(1, -1, channels)
    try:
        picture = space.to_srgb(lattice)
        space.from_srgb(picture)
    except RuntimeError:  # imagecodecs.CmsError, which is there only where LittleCMS is
        _log.warning("A colour profile cannot be used.", exc_info=True)
        return ColourSpace(channels, note=_UNUSABLE)
    same = np.abs(picture - ColourSpace(channels).to_srgb(lattice)).max() < _SAME
    return ColourSpace(channels) if same else space


@functools.cache
def _srgb() -> bytes:
    return bytes(imagecodecs.cms_profile("srgb"))


def _converted(
    samples: npt.NDArray[Any], profile: bytes, channels: int, target_profile: bytes, target_channels: int
) -> _Floats:
    converted: _Floats = imagecodecs.cms_transform(
        np.ascontiguousarray(samples if channels == 3 else samples[..., 0]),
        profile,
        target_profile,
        colorspace=_ICC_NAMES[channels],
        outcolorspace=_ICC_NAMES[target_channels],
        planar=False,
        outplanar=False,
        outdtype="float32",
        # As editors do by default.
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        flags=imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION,
    )
    return converted.reshape(*samples.shape[:2], target_channels)
