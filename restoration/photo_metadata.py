"""What a file says about its pixels: orientation, EXIF, XMP, resolution.

The orientation is applied to the pixels once, and what is kept of EXIF and XMP then says 1: a picture that is turned
already must not be turned again by the next program.
"""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin

from restoration.photo import Photo, Samples

_log = logging.getLogger(__name__)

_ORIENTATION = int(ExifTags.Base.Orientation)

#: In a TIFF file the tags of EXIF's first directory stand among those that describe how the pixels are stored;
#: these are the ones that speak of the photo.
_TIFF_TAGS_KEPT = frozenset(
    int(tag)
    for tag in (
        ExifTags.Base.ImageDescription,
        ExifTags.Base.Make,
        ExifTags.Base.Model,
        ExifTags.Base.Software,
        ExifTags.Base.DateTime,
        ExifTags.Base.Artist,
        ExifTags.Base.HostComputer,
        ExifTags.Base.Copyright,
        ExifTags.Base.XPTitle,
        ExifTags.Base.XPComment,
        ExifTags.Base.XPAuthor,
        ExifTags.Base.XPKeywords,
        ExifTags.Base.XPSubject,
    )
)

_TURNS: dict[int, Callable[[Samples], Samples]] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


def upright(photo: Photo, orientation: int) -> Photo:
    """``photo`` turned and mirrored as the EXIF value ``orientation`` asks; values other than 2 to 8 ask nothing."""
    turn = _TURNS.get(orientation)
    if turn is None:
        return photo
    dpi = photo.dpi[::-1] if photo.dpi is not None and orientation >= 5 else photo.dpi
    return replace(
        photo,
        pixels=np.ascontiguousarray(turn(photo.pixels)),
        alpha=None if photo.alpha is None else np.ascontiguousarray(turn(photo.alpha)),
        dpi=dpi,
    )


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Pillow's parser without its warnings: what it says of a damaged block is said by our notes and our log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def orientation_of(image: Image.Image) -> int:
    """The orientation that a picture's EXIF, or else its XMP, asks for; 1 where neither can be read."""
    try:
        with _quiet_pillow():
            return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Pillow's parser raises whatever the damage leads to
        _log.warning("The EXIF data of a picture cannot be read.", exc_info=True)
        return 1


def exif_to_keep(block: bytes) -> bytes | None:
    """An EXIF block as ``Photo.exif`` holds it: without its prefix, orientation 1, no thumbnail of the old picture.

    A block that has nothing to change keeps every byte. None stands for a damaged block: no photo is refused for it.
    """
    try:
        with _quiet_pillow():
            exif = _parsed(block)
            if exif.get(_ORIENTATION, 1) == 1 and not exif.get_ifd(ExifTags.IFD.IFD1):
                return block.removeprefix(b"Exif\0\0")
            return _serialised(_parsed(block))  # afresh: writing puts back every directory that was looked at
    except Exception:  # as above
        _log.warning("An EXIF block cannot be read.", exc_info=True)
        return None


def exif_of_tiff(file: IO[bytes]) -> bytes | None:
    """The EXIF block of a TIFF file's first page as ``Photo.exif`` holds it; None if there is none or it is damaged."""
    try:
        with _quiet_pillow():
            head = file.read(8)
            head += file.read(8) if head[2] == 43 else b""  # BigTIFF
            page = TiffImagePlugin.ImageFileDirectory_v2(ifh=head)
            file.seek(page.next)
            page.load(file)
            kept = Image.Exif()
            kept.update({tag: page[tag] for tag in page if tag in _TIFF_TAGS_KEPT})
            for tag in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
                if tag in page:
                    directory = TiffImagePlugin.ImageFileDirectory_v2(ifh=head, group=tag)
                    file.seek(page[tag])
                    directory.load(file)
                    kept[tag] = {code: directory[code] for code in directory if code != ExifTags.IFD.Interop}
            return _serialised(kept) if len(kept) else None
    except Exception:  # as above
        _log.warning("The EXIF data of a TIFF file cannot be read.", exc_info=True)
        return None


def _parsed(block: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.load(block)
    return exif


def _serialised(exif: Image.Exif) -> bytes:
    if _ORIENTATION in exif:
        exif[_ORIENTATION] = 1
    for tag, value in list(exif.items()):
        if isinstance(value, str) and tag in _TIFF_TAGS_KEPT:
            exif[tag] = _bytes_as_read(value)
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _bytes_as_read(text: str) -> bytes:
    # Pillow reads text as Latin-1 whatever it is, UTF-8 mostly, and would write question marks.
    return text.encode("latin-1", "replace")


def exif_tags(block: bytes) -> dict[int, tuple[str, bytes]]:
    """What an EXIF block's first directory says of the photo, by tag: TIFF type (``s`` text, ``B`` bytes) and data."""
    with _quiet_pillow():
        tags = {tag: value for tag, value in _parsed(block).items() if tag in _TIFF_TAGS_KEPT}
    return {
        tag: ("s", _bytes_as_read(value)) if isinstance(value, str) else ("B", bytes(value))
        for tag, value in tags.items()
    }


def exif_directory(block: bytes, directory: ExifTags.IFD, offset: int) -> bytes:
    """One sub-directory of an EXIF block, laid out for ``offset`` in a little-endian TIFF file; may be empty."""
    with _quiet_pillow():
        tags = _parsed(block).get_ifd(directory)
        laid_out = TiffImagePlugin.ImageFileDirectory_v2(ifh=b"II*\0\0\0\0\0")
        laid_out.update({tag: value for tag, value in tags.items() if tag != ExifTags.IFD.Interop})
        return laid_out.tobytes(offset) if len(laid_out) else b""


def xmp_to_keep(packet: bytes | str | None) -> bytes | None:
    """An XMP packet with its orientation, if it states one, set to 1."""
    if not packet:
        return None
    data = packet.encode() if isinstance(packet, str) else packet
    return re.sub(rb'(tiff:Orientation(?:=["\']|>))[2-8]', rb"\g<1>1", data)


def dpi_to_keep(across: Any, down: Any) -> tuple[float, float] | None:
    """A resolution as two finite numbers above 0, or None."""
    try:
        dpi = (float(across), float(down))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return dpi if all(math.isfinite(value) and value > 0 for value in dpi) else None
