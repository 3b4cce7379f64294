"""Files that other programs wrote, and files that are broken."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from restoration import photo_reading
from restoration.errors import PictureError
from restoration.photo_reading import read_photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORIENTATION = int(ExifTags.Base.Orientation)
SIZES = [(1, 1), (3, 1000), (1000, 3)]


def gradient(height: int, width: int, channels: int, dtype: type = np.uint16) -> np.ndarray:
    """Values from 0 to the largest of the type, no two of neighbouring pixels alike where there is room for it."""
    count = height * width * channels
    return np.linspace(0, np.iinfo(dtype).max, count).astype(dtype).reshape(height, width, channels)


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(7).integers(0, np.iinfo(dtype).max + 1, (height, width, channels)).astype(dtype)


def with_cv2(path: Path, pixels: np.ndarray) -> None:
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[pixels.shape[2]]
    assert cv2.imwrite(str(path), pixels[..., order])


def with_imagecodecs(path: Path, pixels: np.ndarray) -> None:
    path.write_bytes(imagecodecs.png_encode(pixels))


def with_tifffile(path: Path, pixels: np.ndarray, **options: object) -> None:
    photometric = options.pop("photometric", "minisblack" if pixels.shape[2] < 3 else "rgb")
    extra = ["unassalpha"] if pixels.shape[2] in (2, 4) else None
    squeezed = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    arguments = {"photometric": photometric, "extrasamples": extra, "metadata": None} | options
    if squeezed.ndim == 3:
        arguments = {"planarconfig": "contig"} | arguments
    tifffile.imwrite(path, squeezed, **arguments)


def with_pillow(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(path)


# --- 16 and 8 bits, as several programs write them ------------------------------------------------------------------


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


def png_by_hand(header: tuple[int, ...], rows: list[bytes], *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of the header (width, height, bits, colour type), the rows as they are and other chunks before them."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", *header, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


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


# --- what belongs to the pixels ------------------------------------------------------------------------------------

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


# --- what is refused -----------------------------------------------------------------------------------------------


def assert_refused(path: Path, cause: str) -> PictureError:
    """Reading fails with one sentence that says ``cause`` and names the file, and one with a remedy."""
    with pytest.raises(PictureError) as caught:
        read_photo(path)
    error = caught.value
    assert cause in error.cause
    assert path.name in error.cause
    assert error.cause.endswith(".")
    assert error.remedy.endswith(".")
    assert "\n" not in str(error)
    return error


def test_a_missing_file(tmp_path: Path) -> None:
    assert_refused(tmp_path / "no.png", "There is no file")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "album.png").mkdir()
    assert_refused(tmp_path / "album.png", "is a folder")


def test_an_impossible_name(tmp_path: Path) -> None:
    assert_refused(tmp_path / "a\0b.png", "cannot be opened")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_an_empty_file(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").touch()
    assert_refused(tmp_path / f"a{suffix}", "The file is empty")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_text(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_text("Dear Grandmother, here is the photo that you asked for.")
    assert_refused(tmp_path / f"a{suffix}", "not a picture of a known kind")


def test_postscript_starts_no_program(tmp_path: Path) -> None:
    (tmp_path / "a.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n")
    assert_refused(tmp_path / "a.eps", "not a picture of a known kind")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything may be read")
def test_no_permission(tmp_path: Path) -> None:
    with_pillow(tmp_path / "a.png", noise(4, 4))
    (tmp_path / "a.png").chmod(0)
    assert_refused(tmp_path / "a.png", "may not be read")


def test_no_permission_as_the_system_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An administrator may read everything, so that the test above is skipped.
    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    with_pillow(tmp_path / "a.png", noise(4, 4))
    monkeypatch.setattr(Path, "open", refuse)
    assert_refused(tmp_path / "a.png", "may not be read")


def test_a_disk_that_fails_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with_pillow(tmp_path / "a.png", noise(4, 4))
    monkeypatch.setattr(photo_reading.Image, "open", fail)
    assert_refused(tmp_path / "a.png", "Input/output error")


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.png", with_pillow),
        ("wide.png", with_imagecodecs),
        ("a.jpg", with_pillow),
        ("a.tif", with_tifffile),
        ("lzw.tif", lambda path, pixels: with_tifffile(path, pixels, compression="lzw", rowsperstrip=8)),
        ("libtiff.tif", lambda path, pixels: Image.fromarray(pixels).save(path, compression="tiff_lzw")),
        ("a.webp", with_pillow),
        ("a.bmp", with_pillow),
        ("a.avif", with_pillow),
    ],
)
def test_a_truncated_file(tmp_path: Path, name: str, write: Callable[..., None], kept: float) -> None:
    dtype = np.uint16 if name == "wide.png" else np.uint8
    write(tmp_path / name, noise(64, 64, 3, dtype))
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * kept)])
    assert_refused(tmp_path / name, "The file is truncated")


@pytest.mark.parametrize("compression", ["lzw", "adobe_deflate", None])
def test_a_tiff_that_lacks_its_last_byte(tmp_path: Path, compression: str | None) -> None:
    # The decoder may well not miss it.
    with_tifffile(tmp_path / "a.tif", noise(64, 64), compression=compression)
    (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:-1])
    assert_refused(tmp_path / "a.tif", "The file is truncated: a.tif.")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp", "a.bmp", "a.gif"])
def test_nothing_but_a_signature(tmp_path: Path, name: str) -> None:
    with_pillow(tmp_path / name, noise(8, 8))
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:9])
    assert_refused(tmp_path / name, "The file is truncated")


def test_a_damaged_png(tmp_path: Path) -> None:
    with_pillow(tmp_path / "a.png", noise(64, 64))
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[200:5000] = bytes(4800)
    (tmp_path / "a.png").write_bytes(data)
    assert_refused(tmp_path / "a.png", "damaged")


def bomb_png() -> bytes:
    return png_by_hand((60000, 60000, 8, 2), [b"\0"])


def bomb_png_of_16_bits() -> bytes:
    return png_by_hand((60000, 60000, 16, 6), [b"\0"])


def bomb_bmp() -> bytes:
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0)


def bomb_tiff() -> bytes:
    tags = [(256, 60000), (257, 60000), (258, 8), (259, 5), (262, 1), (273, 8), (277, 1), (278, 60000), (279, 4)]
    entries = b"".join(struct.pack("<HHII", code, 4, 1, value) for code, value in tags)
    return b"II*\0\x0c\0\0\0\0\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)


def bomb_gif() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 60000, 60000, 0x80, 0, 0) + bytes(6) + b"," + bytes(10) + b";"


@pytest.mark.parametrize("bomb", [bomb_png, bomb_png_of_16_bits, bomb_bmp, bomb_tiff, bomb_gif])
def test_a_header_of_60000_by_60000(
    tmp_path: Path, bomb: Callable[[], bytes], recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "bomb").write_bytes(bomb())
    error = assert_refused(tmp_path / "bomb", "The picture is too large: bomb has 60000×60000 pixels.")
    assert "200 megapixels" in error.remedy
    assert not recwarn.list


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_the_limit_is_on_pixels_and_includes_itself(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with_pillow(path, noise(10, 20))
    assert read_photo(path, max_pixels=200).width == 20
    with pytest.raises(PictureError, match="too large"):
        read_photo(path, max_pixels=199)


@pytest.mark.parametrize(("suffix", "mode"), [(".png", "RGB"), (".tif", "RGB"), (".tif", "YCbCr")])
def test_pillows_own_limit_neither_counts_nor_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, mode: str
) -> None:
    Image.new(mode, (20, 10)).save(tmp_path / f"a{suffix}")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read_photo(tmp_path / f"a{suffix}").width == 20  # twenty times Pillow's limit, within ours
    assert Image.MAX_IMAGE_PIXELS == 10


@pytest.mark.parametrize(
    ("mode", "suffix", "model"), [("CMYK", ".jpg", "CMYK"), ("CMYK", ".tif", "CMYK"), ("LAB", ".tif", "Lab")]
)
def test_other_colour_models(tmp_path: Path, mode: str, suffix: str, model: str) -> None:
    Image.new(mode, (8, 8)).save(tmp_path / f"a{suffix}")
    error = assert_refused(tmp_path / f"a{suffix}", f"are {model}, not RGB")
    assert "Convert it to RGB" in error.remedy


def test_ycck(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8)).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    # The byte after "Adobe", version and flags is the transform: 2 is YCCK.
    place = data.index(b"Adobe") + 11
    (tmp_path / "a.jpg").write_bytes(data[:place] + b"\2" + data[place + 1 :])
    assert_refused(tmp_path / "a.jpg", "are CMYK, not RGB")


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
def test_animations(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (8, 8), (value, 0, 0)) for value in (0, 100, 200)]
    frames[0].save(tmp_path / f"a{suffix}", save_all=True, append_images=frames[1:], duration=100)
    assert_refused(tmp_path / f"a{suffix}", "The file is an animation")


@pytest.mark.parametrize(
    ("dtype", "cause"),
    [
        (np.float16, "floating-point samples"),
        (np.float32, "floating-point samples"),
        (np.int16, "signed samples"),
        (np.uint32, "32 bits per channel"),
    ],
)
def test_other_samples_of_a_tiff(tmp_path: Path, dtype: type, cause: str) -> None:
    with_tifffile(tmp_path / "a.tif", np.ones((4, 4, 3), dtype))
    assert_refused(tmp_path / "a.tif", cause)


def test_a_tiff_of_very_many_channels(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", noise(4, 4, 9), photometric="minisblack", planarconfig="contig", metadata=None)
    assert_refused(tmp_path / "a.tif", "9 channels")


def test_camera_raw(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.dng") as writer:
        writer.write(noise(4, 4), photometric="rgb", subfiletype=1, subifds=1, metadata=None)
        writer.write(noise(32, 32, 1, np.uint16)[..., 0], photometric="cfa", metadata=None)
    assert_refused(tmp_path / "a.dng", "camera's raw file")
