"""Colour hints in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB
from PIL import Image

from restoration.errors import HintsError
from restoration.photo import Photo
from restoration.photo_hints import read_hints
from restoration.photo_writing import write_photo


def save(path: Path, samples: list, **options: object) -> Path:
    Image.fromarray(np.array(samples, np.uint8)).save(path, **options)
    return path


def test_colours_and_alpha_come_as_they_are(tmp_path: Path) -> None:
    strokes = [[[200, 30, 40, 255], [0, 0, 0, 0], [10, 20, 30, 100]]]
    hints = read_hints(save(tmp_path / "hints.png", strokes), (1, 3))
    assert hints.dtype == np.uint8
    assert hints.tolist() == strokes


def test_grey_and_16_bits_become_rgba_of_8(tmp_path: Path) -> None:
    hints = read_hints(save(tmp_path / "grey.png", [[[200, 255], [7, 0]]]), (1, 2))
    assert hints.tolist() == [[[200, 200, 200, 255], [7, 7, 7, 0]]]
    deep = Photo(np.array([[[65535, 0, 257 * 30]]], np.uint16), np.array([[65535]], np.uint16))
    write_photo(tmp_path / "deep.png", deep)
    assert read_hints(tmp_path / "deep.png", (1, 1)).tolist() == [[[255, 0, 30, 255]]]


def test_another_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    photo = Photo(np.array([[[128, 128, 128], [100, 200, 100]]], np.uint8), np.full((1, 2), 255, np.uint8), ADOBE_RGB)
    write_photo(tmp_path / "hints.png", photo)
    grey, green = read_hints(tmp_path / "hints.png", (1, 2))[0, :, :3].astype(int)
    assert np.ptp(grey) <= 1
    assert green[0] < 60  # AdobeRGB's green is further out


def test_what_is_no_hint_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = save(tmp_path / "hints.png", [[[200, 30, 40, 255]]])
    with pytest.raises(HintsError, match="1×1 pixels, the photo is 3×2 as it is seen"):
        read_hints(path, (2, 3))
    with pytest.raises(HintsError, match="no transparency"):
        read_hints(save(tmp_path / "opaque.png", [[[200, 30, 40]]]), (1, 1))
    with pytest.raises(HintsError, match="no file"):
        read_hints(tmp_path / "nowhere.png", (1, 1))
