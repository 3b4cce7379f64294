"""Files that other programs wrote: their pixels are read exactly."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from photo_files import (
    SIZES,
    gradient,
    noise,
    png_by_hand,
    with_cv2,
    with_imagecodecs,
    with_pillow,
    with_tifffile,
)
from PIL import Image

from restoration.photo_reading import read_photo


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    ("suffix", "write"), [(".png", with_cv2), (".png", with_imagecodecs), (".tif", with_cv2), (".tif", with_tifffile)]
)
def test_16_bits_are_read_exactly(
    tmp_path: Path, suffix: str, write: Callable[..., None], channels: int, size: tuple[int, int]
) -> None:
    pixels = gradient(*size, channels)
    write(tmp_path / f"a{suffix}", pixels)
    photo = read_photo(tmp_path / f"a{suffix}")
    assert photo.pixels.dtype == np.uint16
    np.testing.assert_array_equal(photo.pixels, pixels[..., :3])
    if channels == 4:
        np.testing.assert_array_equal(photo.alpha, pixels[..., 3])
    else:
        assert photo.alpha is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_8_bits_are_read_exactly(tmp_path: Path, suffix: str, channels: int, size: tuple[int, int]) -> None:
    pixels = gradient(*size, channels, np.uint8)
    with_pillow(tmp_path / f"a{suffix}", pixels)
    photo = read_photo(tmp_path / f"a{suffix}")
    assert (photo.pixels.dtype, photo.alpha, photo.notes) == (np.uint8, None, ())
    np.testing.assert_array_equal(photo.pixels, pixels)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "GIF", "JPEG", "JPEG2000"])
def test_other_kinds_are_read_as_pillow_reads_them(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.picture"  # the contents say what a file is, not its name
    Image.fromarray(noise(20, 30)).save(path, kind)
    photo = read_photo(path)
    with Image.open(path) as image:
        np.testing.assert_array_equal(photo.pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "lzw"},
        {"compression": "adobe_deflate", "predictor": True},
        {"compression": "packbits"},
        {"tile": (16, 16)},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"rowsperstrip": 3},
    ],
    ids=str,
)
def test_tiff_layouts(tmp_path: Path, options: dict[str, object]) -> None:
    pixels = noise(37, 21, 3, np.uint16)
    with_tifffile(tmp_path / "a.tif", pixels, **options)
    np.testing.assert_array_equal(read_photo(tmp_path / "a.tif").pixels, pixels)


def test_tiff_with_planes_one_after_the_other(tmp_path: Path) -> None:
    pixels = noise(5, 4, 3, np.uint16)
    planes = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="rgb", planarconfig="separate", metadata=None)
    np.testing.assert_array_equal(read_photo(tmp_path / "a.tif").pixels, pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_is_zero_is_inverted(tmp_path: Path, dtype: type) -> None:
    most = np.iinfo(dtype).max
    with_tifffile(tmp_path / "a.tif", np.array([[[0], [1], [most]]], dtype), photometric="miniswhite")
    assert read_photo(tmp_path / "a.tif").pixels.ravel().tolist() == [most, most - 1, 0]


@pytest.mark.parametrize("options", [{}, {"compression": "group4"}, {"compression": "group3"}], ids=str)
def test_black_and_white_tiff_becomes_grey(tmp_path: Path, options: dict[str, str]) -> None:
    bits = np.array([[0, 255, 255], [255, 0, 0]], np.uint8)
    Image.fromarray(bits).convert("1").save(tmp_path / "a.tif", **options)
    photo = read_photo(tmp_path / "a.tif")
    np.testing.assert_array_equal(photo.pixels[..., 0], bits)


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_black_and_white_becomes_grey(tmp_path: Path, suffix: str) -> None:
    bits = np.array([[0, 255, 255], [255, 0, 0]], np.uint8)
    Image.fromarray(bits).convert("1").save(tmp_path / f"a{suffix}")
    photo = read_photo(tmp_path / f"a{suffix}")
    assert photo.is_grey
    np.testing.assert_array_equal(photo.pixels[..., 0], bits)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".gif", ".bmp"])
def test_a_palette_becomes_rgb(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([10, 20, 30, 255, 0, 128, 7, 7, 7])
    image.save(tmp_path / f"a{suffix}")
    photo = read_photo(tmp_path / f"a{suffix}")
    assert photo.pixels.tolist() == [[[10, 20, 30], [255, 0, 128], [7, 7, 7]]]
    assert photo.alpha is None


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_a_transparent_palette_entry_becomes_alpha(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 255, 0, 128])
    image.save(tmp_path / f"a{suffix}", transparency=1)
    photo = read_photo(tmp_path / f"a{suffix}")
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[255, 0]]
    assert photo.pixels[0, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("bits", "colour_type", "row", "transparent", "alpha"),
    [
        (8, 0, b"\x01\xff", b"\0\x01", [0, 255]),
        (8, 2, b"\1\2\3\4\5\6", b"\0\1\0\2\0\3", [0, 255]),
        (16, 0, b"\0\1\xff\xff", b"\0\1", [0, 65535]),
        (16, 2, b"\0\1\0\2\0\3\0\4\0\5\0\6", b"\0\1\0\2\0\3", [0, 65535]),
    ],
)
def test_a_transparent_colour_of_a_png_becomes_alpha(
    tmp_path: Path, bits: int, colour_type: int, row: bytes, transparent: bytes, alpha: list[int]
) -> None:
    (tmp_path / "a.png").write_bytes(png_by_hand((2, 1, bits, colour_type), [row], (b"tRNS", transparent)))
    photo = read_photo(tmp_path / "a.png")
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [alpha]
    assert photo.depth == bits


def test_4_bit_grey_uses_the_whole_range(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_by_hand((2, 1, 4, 0), [b"\x1f"]))
    assert read_photo(tmp_path / "a.png").pixels.ravel().tolist() == [17, 255]


@pytest.mark.parametrize(
    ("bits", "stored", "expected"),
    [(4, [0, 1, 15], [0, 17, 255]), (12, [0, 1, 4095], [0, 16, 65535])],
)
def test_tiff_of_unusual_bits_uses_the_whole_range(
    tmp_path: Path, bits: int, stored: list[int], expected: list[int]
) -> None:
    # tifffile writes whole bytes only: a file of 8 bits is made to say that it has fewer, packed by hand.
    packed = int("".join(f"{value:0{bits}b}" for value in stored), 2) << (-len(stored) * bits % 8)
    data = packed.to_bytes((len(stored) * bits + 7) // 8, "big")
    tags = [(256, 3, len(stored)), (257, 3, 1), (258, 3, bits), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    tags += [(277, 3, 1), (278, 3, 1), (279, 4, len(data))]
    entries = b"".join(struct.pack("<HHII", code, kind, 1, value) for code, kind, value in tags)
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    pixels = data.ljust(8, b"\0")
    (tmp_path / "a.tif").write_bytes(b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory)
    assert read_photo(tmp_path / "a.tif").pixels.ravel().tolist() == expected


def test_chroma_of_a_tiff_becomes_rgb(tmp_path: Path) -> None:
    flat = Image.new("RGB", (16, 16), (200, 100, 50))
    flat.convert("YCbCr").save(tmp_path / "a.tif")
    assert np.abs(read_photo(tmp_path / "a.tif").pixels.astype(int) - [200, 100, 50]).max() <= 2


def test_premultiplied_colours_of_a_tiff_are_divided(tmp_path: Path) -> None:
    pixels = np.array([[[50, 25, 100, 128], [9, 9, 9, 0], [7, 8, 9, 255]]], np.uint8)
    with_tifffile(tmp_path / "a.tif", pixels, extrasamples=["assocalpha"])
    photo = read_photo(tmp_path / "a.tif")
    # 50·255/128 = 99.6, 25·255/128 = 49.8, 100·255/128 = 199.2
    assert photo.pixels.tolist() == [[[100, 50, 199], [9, 9, 9], [7, 8, 9]]]
    assert photo.alpha is not None
    assert photo.alpha.tolist() == [[128, 0, 255]]


def test_extra_channels_that_are_not_alpha_are_left_out(tmp_path: Path) -> None:
    with_tifffile(tmp_path / "a.tif", noise(4, 4, 4), extrasamples=["unspecified"])
    photo = read_photo(tmp_path / "a.tif")
    assert photo.alpha is None
    assert photo.notes == ("The file has extra channels that are not transparency; they were left out.",)


def test_the_first_of_several_pages_is_read(tmp_path: Path) -> None:
    pages = [Image.new("L", (4, 3), value) for value in (10, 20, 30)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    photo = read_photo(tmp_path / "a.tif")
    assert (photo.pixels == 10).all()
    assert photo.notes == ("The file has 3 pages; the first was read.",)


def test_the_first_of_several_pictures_in_a_jpeg_is_read(tmp_path: Path) -> None:
    pictures = [Image.new("L", (8, 8), value) for value in (10, 200)]
    pictures[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=pictures[1:])
    photo = read_photo(tmp_path / "a.jpg")
    assert np.abs(photo.pixels.astype(int) - 10).max() <= 1
    assert photo.notes == ("The file has 2 pictures; the first was read.",)


def test_a_thumbnail_is_no_page(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(np.full((2, 2), 1, np.uint8), subfiletype=1, metadata=None)
        writer.write(np.full((8, 8), 2, np.uint8), metadata=None)
    photo = read_photo(tmp_path / "a.tif")
    assert (photo.height, int(photo.pixels.max()), photo.notes) == (8, 2, ())


def test_more_than_8_bits_that_pillow_reduces_are_noted(tmp_path: Path) -> None:
    deep = imagecodecs.avif_encode(noise(16, 16, 3, np.uint16) >> 6, bitspersample=10)
    flat = imagecodecs.avif_encode(noise(16, 16), bitspersample=8)
    for name, data, expected in (("deep", deep, 1), ("flat", flat, 0)):
        (tmp_path / name).write_bytes(data)
        assert len(read_photo(tmp_path / name).notes) == expected
    for name, samples, expected in (("d.jp2", noise(16, 16, 3, np.uint16), 1), ("f.jp2", noise(16, 16), 0)):
        (tmp_path / name).write_bytes(imagecodecs.jpeg2k_encode(samples, level=0))
        assert len(read_photo(tmp_path / name).notes) == expected
