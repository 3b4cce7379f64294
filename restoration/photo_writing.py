"""Pictures out: a ``Photo`` becomes a file of the kind that its name asks for, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, features

from restoration.atomic_file import atomic_file, check_output
from restoration.colour import colour_space, in_srgb
from restoration.errors import OutputError
from restoration.photo import Photo, profile_fits, to_depth
from restoration.photo_iptc import jpeg_segment
from restoration.photo_png import encode_png
from restoration.photo_tiff import write_tiff

_KINDS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".bmp": "BMP",
}
_16_BIT_KINDS = ("PNG", "TIFF")
_OPAQUE_KINDS = ("JPEG", "BMP")
_LONGEST_SIDE = {"JPEG": 65500, "WEBP": 16383, "AVIF": 65536}
_JPEG_BLOCK_BYTES = 65533  # what one marker of a JPEG file can hold


def possible_suffixes() -> tuple[str, ...]:
    """The suffixes that ``write_photo`` knows, lower case, with their dot."""
    return tuple(s for s, kind in _KINDS.items() if kind not in ("AVIF", "WEBP") or features.check(kind.lower()))


def check_photo_output(path: str | Path, *, overwrite: bool = False, photo: Photo | None = None) -> None:
    """Check that a photo may be written to ``path``, without writing it: worth doing before long work.

    Args:
        path: the file to be.
        overwrite: whether a file that exists already is replaced.
        photo: the photo, or one of its size and transparency, where it is known already.

    Raises:
        OutputError: the suffix is unknown, the file exists already, its folder is missing, or the kind of file cannot
            hold the photo.
    """
    path = Path(path)
    if path.suffix.lower() not in possible_suffixes():
        raise OutputError(
            f"{path.name} asks for an unknown kind of file.", f"End its name in {', '.join(possible_suffixes())}."
        )
    check_output(path, overwrite=overwrite)
    if photo is None:
        return
    kind = _KINDS[path.suffix.lower()]
    if kind in _OPAQUE_KINDS and not photo.is_opaque:
        raise OutputError(f"{kind} files cannot be transparent, and the photo is.", "Use PNG, TIFF or WebP.")
    longest = _LONGEST_SIDE.get(kind)
    if longest is not None and max(photo.height, photo.width) > longest:
        raise OutputError(f"{kind} files are at most {longest} pixels wide and high.", "Use PNG or TIFF.")


def write_photo(path: str | Path, photo: Photo, *, overwrite: bool = False, quality: int = 95) -> tuple[str, ...]:
    """Write ``photo`` to a file; the suffix says of which kind.

    PNG and TIFF keep 16 bits, the others round to 8. Colour profile, EXIF, XMP, IPTC and resolution are written where
    the kind has a place for them; for BMP, which has none for a profile, colours are converted to sRGB.

    Args:
        path: the file.
        photo: what to write.
        overwrite: whether a file that exists already is replaced.
        quality: 1 to 100, for JPEG, WebP and AVIF.

    Returns:
        Sentences for the user about what the file could not hold.

    Raises:
        OutputError: the suffix is unknown, the file exists already, its folder is missing or may not be written to, the
            photo is too large for the kind, or it is not opaque and the kind has no transparency.
    """
    path = Path(path)
    check_photo_output(path, overwrite=overwrite, photo=photo)
    kind = _KINDS[path.suffix.lower()]
    notes: tuple[str, ...] = ()
    with atomic_file(path, overwrite=overwrite) as file:
        if kind == "PNG":
            file.write(
                encode_png(
                    photo.pixels,
                    photo.alpha,
                    icc_profile=photo.icc_profile,
                    exif=photo.exif,
                    xmp=photo.xmp,
                    iptc=photo.iptc,
                    dpi=photo.dpi,
                )
            )
        elif kind == "TIFF":
            write_tiff(file, photo)
        else:
            notes = _write_with_pillow(file, kind, photo, quality)
    if photo.depth == 16 and kind not in _16_BIT_KINDS:
        notes = (f"{kind} files have 8 bits per channel; the photo's 16 were rounded.", *notes)
    return notes


def _write_with_pillow(file: IO[bytes], kind: str, photo: Photo, quality: int) -> tuple[str, ...]:
    options: dict[str, Any] = {}
    notes = []
    if kind == "BMP":
        if colour_space(photo).icc_profile is not None:
            photo = in_srgb(photo)
            notes.append("BMP files have no colour profile; the photo's colours were converted to sRGB.")
        elif photo.icc_profile is not None:
            notes.append("BMP files have no colour profile; the photo's was left out.")
    else:
        options["quality"] = quality
        if profile_fits(photo.icc_profile, photo.pixels.shape[2]):
            options["icc_profile"] = photo.icc_profile
        for name, block, prefix in (("EXIF", photo.exif, b"Exif\0\0"), ("XMP", photo.xmp, b"")):
            if block is None:
                continue
            if kind == "JPEG" and len(block) > _JPEG_BLOCK_BYTES - 32:
                notes.append(f"The photo's {name} data is too long for a JPEG file; it was left out.")
            else:
                options[name.lower()] = prefix + block
    if photo.iptc is not None:
        if kind != "JPEG":
            notes.append(f"{kind} files have no place for IPTC data; the photo's was left out.")
        elif len(photo.iptc) > _JPEG_BLOCK_BYTES - 32:
            notes.append("The photo's IPTC data is too long for a JPEG file; it was left out.")
        else:
            options["extra"] = jpeg_segment(photo.iptc)
    if kind == "JPEG":
        options["subsampling"] = 0  # colour at full size: a restored photo is looked at closely
    elif kind == "WEBP":
        options["exact"] = True  # what is transparent keeps its colours, as in the other kinds
    if photo.dpi is not None:
        options["dpi"] = photo.dpi
    samples = to_depth(photo.pixels, np.uint8)
    if kind not in _OPAQUE_KINDS and photo.alpha is not None:
        samples = np.concatenate([samples, to_depth(photo.alpha, np.uint8)[..., np.newaxis]], axis=2)
    image = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    image.save(file, kind, **options)
    return tuple(notes)
