"""Pictures in: a file becomes a ``Photo``, or an error that says what is wrong with it and what to do.

Pillow reads what has 8 bits. 16 bits go round it: TIFF through ``photo_tiff``, PNG through ``photo_png``. The size is
read from the header and checked before anything is decoded.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from restoration import photo_refusals as refusals
from restoration.errors import PictureError
from restoration.photo import Photo, Samples, profile_fits
from restoration.photo_iptc import iptc_of_jpeg, iptc_of_png, raw_profile
from restoration.photo_metadata import dpi_to_keep, exif_to_keep, orientation_of, upright, xmp_to_keep
from restoration.photo_png import decode_png, is_16_bit_png
from restoration.photo_refusals import MAX_PIXELS
from restoration.photo_tiff import TIFF_SIGNATURES, decode_tiff

#: What Pillow may open, of what it can: kinds that hold photographs and start no other program (EPS does).
_KINDS = ("PNG", "JPEG", "MPO", "WEBP", "AVIF", "BMP", "DIB", "GIF", "JPEG2000", "JXL")
_ANIMATIONS = ("PNG", "GIF", "WEBP", "AVIF", "JXL")
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF8", b"RIFF", b"\0\0\0\x0cjP  ")
_REFUSED_MODES = {"CMYK": "CMYK", "LAB": "Lab", "HSV": "HSV"}
#: Pillow's mode, and the one it is converted to; modes that are not named here are read as they are.
_CONVERSIONS = {"1": "L", "La": "LA", "RGBX": "RGB", "RGBa": "RGBA", "YCbCr": "RGB", "P": "RGB", "PA": "RGBA"}
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
_HEAD_BYTES = 65536  # enough for the headers that are looked into here


def read_photo(path: str | Path, max_pixels: int = MAX_PIXELS) -> Photo:
    """The photograph in a file, turned as it is seen.

    PNG, JPEG, TIFF, WebP, AVIF, BMP and what else Pillow opens. 16 bits stay 16 bits, a palette becomes RGB, black and
    white becomes grey. Of several pages the first is read, and the photo's notes say so.

    Args:
        path: the file.
        max_pixels: the largest picture that is decoded, in pixels.

    Raises:
        PictureError: the file is missing, empty, truncated, of an unknown kind, too large, animated, CMYK or Lab,
            floating point, or may not be read.
    """
    path = Path(path)
    head = _checked_head(path)
    decode = decode_tiff if head[:4] in TIFF_SIGNATURES else _decode_with_pillow
    try:
        photo, orientation = decode(path, max_pixels)
    except OSError as error:
        raise PictureError(f"{path.name} cannot be read: {error.strerror or error}.", "Try again.") from error
    except MemoryError as error:
        raise PictureError(f"There is not enough memory for {path.name}.", "Close other programs.") from error
    if photo.icc_profile is not None and not profile_fits(photo.icc_profile, photo.pixels.shape[2]):
        note = "The file's colour profile is not for its kind of pixels; it was left out."
        photo = replace(photo, icc_profile=None, notes=(*photo.notes, note))
    return upright(photo, orientation)


def _checked_head(path: Path) -> bytes:
    """The first bytes of a file that can be opened and is not empty."""
    try:
        if path.is_dir():
            raise PictureError(f"{path.name} is a folder, not a picture.", "Name a picture in it.")
        with path.open("rb") as file:
            head = file.read(32)
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}.", "Check its name and its folder.") from error
    except PermissionError as error:
        raise PictureError(f"{path.name} may not be read.", "Give yourself permission to read it.") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte in it
        raise PictureError(f"{path.name} cannot be opened: {error}.", "Check its name and its folder.") from error
    if not head:
        raise PictureError(f"The file is empty: {path.name}.", "Copy the file again, or scan the photo again.")
    return head


def _decode_with_pillow(path: Path, max_pixels: int) -> tuple[Photo, int]:
    """Any kind but TIFF, not yet turned, and the orientation that the file asks for."""
    name = path.name
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    try:
        with refusals.pillow_at_our_limits():
            Image.init()
            image = Image.open(path, formats=[kind for kind in _KINDS if kind in Image.OPEN])
        with image:
            refusals.check_size(name, image.width, image.height, max_pixels)
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and image.format in _ANIMATIONS:
                raise refusals.animated(name)
            if image.mode in _REFUSED_MODES:
                raise refusals.other_colours(name, _REFUSED_MODES[image.mode])
            if image.mode in ("I", "F"):
                raise refusals.other_samples(name, "32 bits per channel")
            samples = _samples_of_16_bits(path, image) if is_16_bit_png(head) else _samples(image)
            photo = _with_metadata(samples, image, head)
            if frames > 1:
                note = f"The file has {frames} pictures; the first was read."
                photo = replace(photo, notes=(*photo.notes, note))
            return photo, orientation_of(image)
    except (PictureError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        begun = head.startswith(_SIGNATURES) or head[4:11] == b"ftypavi"
        raise (refusals.damaged(name) if begun else refusals.unknown_kind(name)) from error
    except Exception as error:  # Pillow's plug-ins raise whatever the damage leads to
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault, not the file's
        cut_short = _is_cut_short(head, path.stat().st_size, error)
        raise (refusals.truncated(name) if cut_short else refusals.damaged(name)) from error


def _is_cut_short(head: bytes, size: int, error: Exception) -> bool:
    if head.startswith(b"RIFF"):  # WebP: its header says how long it is
        return int.from_bytes(head[4:8], "little") + 8 > size
    return any(words in str(error).lower() for words in ("truncated", "only got", "too small"))


def _samples_of_16_bits(path: Path, image: Image.Image) -> Samples:
    """As ``_samples``, for a PNG of which Pillow would give 8 bits."""
    image.load()  # Pillow learns of EXIF and XMP that follow the pixels only when it has decoded them
    return decode_png(path.read_bytes())


def _samples(image: Image.Image) -> Samples:
    """H×W×C, colour before alpha. Loads the image."""
    mode = _CONVERSIONS.get(image.mode, image.mode)
    if image.has_transparency_data:
        mode = _WITH_ALPHA.get(mode, mode)
    samples = np.array(image.convert(mode) if mode != image.mode else image)
    return samples[..., np.newaxis] if samples.ndim == 2 else samples


def _with_metadata(samples: Samples, image: Image.Image, head: bytes) -> Photo:
    colours, alpha = np.split(samples, [1 if samples.shape[2] < 3 else 3], axis=2)
    notes: tuple[str, ...] = ()
    block = image.info.get("exif")
    if block is None and "Raw profile type exif" in image.info:
        block = image.getexif().tobytes()
    exif = exif_to_keep(block) if block else None
    if block and exif is None:
        notes += ("The file's EXIF data is damaged; it was left out.",)
    if colours.dtype == np.uint8 and _has_more_bits(image.format, head):
        notes += ("The file has more than 8 bits per channel; 8 were read. Convert it to TIFF or PNG to keep them.",)
    return Photo(
        np.ascontiguousarray(colours),
        np.ascontiguousarray(alpha[..., 0]) if alpha.size else None,
        icc_profile=image.info.get("icc_profile") or None,
        exif=exif,
        xmp=xmp_to_keep(image.info.get("xmp") or raw_profile(image.info, "xmp")),
        iptc=iptc_of_jpeg(image.info.get("photoshop")) or iptc_of_png(image.info),
        dpi=dpi_to_keep(*image.info.get("dpi", (None, None))),
        notes=notes,
    )


def _has_more_bits(kind: str | None, head: bytes) -> bool:
    """True for the kinds of which Pillow reads 8 bits whatever the file has."""
    if kind == "AVIF":  # the high_bitdepth flag of the codec's configuration
        box = head.find(b"av1C")
        return box >= 0 and bool(head[box + 6] & 0x40)
    if kind == "JPEG2000":  # Ssiz of the first component in the SIZ marker, which follows SOC
        marker = head.find(b"\xff\x4f\xff\x51")
        return marker >= 0 and (head[marker + 42] & 0x7F) + 1 > 8
    return False
