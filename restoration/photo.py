"""What a photograph is in here: its pixels, and what belongs to them.

This module imports no library that opens files. ``photo_reading`` and ``photo_writing`` turn files into a ``Photo``
and back, with the help of ``photo_tiff``, ``photo_png``, ``photo_metadata``, ``photo_iptc`` and ``photo_refusals``;
``photo_mask`` does the same for masks. What the pixels mean as colours is the matter of ``colour``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

#: Samples of a photo, a layer or a mask: uint8 or uint16, the whole range of the type.
Samples = npt.NDArray[np.unsignedinteger[Any]]


def check_samples(what: str, samples: Samples, dimensions: int) -> None:
    """Check that ``samples`` is a uint8 or uint16 array of so many dimensions with at least one pixel.

    Raises:
        ValueError: it is not.
    """
    if samples.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"{what} must be uint8 or uint16, not {samples.dtype}")
    if samples.ndim != dimensions or 0 in samples.shape:
        raise ValueError(f"{what} must have {dimensions} dimensions, none of them 0, not the shape {samples.shape}")


def check_pixels(what: str, pixels: Samples, alpha: Samples | None) -> None:
    """Check that ``pixels`` is H×W×1 or H×W×3 and that ``alpha``, if any, is H×W of the same type.

    Raises:
        ValueError: they are not.
    """
    check_samples(f"{what} pixels", pixels, 3)
    if pixels.shape[2] not in (1, 3):
        raise ValueError(f"{what} pixels must have 1 or 3 channels, not {pixels.shape[2]}")
    if alpha is not None:
        check_samples(f"{what} alpha", alpha, 2)
        if alpha.shape != pixels.shape[:2] or alpha.dtype != pixels.dtype:
            raise ValueError(
                f"{what} alpha is {alpha.shape} {alpha.dtype}, its pixels are {pixels.shape} {pixels.dtype}"
            )


@dataclass(frozen=True, eq=False)
class Photo:
    """A photograph as it is seen: the orientation that its file asked for is applied.

    Attributes:
        pixels: H×W×1 (grey) or H×W×3 (RGB), uint8 or uint16, in the encoding of the file (gamma is not undone).
        alpha: H×W of the pixels' type, 0 transparent, or None where the file has no transparency. Never premultiplied.
        icc_profile: the colour profile as it stood in the file.
        exif: an EXIF block from its TIFF header on (without ``Exif\\0\\0``), its orientation tag set to 1.
        xmp: an XMP packet, its orientation set to 1.
        dpi: resolution in pixels an inch, across and down.
        notes: sentences for the user about what could not be read as it stood.
        iptc: the records of an IPTC block (IIM), without what a file wraps round them.

    Raises:
        ValueError: pixels or alpha have another shape or type than said above.
    """

    pixels: Samples
    alpha: Samples | None = None
    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    iptc: bytes | None = None

    def __post_init__(self) -> None:
        check_pixels("photo", self.pixels, self.alpha)

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def is_grey(self) -> bool:
        """True for one channel, False for RGB."""
        return bool(self.pixels.shape[2] == 1)

    @property
    def depth(self) -> int:
        """Bits a channel: 8 or 16."""
        return self.pixels.dtype.itemsize * 8

    @property
    def max_value(self) -> int:
        """The sample that means white or opaque: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)

    @property
    def is_opaque(self) -> bool:
        """True if there is no alpha, or if it is full everywhere."""
        return self.alpha is None or bool((self.alpha == self.max_value).all())

    def with_pixels(self, pixels: Samples) -> Photo:
        """The same photo with other pixels; all that belongs to it stays.

        A colour profile that is for another number of channels (a grey profile, and the pixels are RGB now) is dropped.

        Raises:
            ValueError: the pixels do not fit the photo's alpha, or are no pixels.
        """
        profile = self.icc_profile if profile_fits(self.icc_profile, pixels.shape[-1]) else None
        return replace(self, pixels=pixels, icc_profile=profile)


def profile_fits(icc_profile: bytes | None, channels: int) -> bool:
    """True if ``icc_profile`` is a profile for pictures of so many channels (1 grey, 3 RGB)."""
    # Bytes 16 to 19 of every ICC profile name its colour space.
    return icc_profile is not None and icc_profile[16:20] == (b"GRAY" if channels == 1 else b"RGB ")


def to_depth(samples: Samples, dtype: npt.DTypeLike) -> Samples:
    """Samples of either depth as ``dtype`` (uint8 or uint16): 0 stays 0 and full stays full.

    To 16 bits is exact (times 257); to 8 bits rounds to the nearest. Samples that have the type already are returned
    as they are, not copied.
    """
    if samples.dtype == dtype:
        return samples
    if dtype == np.uint16:
        return samples.astype(np.uint16) * np.uint16(257)
    # (v + 128) // 257 rounds to the nearest but leaves 16 bits; this is the same without a 32-bit copy of the photo.
    quotient, remainder = np.divmod(samples, np.uint16(257))
    quotient += remainder > 128
    return quotient.astype(np.uint8)
