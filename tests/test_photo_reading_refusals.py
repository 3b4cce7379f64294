"""Files that are broken, too large, or of a kind that cannot be read: one sentence each."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from photo_files import (
    noise,
    png_by_hand,
    with_imagecodecs,
    with_pillow,
    with_tifffile,
)
from PIL import Image

from restoration import photo_reading
from restoration.errors import PictureError
from restoration.photo_reading import read_photo


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
