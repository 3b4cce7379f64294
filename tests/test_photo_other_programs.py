"""Files of ImageMagick, libtiff's tools and ExifTool: read, written again, and read by the same programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, GREY_22
from other_programs import make_with_imagemagick, run, seen_by_imagemagick, tags_of
from photo_files import SRGB, noise

from restoration.colour import colour_space
from restoration.errors import PictureError
from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo

PNG_16 = {1: "0", 2: "4", 3: "2", 4: "6"}


def make(path: Path, samples: np.ndarray, *options: str) -> None:
    """A file of exactly these samples: ImageMagick would leave out channels and bits of which a picture has no need."""
    if path.suffix == ".png":
        bits = str(samples.itemsize * 8)
        options += ("-define", f"png:bit-depth={bits}", "-define", f"png:color-type={PNG_16[samples.shape[2]]}")
    make_with_imagemagick(path, samples, *options)


def samples_of(photo: Photo) -> np.ndarray:
    return photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_every_bit_there_and_back_through_imagemagick(tmp_path: Path, suffix: str, dtype: type, channels: int) -> None:
    samples = noise(9, 13, channels, dtype)
    make(tmp_path / f"theirs{suffix}", samples)
    photo = read_photo(tmp_path / f"theirs{suffix}")
    assert photo.depth == np.dtype(dtype).itemsize * 8
    np.testing.assert_array_equal(samples_of(photo), samples)
    write_photo(tmp_path / f"ours{suffix}", photo)
    np.testing.assert_array_equal(seen_by_imagemagick(tmp_path / f"ours{suffix}", channels, dtype), samples)


@pytest.mark.parametrize(
    "options",
    [("-compress", "LZW"), ("-compress", "Zip"), ("-compress", "None"), ("-endian", "MSB"), ("-interlace", "plane")],
    ids=" ".join,
)
def test_tiff_of_imagemagick_in_every_layout(tmp_path: Path, options: tuple[str, ...]) -> None:
    samples = noise(40, 30, 4, np.uint16)
    make(tmp_path / "a.tif", samples, *options)
    np.testing.assert_array_equal(samples_of(read_photo(tmp_path / "a.tif")), samples)


@pytest.mark.parametrize(
    "options",
    [("-c", "lzw:2"), ("-c", "zip"), ("-c", "packbits"), ("-t", "-w", "16", "-l", "16"), ("-8",)],
    ids=" ".join,
)
def test_tiff_of_libtiff_in_every_layout(tmp_path: Path, options: tuple[str, ...]) -> None:
    samples = noise(40, 30, 3, np.uint16)
    write_photo(tmp_path / "ours.tif", Photo(samples))
    run("tiffcp", *options, tmp_path / "ours.tif", tmp_path / "theirs.tif")
    np.testing.assert_array_equal(read_photo(tmp_path / "theirs.tif").pixels, samples)


def test_of_libtiff_s_pages_the_first_is_read_and_that_is_said(tmp_path: Path) -> None:
    for number in (1, 2):
        write_photo(tmp_path / f"{number}.tif", Photo(np.full((4, 4, 3), number, np.uint16)))
    run("tiffcp", tmp_path / "1.tif", tmp_path / "2.tif", tmp_path / "both.tif")
    photo = read_photo(tmp_path / "both.tif")
    assert (photo.pixels == 1).all()
    assert photo.notes == ("The file has 2 pages; the first was read.",)


def test_libtiff_finds_nothing_wrong_with_ours(tmp_path: Path) -> None:
    samples = noise(40, 30, 3, np.uint16)
    iptc = b"\x1c\2\x78\0\1a"
    photo = Photo(samples, samples[..., 0], icc_profile=ADOBE_RGB, dpi=(300, 600), iptc=iptc)
    write_photo(tmp_path / "a.tif", photo)
    told = run("tiffinfo", "-d", tmp_path / "a.tif").decode()
    for line in ("Bits/Sample: 16", "Extra Samples: 1<unassoc-alpha>", "Resolution: 300, 600 pixels/inch"):
        assert line in told


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk_is_refused_with_the_remedy(tmp_path: Path, suffix: str) -> None:
    make_with_imagemagick(tmp_path / f"a{suffix}", noise(8, 8), "-colorspace", "CMYK")
    with pytest.raises(PictureError, match="are CMYK, not RGB") as caught:
        read_photo(tmp_path / f"a{suffix}")
    assert caught.value.remedy == "Convert it to RGB in an image editor and save it again."


@pytest.mark.parametrize(
    ("suffix", "dtype", "profile", "channels"),
    [
        (suffix, dtype, profile, channels)
        for suffix, dtype in ((".png", np.uint16), (".tif", np.uint16), (".png", np.uint8), (".jpg", np.uint8))
        for profile, channels in ((ADOBE_RGB, 3), (GREY_22, 1))
    ]
    + [(".webp", np.uint8, ADOBE_RGB, 3)],  # which has no grey
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_profile_and_resolution_there_and_back(
    tmp_path: Path, suffix: str, dtype: type, profile: bytes, channels: int
) -> None:
    (tmp_path / "in.icc").write_bytes(profile)
    given = ("-profile", str(tmp_path / "in.icc"), "-units", "PixelsPerInch", "-density", "300")
    make(tmp_path / f"theirs{suffix}", noise(16, 16, channels, dtype), *given)
    photo = read_photo(tmp_path / f"theirs{suffix}")
    assert photo.icc_profile == profile
    write_photo(tmp_path / f"ours{suffix}", photo)
    run("convert", tmp_path / f"ours{suffix}", f"icc:{tmp_path / 'out.icc'}")
    assert (tmp_path / "out.icc").read_bytes() == profile
    if suffix != ".webp":  # which has no place for a resolution
        assert photo.dpi == pytest.approx((300, 300), abs=0.01)
        units = ("-units", "PixelsPerInch", "-format", "%x %y", "info:")
        x, y = run("convert", tmp_path / f"ours{suffix}", *units).decode().replace("PixelsPerInch", "").split()
        assert (float(x), float(y)) == pytest.approx((300, 300), abs=0.01)


def test_imagemagick_converts_to_the_same_srgb(tmp_path: Path) -> None:
    # Colours that sRGB has, too: those that it lacks are cut off by everyone in his own way.
    samples = (20000 + noise(32, 32, 3, np.uint16) // 4).astype(np.uint16)
    (tmp_path / "in.icc").write_bytes(ADOBE_RGB)
    make(tmp_path / "a.tif", samples, "-profile", str(tmp_path / "in.icc"))
    photo = read_photo(tmp_path / "a.tif")
    ours = colour_space(photo).to_srgb(photo.pixels)
    (tmp_path / "srgb.icc").write_bytes(SRGB)
    convert = ("-intent", "relative", "-black-point-compensation", "-profile", str(tmp_path / "srgb.icc"))
    theirs = seen_by_imagemagick(tmp_path / "a.tif", 3, np.uint16, *convert)
    assert np.abs(ours * 65535 - theirs).max() < 257  # less than a level of 8 bits
    assert np.abs(ours * 65535 - samples).max() > 1000  # which is much less than the conversion changes


KEPT = {
    "IFD0:Artist": "Grandfather",
    "ExifIFD:DateTimeOriginal": "1931:05:06 00:00:00",
    "GPS:GPSLatitude": 48.5,
    "XMP-dc:Title": "Grand-mère",
    "IPTC:Caption-Abstract": "The garden",
    "IPTC:Keywords": ["garden", "aunt"],
}
NO_IPTC = (".webp",)  # nor do other programs find a place for it


def with_everything(path: Path, dtype: type, orientation: int = 6) -> np.ndarray:
    """A file of ImageMagick's that ExifTool wrote all kinds of metadata into; the pixels as they are stored."""
    samples = noise(24, 16, 3, dtype) // 2
    make(path, samples)
    tags = [f"-IFD0:Orientation#={orientation}", "-IFD0:XResolution=300", "-IFD0:YResolution=600"]
    tags += ["-IFD0:ResolutionUnit=inches", "-GPS:GPSLatitudeRef=N"]
    for tag, value in KEPT.items():
        if not (tag.startswith("IPTC") and path.suffix in NO_IPTC):
            tags += [f"-{tag}={one}" for one in (value if isinstance(value, list) else [value])]
    run("exiftool", "-q", "-m", "-overwrite_original", *tags, path)
    return samples


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [
        (".jpg", np.uint8),
        (".tif", np.uint8),
        (".tif", np.uint16),
        (".png", np.uint8),
        (".png", np.uint16),
        (".webp", np.uint8),
    ],
)
def test_what_exiftool_wrote_it_finds_again(tmp_path: Path, suffix: str, dtype: type) -> None:
    with_everything(tmp_path / f"theirs{suffix}", dtype)
    photo = read_photo(tmp_path / f"theirs{suffix}")
    assert (photo.width, photo.height) == (24, 16)  # a quarter turn
    assert write_photo(tmp_path / f"ours{suffix}", photo) == ()
    found = tags_of(tmp_path / f"ours{suffix}")
    for tag, value in KEPT.items():
        if not (tag.startswith("IPTC") and suffix in NO_IPTC):
            assert found.get(tag) == value, tag
    assert found.get("IFD0:Orientation", 1) == 1
    assert "Warning" not in " ".join(found)


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_the_resolution_turns_with_the_photo(tmp_path: Path, suffix: str) -> None:
    with_everything(tmp_path / f"theirs{suffix}", np.uint8)
    photo = read_photo(tmp_path / f"theirs{suffix}")
    if suffix == ".tif":  # in a JPEG file the one that ExifTool wrote stands beside JFIF's own
        assert photo.dpi == pytest.approx((600, 300))
    write_photo(tmp_path / f"ours{suffix}", photo)
    assert read_photo(tmp_path / f"ours{suffix}").dpi == pytest.approx(photo.dpi)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("suffix", "dtype"), [(".tif", np.uint16), (".png", np.uint8)])
def test_the_photo_is_turned_once(tmp_path: Path, suffix: str, dtype: type, orientation: int) -> None:
    samples = with_everything(tmp_path / f"theirs{suffix}", dtype, orientation)
    photo = read_photo(tmp_path / f"theirs{suffix}")
    make(tmp_path / "plain.tif", samples, "-orient", "Undefined")
    names = ["TopLeft", "TopRight", "BottomRight", "BottomLeft", "LeftTop", "RightTop", "RightBottom", "LeftBottom"]
    turned = ("-orient", names[orientation - 1], "-auto-orient")
    np.testing.assert_array_equal(photo.pixels, seen_by_imagemagick(tmp_path / "plain.tif", 3, dtype, *turned))
    write_photo(tmp_path / f"ours{suffix}", photo)
    again = seen_by_imagemagick(tmp_path / f"ours{suffix}", 3, dtype, "-auto-orient")
    np.testing.assert_array_equal(again, photo.pixels)


def test_captions_and_xmp_of_imagemagick_s_png_are_found(tmp_path: Path) -> None:
    """It writes them as text, in hexadecimal digits."""
    with_everything(tmp_path / "a.jpg", np.uint8)
    run("convert", tmp_path / "a.jpg", tmp_path / "a.png")
    photo = read_photo(tmp_path / "a.png")
    assert photo.iptc is not None
    assert b"The garden" in photo.iptc
    assert photo.xmp is not None
    assert "Grand-mère".encode() in photo.xmp


def test_captions_of_imagemagick_s_tiff_are_found_whole(tmp_path: Path) -> None:
    with_everything(tmp_path / "a.jpg", np.uint8)
    run("convert", tmp_path / "a.jpg", tmp_path / "a.tif")
    assert read_photo(tmp_path / "a.tif").iptc == read_photo(tmp_path / "a.jpg").iptc
