"""``detect``: a mask of the photo's size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_pictures import make_photo, picture
from PIL import Image

from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo
from restoration.weights.registry import COMPACT_DETECTOR, is_there

Run = Any


@pytest.mark.parametrize("options", [(), ("--threshold", "0.3"), ("--input-size", "scale-256")])
def test_a_mask_is_black_and_white(run: Run, tmp_path: Path, networks: None, options: tuple[str, ...]) -> None:
    source, out = make_photo(tmp_path / "a.jpg", height=70, width=90), tmp_path / "mask.png"
    result = run("detect", source, "-o", out, *options)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n"), result.output
    mask = read_photo(out)
    assert mask.pixels.shape == (70, 90, 1)
    assert mask.pixels.dtype == np.uint8
    assert set(np.unique(mask.pixels)) <= {0, 255}


def test_probabilities_have_16_bits_and_agree_with_the_mask(run: Run, tmp_path: Path, networks: None) -> None:
    source = make_photo(tmp_path / "a.png", height=70, width=90)
    run("detect", source, "-o", tmp_path / "p.tif", "--probability")
    probability = read_photo(tmp_path / "p.tif").pixels
    assert probability.dtype == np.uint16
    middle = float(np.median(probability)) / 65535
    run("detect", source, "-o", tmp_path / "mask.png", "--threshold", middle)
    mask = read_photo(tmp_path / "mask.png").pixels
    np.testing.assert_array_equal(mask[probability > middle * 65535 + 1], 255)
    np.testing.assert_array_equal(mask[probability < middle * 65535 - 1], 0)


def test_the_mask_lies_over_the_photo_as_it_is_seen(run: Run, tmp_path: Path, networks: None) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture(70, 90)).save(tmp_path / "a.jpg", exif=exif)
    result = run("detect", tmp_path / "a.jpg", "-o", tmp_path / "mask.png")
    assert result.exit_code == 0
    assert read_photo(tmp_path / "mask.png").pixels.shape == (90, 70, 1)
    # It fits the photo that it was found in.
    options = ("--mask", tmp_path / "mask.png", "--stages", "scratches")
    assert run("restore", tmp_path / "a.jpg", "-o", tmp_path / "b.png", *options).exit_code == 0


@pytest.mark.parametrize("size", [(1, 1), (3, 1000)])
def test_small_and_thin_pictures(run: Run, tmp_path: Path, networks: None, size: tuple[int, int]) -> None:
    write_photo(tmp_path / "a.png", Photo(picture(*size)))
    assert run("detect", tmp_path / "a.png", "-o", tmp_path / "mask.png").exit_code == 0
    assert read_photo(tmp_path / "mask.png").pixels.shape == (*size, 1)


@pytest.mark.skipif(is_there(COMPACT_DETECTOR), reason="the weights are here")
def test_missing_weights(refused: Any, tmp_path: Path) -> None:
    source = make_photo(tmp_path / "a.png")
    assert "weights" in refused("detect", source, "-o", tmp_path / "mask.png", status=1)
