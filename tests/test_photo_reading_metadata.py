"""What belongs to the pixels of a file: orientation, profile, EXIF, XMP, resolution."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from photo_files import (
    ORIENTATION,
    SRGB,
    noise,
    png_by_hand,
    with_tifffile,
)
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from restoration.photo_reading import read_photo

#: The letter F, which looks different however it is turned.
F = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]], np.uint8) * 255
#: How the letter must be stored so that the orientation turns it upright.
STORED = {
    1: F,
    2: F[:, ::-1],
    3: F[::-1, ::-1],
    4: F[::-1],
    5: F.T,
    6: np.rot90(F, 1),
    7: F[::-1, ::-1].T,
    8: np.rot90(F, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp"])
def test_the_orientation_is_applied_once(tmp_path: Path, suffix: str, orientation: int) -> None:
    # Squares of 8 pixels survive JPEG and WebP, whose blocks they are.
    big = np.kron(STORED[orientation], np.ones((8, 8), np.uint8))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[int(ExifTags.Base.Make)] = "Agfa"
    options = {"lossless": True} if suffix == ".webp" else {}
    Image.fromarray(big).save(tmp_path / f"a{suffix}", exif=exif, dpi=(100, 200), **options)
    photo = read_photo(tmp_path / f"a{suffix}")
    assert (photo.pixels[4::8, 4::8, 0] > 127).tolist() == (F > 127).tolist()
    assert photo.exif is not None
    kept = Image.Exif()
    kept.load(photo.exif)
    assert (kept.get(ORIENTATION, 1), kept[int(ExifTags.Base.Make)]) == (1, "Agfa")
    if suffix != ".webp":  # which has no place for a resolution
        assert photo.dpi == pytest.approx((200, 100) if orientation >= 5 else (100, 200), abs=0.1)


@pytest.mark.parametrize("orientation", STORED)
def test_the_orientation_of_16_bits_and_alpha_is_applied(tmp_path: Path, orientation: int) -> None:
    wide = STORED[orientation].astype(np.uint16) * 257
    samples = np.stack([wide, wide, wide, wide], axis=2)
    tifffile.imwrite(
        tmp_path / "a.tif",
        samples,
        photometric="rgb",
        extrasamples=["unassalpha"],
        extratags=[(274, "H", 1, orientation, True)],
        metadata=None,
    )
    photo = read_photo(tmp_path / "a.tif")
    np.testing.assert_array_equal(photo.pixels[..., 2], F.astype(np.uint16) * 257)
    np.testing.assert_array_equal(photo.alpha, F.astype(np.uint16) * 257)


def test_the_orientation_of_chroma_in_a_tiff_is_applied_once(tmp_path: Path) -> None:
    big = Image.fromarray(np.kron(STORED[6], np.ones((8, 8), np.uint8))).convert("YCbCr")
    big.save(tmp_path / "a.tif", tiffinfo={274: 6})
    assert (read_photo(tmp_path / "a.tif").pixels[4::8, 4::8, 0] > 127).tolist() == (F > 127).tolist()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("form", ['tiff:Orientation="%d"', "<tiff:Orientation>%d</tiff:Orientation>"])
def test_an_orientation_in_xmp_alone_is_applied_and_reset(tmp_path: Path, form: str, orientation: int) -> None:
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a b="6" {form}/></x:xmpmeta>'
    stored = (xmp % orientation).encode()
    Image.fromarray(STORED[orientation]).save(tmp_path / "a.webp", lossless=True, xmp=stored)
    photo = read_photo(tmp_path / "a.webp")
    np.testing.assert_array_equal(photo.pixels[..., 0], F)
    assert photo.xmp == (xmp % 1).encode()


@pytest.mark.parametrize("bits", [8, 16])
def test_what_follows_the_pixels_of_a_png_is_read(tmp_path: Path, bits: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    early = (b"eXIf", exif.tobytes()[6:])
    data = png_by_hand((2, 1, bits, 0), [b"\x01\x02\x03\x04"[: bits // 4]], early)
    chunk = b"iTXtXML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"
    late = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "a.png").write_bytes(data[:-12] + late + data[-12:])
    photo = read_photo(tmp_path / "a.png")
    assert photo.pixels.ravel().tolist() == ([2, 1] if bits == 8 else [0x304, 0x102])
    assert photo.xmp == b"<x:xmpmeta/>"


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp", ".avif"])
def test_profile_exif_and_xmp_are_kept(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[int(ExifTags.Base.Artist)] = "Grandfather"
    exif.get_ifd(ExifTags.IFD.Exif)[int(ExifTags.Base.DateTimeOriginal)] = "1931:05:06 00:00:00"
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
    if suffix == ".png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options: dict[str, object] = {"pnginfo": info}
    elif suffix == ".tif":
        options = {}
        exif[700] = xmp
    else:
        options = {"xmp": xmp}
    Image.fromarray(noise(8, 8)).save(tmp_path / f"a{suffix}", icc_profile=SRGB, exif=exif.tobytes(), **options)
    photo = read_photo(tmp_path / f"a{suffix}")
    assert photo.icc_profile == SRGB
    assert photo.xmp == xmp
    assert photo.exif is not None
    kept = Image.Exif()
    kept.load(photo.exif)
    assert kept[int(ExifTags.Base.Artist)] == "Grandfather"
    assert kept.get_ifd(ExifTags.IFD.Exif)[int(ExifTags.Base.DateTimeOriginal)] == "1931:05:06 00:00:00"
    assert 256 not in kept  # a TIFF's own tags say how that file stores its pixels


def test_a_profile_for_other_pixels_is_left_out(tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.jpg", icc_profile=SRGB)
    photo = read_photo(tmp_path / "a.jpg")
    assert photo.icc_profile is None
    assert photo.notes == ("The file's colour profile is not for its kind of pixels; it was left out.",)


def test_damaged_exif_does_not_hinder(tmp_path: Path) -> None:
    Image.fromarray(noise(8, 8)).save(tmp_path / "a.jpg", exif=b"Exif\0\0not a TIFF header")
    photo = read_photo(tmp_path / "a.jpg")
    assert photo.exif is None
    assert photo.notes == ("The file's EXIF data is damaged; it was left out.",)


def test_the_thumbnail_of_the_old_picture_is_not_kept(tmp_path: Path) -> None:
    def directory(entries: list[tuple[int, int, int, int]], following: int) -> bytes:
        packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        return struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)

    first = directory([(ORIENTATION, 3, 1, 1)], 26)
    second = directory([(513, 4, 1, 56), (514, 4, 1, 9)], 0)
    block = b"Exif\0\0II*\0\x08\0\0\0" + first + second + b"THUMBNAIL"
    Image.fromarray(noise(8, 8)).save(tmp_path / "a.jpg", exif=block)
    photo = read_photo(tmp_path / "a.jpg")
    assert photo.exif is not None
    kept = Image.Exif()
    kept.load(photo.exif)
    assert kept[ORIENTATION] == 1
    assert not kept.get_ifd(ExifTags.IFD.IFD1)
    assert b"THUMBNAIL" not in photo.exif


@pytest.mark.parametrize(("unit", "stored", "dpi"), [(2, 300, 300), (3, 100, 254)])
def test_the_resolution_of_a_tiff_is_in_inches(tmp_path: Path, unit: int, stored: int, dpi: float) -> None:
    with_tifffile(tmp_path / "a.tif", noise(4, 4), resolution=(stored, stored), resolutionunit=unit)
    assert read_photo(tmp_path / "a.tif").dpi == pytest.approx((dpi, dpi))


def test_a_tiff_without_a_unit_has_no_resolution(tmp_path: Path) -> None:
    with_tifffile(tmp_path / "a.tif", noise(4, 4), resolution=(3, 4), resolutionunit=1)
    assert read_photo(tmp_path / "a.tif").dpi is None
