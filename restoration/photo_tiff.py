"""TIFF in and out by way of ``tifffile``, which keeps what Pillow does not: 16-bit RGB."""

from __future__ import annotations

import logging
import struct
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import ExifTags, Image

from restoration import photo_refusals as refusals
from restoration.errors import PictureError
from restoration.photo import Photo, Samples, profile_fits, to_depth
from restoration.photo_iptc import iptc_of
from restoration.photo_metadata import (
    dpi_to_keep,
    exif_directory,
    exif_of_tiff,
    exif_tags,
    xmp_to_keep,
)

# What tifffile has to say about a damaged file goes to whoever listens, not to the user's terminal.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

#: The first four bytes of a TIFF or BigTIFF file of either byte order.
TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_ORIENTATION_TAG, _XMP_TAG, _ICC_TAG = 274, 700, 34675
_IPTC_TAG, _PHOTOSHOP_TAG = 33723, 34377
_COLOUR_MODELS = {"SEPARATED": "CMYK", "CIELAB": "Lab", "ICCLAB": "Lab", "ITULAB": "Lab"}
_READABLE_MODELS = ("MINISWHITE", "MINISBLACK", "RGB", "PALETTE", "YCBCR")
_EXIF_DIRECTORIES = {ExifTags.IFD.Exif: "ExifTag", ExifTags.IFD.GPSInfo: "GPSTag"}
_MAX_SAMPLES_PER_PIXEL = 8  # RGB and a few extra channels; the limit on pixels would mean nothing without one


def decode_tiff(path: Path, max_pixels: int) -> tuple[Photo, int]:
    """The first full page of a TIFF file, not yet turned, and the orientation that its file asks for.

    Grey, RGB, palette, YCbCr; 1 to 16 bits; every compression and layout that ``tifffile`` or Pillow knows.

    Raises:
        PictureError: the file is truncated, too large, or holds CMYK, Lab, floating point or 32 bits.
    """
    size = path.stat().st_size
    try:
        with tifffile.TiffFile(path) as tiff:
            full_pages = [page for page in tiff.pages if not (page.keyframe.is_reduced or page.keyframe.is_mask)]
            page = (full_pages or tiff.pages)[0].aspage()
            if not full_pages and page.subifds:
                raise refusals.camera_raw(path.name)
            _check_header(path.name, page, max_pixels)
            strips = zip(page.dataoffsets, page.databytecounts, strict=False)
            if any(offset + count > size for offset, count in strips):
                raise refusals.truncated(path.name)
            photo = _with_metadata(_decode_page(path, page), path, page)
            orientation = _tag(page, _ORIENTATION_TAG) or 1
    except (PictureError, MemoryError):
        raise
    except Exception as error:  # tifffile and its codecs raise whatever the damage leads to
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault, not the file's
        raise refusals.damaged(path.name) from error
    if len(full_pages) > 1:
        note = f"The file has {len(full_pages)} pages; the first was read."
        photo = replace(photo, notes=(*photo.notes, note))
    upright_already = page.photometric.name == "YCBCR"  # Pillow turned what it decoded
    return photo, 1 if upright_already else int(orientation)


def _check_header(name: str, page: Any, max_pixels: int) -> None:
    refusals.check_size(name, page.imagewidth, page.imagelength, max_pixels)
    # A photometric interpretation without a name is a bare number in tifffile.
    model = getattr(page.photometric, "name", "of an unknown kind")
    if model not in _READABLE_MODELS:
        raise refusals.other_colours(name, _COLOUR_MODELS.get(model, model))
    if page.sampleformat == tifffile.SAMPLEFORMAT.IEEEFP:
        raise refusals.other_samples(name, "floating-point samples")
    if page.sampleformat == tifffile.SAMPLEFORMAT.INT:
        raise refusals.other_samples(name, "signed samples")
    if not isinstance(page.bitspersample, int) or page.bitspersample > 16:
        raise refusals.other_samples(name, f"{page.bitspersample} bits per channel")
    if page.samplesperpixel > _MAX_SAMPLES_PER_PIXEL:
        raise refusals.other_samples(name, f"{page.samplesperpixel} channels")
    if page.imagedepth > 1:
        raise refusals.other_samples(name, "a third dimension")


def _decode_page(path: Path, page: Any) -> Photo:
    if page.photometric.name == "YCBCR":
        # libtiff, in Pillow, knows how chroma can be subsampled; such files always have 8 bits.
        with refusals.pillow_at_our_limits(), Image.open(path) as image:
            return Photo(np.asarray(image.convert("RGB")))
    samples = page.asarray()
    if page.axes == "SYX":
        samples = np.moveaxis(samples, 0, -1)
    elif page.axes == "YX":
        samples = samples[..., np.newaxis]
    colours, extra = np.split(samples, [3 if page.photometric.name == "RGB" else 1], axis=2)
    bits = page.bitspersample
    if page.photometric.name == "PALETTE":
        pixels = _looked_up(colours[..., 0], page.colormap)
    else:
        pixels = _full_range(colours, bits)
    if page.photometric.name == "MINISWHITE":
        pixels = np.invert(pixels)
    # A single extra channel that the file says nothing of is alpha: OpenCV writes it so, Pillow reads it so.
    undeclared = (tifffile.EXTRASAMPLE.UNASSALPHA,) if extra.shape[2] == 1 else ()
    return _with_alpha(pixels, extra, page.extrasamples or undeclared, bits)


def _with_alpha(pixels: Samples, extra: npt.NDArray[Any], kinds: tuple[int, ...], bits: int) -> Photo:
    """The photo of ``pixels`` and of the first extra channel that is transparency; others are left out with a note."""
    alpha = None
    left_out = extra.shape[2]
    alpha_kinds = (tifffile.EXTRASAMPLE.UNASSALPHA, tifffile.EXTRASAMPLE.ASSOCALPHA)
    for index, kind in enumerate(kinds[:left_out]):
        if kind in alpha_kinds:
            alpha = np.ascontiguousarray(to_depth(_full_range(extra[..., index], bits), pixels.dtype))
            left_out -= 1
            if kind == tifffile.EXTRASAMPLE.ASSOCALPHA:
                pixels = _unmultiplied(pixels, alpha)
            break
    notes = ("The file has extra channels that are not transparency; they were left out.",) if left_out else ()
    return Photo(np.ascontiguousarray(pixels), alpha, notes=notes)


def _full_range(samples: npt.NDArray[Any], bits: int) -> Samples:
    """Samples of 1 to 16 bits as uint8 or uint16 that use the whole range, in the machine's byte order."""
    if bits in (8, 16):
        return samples.astype(np.uint8 if bits == 8 else np.uint16, copy=False)
    dtype = np.uint8 if bits < 8 else np.uint16
    largest = (1 << bits) - 1
    values = np.arange(largest + 1)
    # A table of every value there is costs less than wide arithmetic on every pixel.
    table = (values * np.iinfo(dtype).max + largest // 2) // largest
    return table.astype(dtype)[samples.astype(np.intp)]


def _looked_up(indices: npt.NDArray[Any], colormap: npt.NDArray[Any]) -> Samples:
    """Palette indices H×W as 8-bit RGB; the colour map is 3×N and, by the specification, 16 bits."""
    # Some writers filled in 8-bit values all the same; libtiff tells them by the same test.
    table = colormap >> 8 if colormap.max() > 255 else colormap
    return table.T.astype(np.uint8)[indices.astype(np.intp)]


def _unmultiplied(pixels: Samples, alpha: Samples) -> Samples:
    """``pixels`` that were multiplied by ``alpha``, as they were before; where alpha is 0 they stay."""
    full = int(np.iinfo(pixels.dtype).max)
    result = pixels.copy()
    for row in range(pixels.shape[0]):  # row by row: the arithmetic needs 64 bits
        a = np.maximum(alpha[row, :, np.newaxis].astype(np.int64), 1)
        restored = np.minimum((pixels[row].astype(np.int64) * full + a // 2) // a, full)
        result[row] = np.where(alpha[row, :, np.newaxis] == 0, pixels[row], restored)
    return result


def _with_metadata(photo: Photo, path: Path, page: Any) -> Photo:
    with path.open("rb") as file:
        exif = exif_of_tiff(file)
    profile = _tag(page, _ICC_TAG)
    xmp = _tag(page, _XMP_TAG)
    return replace(
        photo,
        icc_profile=bytes(profile) if profile else None,
        exif=exif,
        xmp=xmp_to_keep(bytes(xmp) if isinstance(xmp, tuple) else xmp),
        iptc=_iptc(page),
        dpi=_dpi(page),
    )


def _iptc(page: Any) -> bytes | None:
    # Photoshop's resources first: what ImageMagick writes into the tag of its own is cut short.
    for code in (_PHOTOSHOP_TAG, _IPTC_TAG):
        data = _tag(page, code)
        block = iptc_of(bytes(data)) if isinstance(data, bytes | tuple) else None
        if block is not None:
            return block
    return None


def _tag(page: Any, code: int) -> Any:
    tag = page.tags.get(code)
    return None if tag is None else tag.value


def _dpi(page: Any) -> tuple[float, float] | None:
    unit, across, down = _tag(page, 296), _tag(page, 282), _tag(page, 283)
    if across is None or down is None or unit == tifffile.RESUNIT.NONE:  # a missing unit means inches
        return None
    scale = 2.54 if unit == tifffile.RESUNIT.CENTIMETER else 1.0
    if 0 in (across[1], down[1]):
        return None
    return dpi_to_keep(across[0] / across[1] * scale, down[0] / down[1] * scale)


def write_tiff(file: IO[bytes], photo: Photo) -> None:
    """Write ``photo`` into an empty file that can be read as well, deflated, with all that belongs to it.

    Raises:
        ValueError: the photo is larger than a TIFF file can be (4 GiB).
    """
    samples = photo.pixels
    if photo.alpha is not None:
        samples = np.concatenate([samples, photo.alpha[..., np.newaxis]], axis=2)
    elif photo.is_grey:
        samples = samples[..., 0]
    directories = []
    extra_tags: list[tuple[int | str, str, int, Any, bool]] = []
    if photo.xmp is not None:
        extra_tags.append((_XMP_TAG, "B", len(photo.xmp), photo.xmp, True))
    if photo.iptc is not None:
        extra_tags.append((_IPTC_TAG, "B", len(photo.iptc), photo.iptc, True))
    if photo.exif is not None:
        extra_tags += [(tag, kind, len(data), data, True) for tag, (kind, data) in exif_tags(photo.exif).items()]
        directories = [d for d in _EXIF_DIRECTORIES if exif_directory(photo.exif, d, 0)]
        # They are appended when the rest is written; tifffile accepts the tags of directories by name only.
        extra_tags += [(_EXIF_DIRECTORIES[directory], "I", 1, 0, True) for directory in directories]
    tifffile.imwrite(
        file,
        samples,
        bigtiff=False,
        byteorder="<",
        photometric="minisblack" if photo.is_grey else "rgb",
        planarconfig="contig" if samples.ndim == 3 else None,
        extrasamples=None if photo.alpha is None else ["unassalpha"],
        compression="adobe_deflate",
        predictor=True,
        iccprofile=photo.icc_profile if profile_fits(photo.icc_profile, photo.pixels.shape[2]) else None,
        resolution=photo.dpi,
        resolutionunit="inch" if photo.dpi is not None else None,
        software=False,
        metadata=None,
        extratags=extra_tags,
    )
    for directory in directories:
        offset = file.seek(0, 2)
        offset += file.write(b"\0" * (offset % 2))  # directories begin on a word boundary
        file.write(exif_directory(photo.exif or b"", directory, offset))
        _point(file, int(directory), offset)


def _point(file: IO[bytes], code: int, offset: int) -> None:
    """Let the tag ``code`` of the first page of a little-endian TIFF file point to ``offset``."""
    file.seek(4)
    (page,) = struct.unpack("<I", file.read(4))
    file.seek(page)
    (count,) = struct.unpack("<H", file.read(2))
    for entry in range(page + 2, page + 2 + 12 * count, 12):
        file.seek(entry)
        if struct.unpack("<H", file.read(2)) == (code,):
            file.seek(entry + 8)
            file.write(struct.pack("<I", offset))
