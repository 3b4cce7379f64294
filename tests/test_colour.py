"""A photo's own colours and sRGB: compared with formulas and with what other programs made."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from colour_profiles import (
    ADOBE_RGB,
    GREY_22,
    GREY_LINEAR,
    LINEAR,
    PROPHOTO,
    adobe_to_srgb,
    read_one_way_only,
    srgb_encoded,
)
from PIL import Image, ImageCms

from restoration.colour import colour_space, in_srgb
from restoration.photo import Photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
#: Profiles of another maker, where Krita is installed.
OTHERS = sorted(
    path
    for path in Path("/usr/share/color/icc/krita").glob("*-elle-*.icc")
    if path.read_bytes()[16:20] in (b"RGB ", b"GRAY") and "ACES" not in path.name
)


def colours(dtype: type, channels: int = 3) -> np.ndarray:
    """Random samples, black and white among them: 300×7."""
    most = np.iinfo(dtype).max
    samples = np.random.default_rng(3).integers(0, most + 1, (300, 7, channels)).astype(dtype)
    samples[0, 0], samples[0, 1] = 0, most
    return samples


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_adobe_rgb_becomes_srgb_as_the_standards_say(dtype: type) -> None:
    photo = Photo(colours(dtype), icc_profile=ADOBE_RGB)
    picture = colour_space(photo).to_srgb(photo.pixels)
    assert picture.dtype == np.float32
    # Near black sRGB is steep: what a profile's numbers are rounded to shows most there.
    np.testing.assert_allclose(picture, adobe_to_srgb(photo.pixels / photo.max_value), atol=2e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_linear_light_becomes_srgb_as_the_standard_says(dtype: type) -> None:
    photo = Photo(colours(dtype), icc_profile=LINEAR)
    picture = colour_space(photo).to_srgb(photo.pixels)
    np.testing.assert_allclose(picture, srgb_encoded(photo.pixels / photo.max_value), atol=2e-3)


def test_a_mid_grey_of_linear_light_is_bright_in_srgb() -> None:
    photo = Photo(np.full((1, 1, 1), 32768, np.uint16), icc_profile=GREY_LINEAR)
    # Half of the light: 1.055 × 0.5^(1/2.4) − 0.055 = 0.7354
    np.testing.assert_allclose(colour_space(photo).to_srgb(photo.pixels), np.full((1, 1, 3), 0.7354), atol=1e-4)


def test_pillow_comes_to_the_same_8_bits() -> None:
    photo = Photo(colours(np.uint8), icc_profile=ADOBE_RGB)
    ours = np.rint(colour_space(photo).to_srgb(photo.pixels) * 255).astype(int)
    theirs = ImageCms.profileToProfile(
        Image.fromarray(photo.pixels),
        ImageCms.ImageCmsProfile(io.BytesIO(ADOBE_RGB)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    assert np.abs(ours - np.asarray(theirs)).max() <= 2


@pytest.mark.parametrize(
    ("profile", "channels"),
    [(ADOBE_RGB, 3), (LINEAR, 3), (PROPHOTO, 3), (GREY_22, 1), (GREY_LINEAR, 1), (None, 1), (None, 3)],
    ids=["AdobeRGB", "linear", "ProPhoto", "grey 2.2", "grey linear", "grey", "sRGB"],
)
def test_every_colour_that_srgb_has_comes_back_within_one_step_of_16_bits(profile: bytes | None, channels: int) -> None:
    photo = Photo(colours(np.uint16, channels), icc_profile=profile)
    space = colour_space(photo)
    picture = space.to_srgb(photo.pixels)
    within = ((picture > 0) & (picture < 1)).all(axis=2)
    assert within.sum() > 300
    back = space.from_srgb(picture) * 65535
    assert back.shape == photo.pixels.shape
    assert np.abs(back - photo.pixels)[within].max() <= 1


@pytest.mark.skipif(not OTHERS, reason="Krita, whose profiles these are, is not installed")
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_profiles_of_another_maker_work_both_ways(path: Path) -> None:
    profile = path.read_bytes()
    channels = 1 if profile[16:20] == b"GRAY" else 3
    photo = Photo(colours(np.uint16, channels), icc_profile=profile)
    space = colour_space(photo)
    assert space.note == ""
    picture = space.to_srgb(photo.pixels)
    within = ((picture > 0) & (picture < 1)).all(axis=2)
    # Curves that are tables of 4096 values are turned round less exactly than formulas: a quarter of an 8-bit step.
    assert np.abs(space.from_srgb(picture) * 65535 - photo.pixels)[within].max() <= 64


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (3, 3), (4, 4), (2, 1000)])
@pytest.mark.parametrize(("profile", "channels"), [(ADOBE_RGB, 3), (GREY_22, 1)])
def test_shapes_that_could_be_taken_for_others(profile: bytes, channels: int, shape: tuple[int, int]) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (*shape, channels)).astype(np.uint16)
    space = colour_space(Photo(samples, icc_profile=profile))
    picture = space.to_srgb(samples)
    one_by_one = [
        [space.to_srgb(samples[y : y + 1, x : x + 1])[0, 0] for x in range(shape[1])] for y in range(shape[0])
    ]
    np.testing.assert_array_equal(picture, one_by_one)
    assert space.from_srgb(picture).shape == samples.shape


@pytest.mark.parametrize("profile", [SRGB, None], ids=["of Pillow", "none"])
def test_srgb_of_any_make_is_not_converted(profile: bytes | None) -> None:
    photo = Photo(colours(np.uint8), icc_profile=profile)
    space = colour_space(photo)
    assert (space.icc_profile, space.note) == (None, "")
    np.testing.assert_array_equal(space.to_srgb(photo.pixels), (photo.pixels / 255).astype(np.float32))


@pytest.mark.parametrize(
    ("profile", "channels"),
    [(ADOBE_RGB[:300], 3), (ADOBE_RGB, 1), (b"no profile at all", 3), (read_one_way_only(), 3)],
    ids=["cut short", "for other pixels", "nonsense", "a scanner's, one way only"],
)
def test_a_profile_that_cannot_be_used_is_said(profile: bytes, channels: int) -> None:
    photo = Photo(colours(np.uint8, channels), icc_profile=profile)
    space = colour_space(photo)
    assert space.icc_profile is None
    assert space.note == (
        "The photo's colour profile cannot be used both ways; it was kept, and its colours were taken for sRGB."
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_photo_in_srgb(dtype: type) -> None:
    photo = Photo(colours(dtype), icc_profile=ADOBE_RGB, dpi=(300, 300))
    converted = in_srgb(photo)
    assert (converted.icc_profile, converted.dpi, converted.pixels.dtype) == (None, (300, 300), dtype)
    wanted = adobe_to_srgb(photo.pixels / photo.max_value)
    np.testing.assert_allclose(converted.pixels / photo.max_value, wanted, atol=2e-3 + 0.5 / photo.max_value)
    grey = in_srgb(Photo(np.full((2, 2, 1), 32768, np.uint16), icc_profile=GREY_LINEAR))
    assert grey.is_grey
    assert np.abs(grey.pixels.astype(int) - round(0.7354 * 65535)).max() < 8
