"""Captions in the wrappings of Photoshop, of TIFF and of PNG; what is damaged is left out."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, IptcImagePlugin

from restoration.photo import Photo
from restoration.photo_iptc import iptc_of, iptc_of_png, raw_profile
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo

#: Two records: 2:120, the caption, and 2:25, a keyword.
IPTC = b"\x1c\x02\x78\x00\x0aThe garden" + b"\x1c\x02\x19\x00\x04aunt"


def resource(number: int, data: bytes, name: bytes = b"\0\0") -> bytes:
    return b"8BIM" + struct.pack(">H", number) + name + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


@pytest.mark.parametrize(
    "data",
    [
        IPTC,
        IPTC + bytes(3),
        resource(0x0404, IPTC),
        resource(0x03ED, b"odd") + resource(0x0BB7, b"", b"\x04name\0") + resource(0x0404, IPTC),
    ],
    ids=["bare", "filled up to whole words", "a resource", "behind other resources"],
)
def test_the_records_are_found_in_what_is_wrapped_round_them(data: bytes) -> None:
    assert iptc_of(data) == IPTC


@pytest.mark.parametrize("end", range(0, 30, 3))
def test_resources_that_are_cut_short_end_the_search(end: int) -> None:
    found = iptc_of((resource(0x03ED, b"even") + resource(0x0404, IPTC))[:end])
    assert found is None


@pytest.mark.parametrize("data", [b"", b"caption", resource(0x03ED, IPTC), resource(0x0404, b"caption")])
def test_where_no_records_are_none_are_found(data: bytes) -> None:
    assert iptc_of(data) is None


@pytest.mark.parametrize("text", ["", "\niptc\n 3\nzz", "1c02", "\niptc\n      1\n1"])
def test_digits_that_are_none_are_nothing(text: str) -> None:
    assert raw_profile({"Raw profile type iptc": text}, "iptc") is None
    assert iptc_of_png({"Raw profile type iptc": text}) is None
    assert iptc_of_png({}) is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
@pytest.mark.parametrize("iptc", [IPTC, IPTC[:15]], ids=["even", "odd"])
def test_captions_are_kept(tmp_path: Path, suffix: str, dtype: type, iptc: bytes) -> None:
    write_photo(tmp_path / f"a{suffix}", Photo(np.full((4, 4, 3), 99, dtype), iptc=iptc, xmp=b"<x:xmpmeta/>"))
    photo = read_photo(tmp_path / f"a{suffix}")
    assert photo.iptc == iptc
    assert photo.xmp == b"<x:xmpmeta/>"


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_pillow_reads_the_same_captions(tmp_path: Path, suffix: str) -> None:
    write_photo(tmp_path / f"a{suffix}", Photo(np.full((4, 4, 3), 99, np.uint8), iptc=IPTC))
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert IptcImagePlugin.getiptcinfo(image) == {(2, 120): b"The garden", (2, 25): b"aunt"}


@pytest.mark.parametrize("suffix", [".webp", ".avif", ".bmp"])
def test_a_kind_without_a_place_for_captions_says_so(tmp_path: Path, suffix: str) -> None:
    notes = write_photo(tmp_path / f"a{suffix}", Photo(np.full((4, 4, 3), 99, np.uint8), iptc=IPTC))
    assert notes == (f"{suffix[1:].upper()} files have no place for IPTC data; the photo's was left out.",)


def test_captions_too_long_for_a_jpeg_are_left_out_and_said(tmp_path: Path) -> None:
    long = IPTC + 3 * (b"\x1c\x02\x78\x7f\xff" + b"a" * 0x7FFF)
    notes = write_photo(tmp_path / "a.jpg", Photo(np.full((4, 4, 3), 99, np.uint8), iptc=long))
    assert notes == ("The photo's IPTC data is too long for a JPEG file; it was left out.",)
    write_photo(tmp_path / "a.tif", Photo(np.full((4, 4, 3), 99, np.uint8), iptc=long))
    assert read_photo(tmp_path / "a.tif").iptc == long
