"""The photo itself: what it accepts, what it says of itself, and the way between 8 and 16 bits."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageCms

from restoration.photo import Photo, profile_fits, to_depth

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY_PROFILE = SRGB[:16] + b"GRAY" + SRGB[20:]


@pytest.mark.parametrize(
    ("dtype", "channels", "depth", "max_value"), [(np.uint8, 1, 8, 255), (np.uint16, 3, 16, 65535)]
)
def test_a_photo_says_what_it_is(dtype: type, channels: int, depth: int, max_value: int) -> None:
    photo = Photo(np.zeros((2, 5, channels), dtype))
    assert (photo.height, photo.width, photo.depth, photo.max_value) == (2, 5, depth, max_value)
    assert photo.is_grey == (channels == 1)


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((4, 4), np.uint8),
        ((4, 4, 2), np.uint8),
        ((4, 4, 4), np.uint8),
        ((0, 4, 3), np.uint8),
        ((4, 4, 3), np.float32),
        ((4, 4, 3), np.int16),
        ((4, 4, 3), np.dtype(np.uint16).newbyteorder()),
    ],
)
def test_pixels_of_another_shape_or_type_are_refused(shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(ValueError, match="photo pixels"):
        Photo(np.zeros(shape, dtype))


@pytest.mark.parametrize(
    ("shape", "dtype"), [((4, 4, 1), np.uint8), ((4, 5), np.uint8), ((4, 4), np.uint16), ((4, 4), np.bool_)]
)
def test_alpha_of_another_shape_or_type_is_refused(shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(ValueError, match="photo alpha"):
        Photo(np.zeros((4, 4, 3), np.uint8), np.zeros(shape, dtype))


@pytest.mark.parametrize(("alpha", "opaque"), [(None, True), ([[255, 255]], True), ([[255, 254]], False)])
def test_opaque_means_full_alpha_everywhere(alpha: list[list[int]] | None, opaque: bool) -> None:
    photo = Photo(np.zeros((1, 2, 3), np.uint8), None if alpha is None else np.array(alpha, np.uint8))
    assert photo.is_opaque is opaque


def test_with_pixels_keeps_all_that_belongs_to_the_photo() -> None:
    photo = Photo(
        np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.uint8), SRGB, b"exif", b"xmp", (300, 600), ("a note",)
    )
    other = photo.with_pixels(np.full((2, 2, 3), 9, np.uint8))
    assert (other.pixels == 9).all()
    assert other.alpha is photo.alpha
    assert (other.icc_profile, other.exif, other.xmp, other.dpi, other.notes) == (
        SRGB,
        b"exif",
        b"xmp",
        (300, 600),
        ("a note",),
    )


def test_with_pixels_drops_a_profile_for_another_number_of_channels() -> None:
    photo = Photo(np.zeros((2, 2, 1), np.uint8), icc_profile=GREY_PROFILE)
    assert photo.with_pixels(np.zeros((2, 2, 1), np.uint8)).icc_profile == GREY_PROFILE
    assert photo.with_pixels(np.zeros((2, 2, 3), np.uint8)).icc_profile is None


@pytest.mark.parametrize(
    ("profile", "channels", "fits"),
    [(SRGB, 3, True), (SRGB, 1, False), (GREY_PROFILE, 1, True), (GREY_PROFILE, 3, False), (None, 3, False)],
)
def test_a_profile_fits_its_own_number_of_channels(profile: bytes | None, channels: int, fits: bool) -> None:
    assert profile_fits(profile, channels) is fits


def test_to_8_bits_rounds_to_the_nearest() -> None:
    every = np.arange(65536, dtype=np.uint16)
    expected = np.round(every / 257).astype(np.uint8)  # never a tie: 257 is odd
    np.testing.assert_array_equal(to_depth(every, np.uint8), expected)


def test_to_16_bits_and_back_is_exact() -> None:
    every = np.arange(256, dtype=np.uint8)
    wide = to_depth(every, np.uint16)
    assert (wide[0], wide[1], wide[255]) == (0, 257, 65535)
    np.testing.assert_array_equal(to_depth(wide, np.uint8), every)


def test_a_depth_that_is_there_already_copies_nothing() -> None:
    samples = np.zeros((2, 2), np.uint16)
    assert to_depth(samples, np.uint16) is samples
