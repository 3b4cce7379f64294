"""Restoring photos in other colour spaces than sRGB, with the bundled weights, from file to file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, GREY_LINEAR, LINEAR, adobe_to_srgb, read_one_way_only, srgb_to_adobe

from restoration.device import choose_compute
from restoration.layers import Layer, flatten
from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo
from restoration.pipeline import restore, stacked
from restoration.presets import Models, load_models
from restoration.settings import FaceSettings, QualitySettings, Region, Settings

SETTINGS = Settings(quality=QualitySettings(always=True), faces=FaceSettings(enabled=False))


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture(scope="module")
def aged() -> np.ndarray:
    """A faded, grainy, scratched photograph, 240×320 RGB of 16 bits, in sRGB."""
    from skimage.data import chelsea

    from restoration.ageing import age
    from restoration.ageing.recipe import BENCHMARK

    made = age(np.ascontiguousarray(chelsea()[:240, :320]), 5, BENCHMARK).image
    return made.astype(np.uint16) * np.uint16(257)


def painted(shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape[:2], np.uint8)
    mask[100:110, 50:200] = 255
    return mask


def layers_of(photo: Photo, models: Models, settings: Settings = SETTINGS) -> dict[str, Layer]:
    made = restore(photo, settings, painted(photo.pixels.shape), models=models)
    return {layer.role: layer for layer in made}


def test_the_profile_of_a_photo_does_not_change_how_it_is_restored(aged: np.ndarray, models: Models) -> None:
    """The same photograph in sRGB and, by formula, in AdobeRGB: the layers mean the same colours."""
    in_adobe = np.rint(srgb_to_adobe(aged / 65535) * 65535).astype(np.uint16)
    assert np.abs(in_adobe.astype(int) - aged).max() > 2000
    wanted, came = layers_of(Photo(aged), models), layers_of(Photo(in_adobe, icc_profile=ADOBE_RGB), models)
    assert list(came) == list(wanted) == ["scratch_mask", "restored", "scratch_repair"]
    for role in ("restored", "scratch_repair"):
        assert came[role].pixels.dtype == np.uint16
        difference = adobe_to_srgb(came[role].pixels / 65535) - wanted[role].pixels / 65535
        # Networks answer to differences of rounding, too: half a level of 8 bits, and three at the worst pixel.
        assert np.abs(difference).mean() < 0.5 / 255
        assert np.quantile(np.abs(difference), 0.999) < 3 / 255


def test_without_its_profile_the_photo_would_be_restored_otherwise(aged: np.ndarray, models: Models) -> None:
    """That the test above can fail: linear light taken for sRGB is a dark photo, and is brightened."""
    linear = (((aged / 65535) ** 2.2) * 65535).astype(np.uint16)
    known = layers_of(Photo(linear, icc_profile=LINEAR), models)["restored"].pixels
    taken_for_srgb = layers_of(Photo(linear), models)["restored"].pixels
    assert np.abs(known.astype(int) - taken_for_srgb).mean() > 1000


def test_from_file_to_file_nothing_is_lost_outside_what_was_worked_on(
    aged: np.ndarray, models: Models, tmp_path: Path
) -> None:
    alpha = np.full(aged.shape[:2], 65535, np.uint16)
    alpha[:20] = 30000
    sent = Photo(aged, alpha, icc_profile=ADOBE_RGB, dpi=(300, 300), iptc=b"\x1c\x02\x78\x00\x01a")
    write_photo(tmp_path / "scan.tif", sent)
    photo = read_photo(tmp_path / "scan.tif")
    region = Region(40, 80, 200, 100)
    made = stacked(list(restore(photo, replace(SETTINGS, region=region), painted(aged.shape), models=models)))
    write_photo(tmp_path / "restored.tif", flatten(photo, made))
    came = read_photo(tmp_path / "restored.tif")
    assert (came.depth, came.icc_profile, came.dpi, came.iptc) == (16, ADOBE_RGB, (300, 300), sent.iptc)
    assert np.array_equal(came.alpha, alpha)
    changed = (came.pixels != aged).any(axis=2)
    assert changed[80:180, 40:240].mean() > 0.9
    changed[80:180, 40:240] = False
    assert not changed.any()


@pytest.mark.parametrize(
    ("profile", "channels"),
    [(None, 3), (ADOBE_RGB, 3), (None, 1), (GREY_LINEAR, 1)],
    ids=["sRGB", "AdobeRGB", "grey", "grey linear"],
)
def test_a_gradient_of_16_bits_stays_smooth(models: Models, profile: bytes | None, channels: int) -> None:
    gradient = np.linspace(12000, 52000, 900).astype(np.uint16)
    photo = Photo(np.ascontiguousarray(np.broadcast_to(gradient[:, None], (96, 900, channels))), icc_profile=profile)
    layers = {layer.role: layer for layer in restore(photo, SETTINGS, models=models)}
    row = layers["restored"].pixels[48, 50:850, 0].astype(int)
    # In 8 bits 157 values would be left of 800, each standing still for several pixels.
    assert len(np.unique(row)) > 750
    # The gradient rises by 44 a pixel; what networks add to it is about as fine as a level of 8 bits, which is 257.
    assert np.median(np.abs(np.diff(row, 2))) < 128
    assert np.abs(np.diff(row)).max() < 2 * 257


def test_a_profile_that_cannot_be_used_is_told_and_kept(aged: np.ndarray, models: Models) -> None:
    told: list[tuple[str, str]] = []
    photo = Photo(aged, icc_profile=read_one_way_only())
    made = list(restore(photo, SETTINGS, models=models, tell=lambda *what: told.append(what)))
    assert told[0] == (
        "",
        "The photo's colour profile cannot be used both ways; it was kept, and its colours were taken for sRGB.",
    )
    assert flatten(photo, stacked(made)).icc_profile == photo.icc_profile
