"""What is written can be read again, here and by other programs; what cannot be written leaves nothing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from colour_profiles import ADOBE_RGB, adobe_to_srgb
from PIL import ExifTags, Image, ImageCms

from restoration import photo_writing
from restoration.errors import OutputError
from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import possible_suffixes, write_photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
ARTIST, WHEN = int(ExifTags.Base.Artist), int(ExifTags.Base.DateTimeOriginal)


def exif_block() -> bytes:
    exif = Image.Exif()
    exif[ARTIST] = "Grandfather"
    exif.get_ifd(ExifTags.IFD.Exif)[WHEN] = "1931:05:06 00:00:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[int(ExifTags.GPS.GPSLatitudeRef)] = "N"
    return exif.tobytes().removeprefix(b"Exif\0\0")


def parsed(block: bytes | None) -> Image.Exif:
    assert block is not None
    exif = Image.Exif()
    exif.load(block)
    return exif


def gradient(height: int, width: int, channels: int, dtype: type) -> np.ndarray:
    count = height * width * channels
    return np.linspace(0, np.iinfo(dtype).max, count).astype(dtype).reshape(height, width, channels)


@pytest.mark.parametrize("size", [(1, 1), (3, 1000), (1000, 3)])
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_png_and_tiff_keep_every_bit(
    tmp_path: Path, suffix: str, dtype: type, channels: int, transparent: bool, size: tuple[int, int]
) -> None:
    samples = gradient(*size, channels + 1, dtype)
    photo = Photo(samples[..., :channels], samples[..., channels] if transparent else None)
    assert write_photo(tmp_path / f"a{suffix}", photo) == ()
    again = read_photo(tmp_path / f"a{suffix}")
    assert again.pixels.dtype == dtype
    np.testing.assert_array_equal(again.pixels, photo.pixels)
    if transparent:
        np.testing.assert_array_equal(again.alpha, photo.alpha)
    else:
        assert again.alpha is None


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_opencv_reads_the_same_16_bits(tmp_path: Path, suffix: str, channels: int) -> None:
    pixels = gradient(20, 30, channels, np.uint16)
    write_photo(tmp_path / f"a{suffix}", Photo(pixels))
    read = cv2.imread(str(tmp_path / f"a{suffix}"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read.reshape(pixels.shape)[..., ::-1], pixels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_pillow_reads_the_same_8_bits(tmp_path: Path, suffix: str, channels: int) -> None:
    pixels = gradient(20, 30, channels, np.uint8)
    write_photo(tmp_path / f"a{suffix}", Photo(pixels))
    with Image.open(tmp_path / f"a{suffix}") as image:
        np.testing.assert_array_equal(np.asarray(image).reshape(pixels.shape), pixels)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_pillow_reads_the_same_alpha(tmp_path: Path, suffix: str) -> None:
    samples = gradient(20, 30, 4, np.uint8)
    write_photo(tmp_path / f"a{suffix}", Photo(samples[..., :3], samples[..., 3]))
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert image.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(image), samples)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp", ".avif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_lossy_kinds_come_close_and_say_what_they_lose(tmp_path: Path, dtype: type, suffix: str) -> None:
    photo = Photo(gradient(64, 64, 3, dtype))
    notes = write_photo(tmp_path / f"a{suffix}", photo)
    again = read_photo(tmp_path / f"a{suffix}")
    assert again.depth == 8
    assert np.abs(again.pixels / 255 - photo.pixels / photo.max_value).max() < 8 / 255
    assert len(notes) == (1 if dtype == np.uint16 else 0)
    assert all("8 bits per channel" in note for note in notes)


def test_16_bits_are_rounded_not_cut(tmp_path: Path) -> None:
    # 128 is the last that rounds to 0, 129 the first that rounds to 1; 65406 and 65407 are the same at the other end.
    write_photo(tmp_path / "a.bmp", Photo(np.array([[[128], [129], [65406], [65407]]], np.uint16)))
    assert read_photo(tmp_path / "a.bmp").pixels.ravel().tolist() == [0, 1, 254, 255]


def test_quality_is_heeded(tmp_path: Path) -> None:
    photo = Photo(np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8))
    sizes = []
    for quality in (30, 95):
        write_photo(tmp_path / "a.jpg", photo, quality=quality, overwrite=True)
        sizes.append((tmp_path / "a.jpg").stat().st_size)
    assert sizes[0] < sizes[1] / 2


def test_colour_in_a_jpeg_has_the_full_size(tmp_path: Path) -> None:
    stripes = np.tile(np.array([[255, 0, 0], [0, 0, 255]], np.uint8), (16, 16, 1)).reshape(16, 32, 3)
    write_photo(tmp_path / "a.jpg", Photo(stripes))
    assert np.abs(read_photo(tmp_path / "a.jpg").pixels.astype(int) - stripes).max() < 40  # halved, it is over 100


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".webp", ".avif"])
def test_what_belongs_to_the_photo_is_written(tmp_path: Path, suffix: str, dtype: type) -> None:
    photo = Photo(gradient(8, 8, 3, dtype), icc_profile=SRGB, exif=exif_block(), xmp=XMP, dpi=(300, 600))
    write_photo(tmp_path / f"a{suffix}", photo)
    again = read_photo(tmp_path / f"a{suffix}")
    assert again.icc_profile == SRGB
    assert again.xmp == XMP
    exif = parsed(again.exif)
    assert exif[ARTIST] == "Grandfather"
    assert exif.get_ifd(ExifTags.IFD.Exif)[WHEN] == "1931:05:06 00:00:00"
    assert exif.get_ifd(ExifTags.IFD.GPSInfo)[int(ExifTags.GPS.GPSLatitudeRef)] == "N"
    if suffix not in (".webp", ".avif"):  # which have no place for a resolution
        assert again.dpi == pytest.approx((300, 600), abs=0.01)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_pillow_reads_what_belongs_to_the_photo(tmp_path: Path, suffix: str) -> None:
    photo = Photo(gradient(8, 8, 3, np.uint8), icc_profile=SRGB, exif=exif_block(), xmp=XMP, dpi=(300, 600))
    write_photo(tmp_path / f"a{suffix}", photo)
    with Image.open(tmp_path / f"a{suffix}") as image:
        exif = image.getexif()
        assert exif[ARTIST] == "Grandfather"
        assert exif.get_ifd(ExifTags.IFD.Exif)[WHEN] == "1931:05:06 00:00:00"
        assert exif.get_ifd(ExifTags.IFD.GPSInfo)[int(ExifTags.GPS.GPSLatitudeRef)] == "N"
        image.load()
        assert image.info["icc_profile"] == SRGB
        assert image.info["xmp"] == XMP
        assert image.info["dpi"] == pytest.approx((300, 600), abs=0.01)


@pytest.mark.parametrize("width", range(20, 28))
def test_directories_of_a_tiff_begin_at_even_places(tmp_path: Path, width: int) -> None:
    pixels = np.random.default_rng(width).integers(0, 256, (5, width, 1)).astype(np.uint8)
    write_photo(tmp_path / "a.tif", Photo(pixels, exif=exif_block()))
    with Image.open(tmp_path / "a.tif") as image:
        assert [image.tag_v2[int(tag)] % 2 for tag in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)] == [0, 0]


def test_text_beyond_ascii_survives_the_way_through_tiff(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ARTIST] = "Grand-mère".encode()
    write_photo(tmp_path / "a.tif", Photo(gradient(4, 4, 3, np.uint8), exif=exif.tobytes()[6:]))
    again = parsed(read_photo(tmp_path / "a.tif").exif)
    assert again[ARTIST].encode("latin-1").decode() == "Grand-mère"  # Pillow reads text as Latin-1
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.pages[0].tags[ARTIST].value == "Grand-mère"


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_a_profile_for_other_pixels_is_not_written(tmp_path: Path, suffix: str) -> None:
    write_photo(tmp_path / f"a{suffix}", Photo(gradient(4, 4, 1, np.uint8), icc_profile=SRGB))
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert "icc_profile" not in image.info


def test_a_bmp_says_that_it_has_no_profile(tmp_path: Path) -> None:
    notes = write_photo(tmp_path / "a.bmp", Photo(gradient(4, 4, 3, np.uint8), icc_profile=SRGB))
    assert notes == ("BMP files have no colour profile; the photo's was left out.",)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_for_a_bmp_colours_are_converted_to_srgb(tmp_path: Path, dtype: type) -> None:
    """What a program that knows of no profile shows then looks as it should."""
    photo = Photo(gradient(20, 30, 3, dtype), icc_profile=ADOBE_RGB)
    notes = write_photo(tmp_path / "a.bmp", photo)
    assert notes[-1] == "BMP files have no colour profile; the photo's colours were converted to sRGB."
    again = read_photo(tmp_path / "a.bmp").pixels / 255
    np.testing.assert_allclose(again, adobe_to_srgb(photo.pixels / photo.max_value), atol=1.1 / 255)


@pytest.mark.parametrize("field", ["exif", "xmp"])
def test_what_is_too_long_for_a_jpeg_is_left_out_and_said(tmp_path: Path, field: str) -> None:
    blocks = {"exif": exif_block() + bytes(70000), "xmp": XMP + b" " * 70000}
    notes = write_photo(tmp_path / "a.jpg", Photo(gradient(4, 4, 3, np.uint8), **{field: blocks[field]}))
    assert notes == (f"The photo's {field.upper()} data is too long for a JPEG file; it was left out.",)
    assert getattr(read_photo(tmp_path / "a.jpg"), field) is None


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_alpha_that_hides_nothing_is_no_hindrance(tmp_path: Path, suffix: str) -> None:
    photo = Photo(gradient(4, 4, 3, np.uint8), np.full((4, 4), 255, np.uint8))
    write_photo(tmp_path / f"a{suffix}", photo)
    assert read_photo(tmp_path / f"a{suffix}").alpha is None


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_a_transparent_photo_is_not_written_where_it_would_turn_opaque(tmp_path: Path, suffix: str) -> None:
    photo = Photo(gradient(4, 4, 3, np.uint8), np.full((4, 4), 254, np.uint8))
    with pytest.raises(OutputError, match=r"cannot be transparent.* Use PNG, TIFF or WebP\."):
        write_photo(tmp_path / f"a{suffix}", photo)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".webp", ".avif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_lossy_kinds_keep_alpha_and_the_colours_below_it(tmp_path: Path, channels: int, suffix: str) -> None:
    alpha = np.zeros((32, 64), np.uint8)
    alpha[:, 32:] = 255
    pixels = np.tile(np.linspace(0, 252, 64).astype(np.uint8)[:, np.newaxis], (32, 1, channels))
    write_photo(tmp_path / f"a{suffix}", Photo(pixels, alpha))
    again = read_photo(tmp_path / f"a{suffix}")
    assert again.alpha is not None
    assert np.abs(again.alpha.astype(int) - alpha).max() <= 3
    assert np.abs(again.pixels.astype(int) - pixels).max() <= 12


@pytest.mark.parametrize(("suffix", "limit"), [(".webp", 16383), (".jpg", 65500)])
def test_a_photo_too_long_for_its_kind(tmp_path: Path, suffix: str, limit: int) -> None:
    write_photo(tmp_path / f"a{suffix}", Photo(np.zeros((1, limit, 1), np.uint8)))
    with pytest.raises(OutputError, match=rf"at most {limit} pixels.* Use PNG or TIFF\."):
        write_photo(tmp_path / f"b{suffix}", Photo(np.zeros((limit + 1, 1, 1), np.uint8)))
    assert not (tmp_path / f"b{suffix}").exists()


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.gif", "a.ora"])
def test_an_unknown_suffix_names_what_is_possible(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="unknown kind") as caught:
        write_photo(tmp_path / name, Photo(gradient(4, 4, 3, np.uint8)))
    assert all(suffix in caught.value.remedy for suffix in possible_suffixes())


def test_capitals_in_a_suffix_do_not_matter(tmp_path: Path) -> None:
    write_photo(tmp_path / "SCAN.TIF", Photo(gradient(4, 4, 3, np.uint16)))
    assert read_photo(tmp_path / "SCAN.TIF").depth == 16


@pytest.mark.parametrize("suffix", possible_suffixes())
def test_an_existing_file_is_replaced_only_when_allowed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"before")
    photo = Photo(gradient(16, 16, 3, np.uint8))
    with pytest.raises(OutputError, match="exists already"):
        write_photo(path, photo)
    assert path.read_bytes() == b"before"
    write_photo(path, photo, overwrite=True)
    assert read_photo(path).width == 16
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="There is no folder"):
        write_photo(tmp_path / "no" / "a.png", Photo(gradient(4, 4, 3, np.uint8)))


@pytest.mark.parametrize(("suffix", "encoder"), [(".png", "encode_png"), (".tif", "write_tiff")])
def test_a_failing_encoder_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, encoder: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(photo_writing, encoder, fail)
    with pytest.raises(MemoryError):
        write_photo(tmp_path / f"a{suffix}", Photo(gradient(4, 4, 3, np.uint8)))
    assert not list(tmp_path.iterdir())
