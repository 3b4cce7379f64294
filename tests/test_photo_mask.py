"""Masks: what in a file means damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image

from restoration.errors import MaskError, OutputError
from restoration.photo_mask import read_mask, write_mask


def save(path: Path, samples: list, mode: str | None = None, **options: object) -> Path:
    image = Image.fromarray(np.array(samples, np.uint8))
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def test_grey_means_damage_over_one_half(tmp_path: Path) -> None:
    mask = read_mask(save(tmp_path / "m.png", [[0, 127, 128, 255]]), (1, 4))
    assert mask.dtype == np.uint8
    assert mask.tolist() == [[0, 0, 255, 255]]


def test_colours_count_by_their_luminance(tmp_path: Path) -> None:
    # Green alone is 0.587 of white, red 0.299, blue 0.114; red and blue 0.413.
    colours = [[[0, 255, 0], [255, 0, 0], [0, 0, 255], [255, 0, 255], [255, 255, 255]]]
    assert read_mask(save(tmp_path / "m.png", colours), (1, 5)).tolist() == [[255, 0, 0, 0, 255]]


def test_transparency_means_its_alpha(tmp_path: Path) -> None:
    # The colours say the opposite of the alpha.
    path = save(tmp_path / "m.png", [[[255, 255, 255, 0], [0, 0, 0, 255], [255, 0, 0, 100]]])
    assert read_mask(path, (1, 3)).tolist() == [[0, 255, 100]]


def test_alpha_that_is_full_everywhere_means_nothing(tmp_path: Path) -> None:
    path = save(tmp_path / "m.png", [[[255, 255, 255, 255], [0, 0, 0, 255]]])
    assert read_mask(path, (1, 2)).tolist() == [[255, 0]]


def test_16_bits(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "m.tif", np.array([[0, 32767, 32768, 65535]], np.uint16))
    assert read_mask(tmp_path / "m.tif", (1, 4)).tolist() == [[0, 0, 255, 255]]


def test_16_bit_alpha_is_rounded_to_8(tmp_path: Path) -> None:
    samples = np.array([[[9, 0], [9, 129], [9, 65535]]], np.uint16)
    tifffile.imwrite(tmp_path / "m.tif", samples, photometric="minisblack", extrasamples=["unassalpha"])
    assert read_mask(tmp_path / "m.tif", (1, 3)).tolist() == [[0, 1, 255]]


def test_black_and_white(tmp_path: Path) -> None:
    assert read_mask(save(tmp_path / "m.png", [[0, 255]], "1"), (1, 2)).tolist() == [[0, 255]]


def test_the_size_counts_after_the_orientation(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[int(ExifTags.Base.Orientation)] = 6  # a quarter turn to the right
    path = save(tmp_path / "m.png", [[0, 0, 255]], exif=exif)
    assert read_mask(path, (3, 1)).ravel().tolist() == [0, 0, 255]
    with pytest.raises(MaskError):
        read_mask(path, (1, 3))


def test_another_size_names_both(tmp_path: Path) -> None:
    path = save(tmp_path / "m.png", np.zeros((2, 3)).tolist())
    with pytest.raises(MaskError, match=r"m\.png is 3×2 pixels, the photo is 20×10"):
        read_mask(path, (10, 20))


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("empty.png", b"", "The file is empty"),
        ("text.png", b"no picture", "not a picture"),
        ("no.png", None, "There is no file"),
    ],
)
def test_a_mask_that_cannot_be_read(tmp_path: Path, name: str, content: bytes | None, cause: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(MaskError, match=cause) as caught:
        read_mask(tmp_path / name, (1, 1))
    assert name in caught.value.cause
    assert caught.value.remedy


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_mask_is_written_as_it_is(tmp_path: Path, dtype: type, suffix: str) -> None:
    mask = np.linspace(0, np.iinfo(dtype).max, 300).astype(dtype).reshape(3, 100)
    write_mask(tmp_path / f"m{suffix}", mask)
    if suffix == ".png":
        with Image.open(tmp_path / "m.png") as image:
            stored = np.asarray(image)
    else:
        stored = tifffile.imread(tmp_path / f"m{suffix}")
    assert stored.dtype == dtype
    np.testing.assert_array_equal(stored, mask)


def test_what_is_written_means_the_same_when_read(tmp_path: Path) -> None:
    mask = np.array([[0, 255], [255, 0]], np.uint8)
    write_mask(tmp_path / "m.png", mask)
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", (2, 2)), mask)


@pytest.mark.parametrize("name", ["m.jpg", "m.webp", "m.xyz", "m"])
def test_a_mask_is_not_written_where_it_would_blur(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"\.png, \.tif, \.tiff"):
        write_mask(tmp_path / name, np.zeros((2, 2), np.uint8))
    assert not list(tmp_path.iterdir())


def test_an_existing_mask_is_replaced_only_when_allowed(tmp_path: Path) -> None:
    write_mask(tmp_path / "m.png", np.zeros((2, 2), np.uint8))
    with pytest.raises(OutputError, match="exists already"):
        write_mask(tmp_path / "m.png", np.full((2, 2), 255, np.uint8))
    write_mask(tmp_path / "m.png", np.full((2, 2), 255, np.uint8), overwrite=True)
    assert (read_mask(tmp_path / "m.png", (2, 2)) == 255).all()


@pytest.mark.parametrize(("shape", "dtype"), [((2, 2, 1), np.uint8), ((2, 2), np.float32), ((2, 2), np.bool_)])
def test_a_mask_of_another_shape_or_type_is_refused(tmp_path: Path, shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(ValueError, match="mask must"):
        write_mask(tmp_path / "m.png", np.zeros(shape, dtype))
