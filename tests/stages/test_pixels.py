"""Samples to floats and back: exact for every value of both depths, in sRGB whatever the photo's profile."""

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, GREY_22, GREY_LINEAR, LINEAR, PROPHOTO, adobe_to_srgb

from restoration.layers import Layer
from restoration.photo import Photo
from restoration.stages.pixels import changed_samples, laid_over, to_picture, to_samples

SPACES = [(None, 1), (None, 3), (ADOBE_RGB, 3), (LINEAR, 3), (PROPHOTO, 3), (GREY_22, 1), (GREY_LINEAR, 1)]
NAMES = ["grey", "sRGB", "AdobeRGB", "linear", "ProPhoto", "grey 2.2", "grey linear"]


def noise(dtype, channels, size=(600, 700)):
    """More pixels than one strip has."""
    return np.random.default_rng(2).integers(0, np.iinfo(dtype).max + 1, (*size, channels)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_sample_survives_the_way_through_floats(dtype):
    values = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 16, 1)
    grey, colour = Photo(values), Photo(values.repeat(3, axis=2))
    assert np.array_equal(to_samples(to_picture(colour), colour), colour.pixels)
    most = 0 if dtype == np.uint8 else 1
    assert np.abs(to_samples(to_picture(grey), grey).astype(int) - grey.pixels).max() <= most


def test_values_beyond_the_range_are_clipped_not_wrapped():
    picture = np.array([[[-0.5, 0.5, 1.5]]], np.float32)
    assert to_samples(picture, Photo(np.zeros((1, 1, 3), np.uint8))).tolist() == [[[0, 128, 255]]]
    beyond = to_samples(picture[..., [0, 2, 2]], Photo(np.zeros((1, 1, 3), np.uint8), icc_profile=LINEAR))
    assert beyond.tolist() == [[[0, 255, 255]]]


def test_networks_see_srgb():
    photo = Photo(noise(np.uint8, 3), icc_profile=ADOBE_RGB)
    picture = to_picture(photo)
    assert picture.dtype == np.float32
    np.testing.assert_allclose(picture, adobe_to_srgb(photo.pixels / 255), atol=2e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("profile", "channels"), SPACES, ids=NAMES)
def test_what_was_not_changed_keeps_every_bit(profile, channels, dtype):
    """Also colours that sRGB does not have, of which ProPhoto's noise is full."""
    photo = Photo(noise(dtype, channels), icc_profile=profile)
    assert np.array_equal(changed_samples(photo, to_picture(photo), to_picture(photo)), photo.pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("profile", "channels"), SPACES, ids=NAMES)
def test_a_changed_pixel_changes_no_other(profile, channels, dtype):
    photo = Photo(noise(dtype, channels), icc_profile=profile)
    picture = to_picture(photo)
    picture[300:310, 20:40] = 0.5
    differ = (changed_samples(photo, to_picture(photo), picture) != photo.pixels).any(axis=2)
    assert differ[300:310, 20:40].mean() > 0.9
    differ[300:310, 20:40] = False
    assert not differ.any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_change_has_the_size_that_it_has_in_srgb(dtype):
    full = np.iinfo(dtype).max
    photo = Photo(np.full((1, 1, 1), round(0.25 * full), dtype), icc_profile=GREY_LINEAR)
    brighter = np.full((1, 1, 3), 0.7354, np.float32)  # half of the light, see test_colour.py
    for made in (changed_samples(photo, to_picture(photo), brighter), to_samples(brighter, photo)):
        assert abs(int(made[0, 0, 0]) - full / 2) <= max(1, full * 1e-4)


def test_a_colour_that_srgb_lacks_stays_as_strong_under_a_slight_change():
    """AdobeRGB's green, seen by networks as that of sRGB: darkened a little it is still AdobeRGB's."""
    photo = Photo(np.array([[[0, 240, 0]]], np.uint8), icc_profile=ADOBE_RGB)
    picture = to_picture(photo)
    assert picture[0, 0, 0] == 0
    slightly = changed_samples(photo, picture, picture * np.float32(0.98))
    assert slightly[0, 0].tolist() == [pytest.approx(0, abs=4), pytest.approx(235, abs=2), pytest.approx(0, abs=4)]
    # What is drawn anew can be no greener than sRGB is.
    assert to_samples(picture, photo)[0, 0, 0] > 100


@pytest.mark.parametrize(("profile", "channels"), SPACES, ids=NAMES)
def test_a_gradient_of_16_bits_never_passes_through_8(profile, channels):
    gradient = np.linspace(20000, 24000, 2000).astype(np.uint16).reshape(1, 2000, 1).repeat(channels, axis=2)
    photo = Photo(gradient, icc_profile=profile)
    assert len(np.unique(to_picture(photo)[..., 1])) == 2000  # of 8 bits it would be 17
    made = to_samples(to_picture(photo), photo)[0, :, 0].astype(int)
    assert np.abs(made - gradient[0, :, 0]).max() <= 1
    assert np.diff(made).min() >= 1


def test_layers_are_laid_over_a_picture_at_their_place_and_at_full_strength():
    photo = Photo(np.full((3, 4, 3), 100, np.uint8))
    full, half = np.full((2, 2, 3), 200, np.uint8), np.array([[255, 0], [51, 255]], np.uint8)
    inside = Layer("Face 1", "face", full, half, x=11, y=21, opacity=0.25)
    hidden = Layer("Candidate 2", "inpainted", np.zeros((3, 4, 3), np.uint8), x=10, y=20, visible=False)
    before = to_picture(photo)
    after = laid_over(before, [inside, hidden], photo, (10, 20)) * 255
    assert np.allclose(before * 255, 100)
    assert after[..., 0].round().tolist() == [[100, 100, 100, 100], [100, 200, 100, 100], [100, 120, 200, 100]]


@pytest.mark.parametrize(("x", "y"), [(-1, -1), (3, 2), (9, 0), (0, -7)])
def test_what_reaches_out_of_the_picture_is_cut_off(x, y):
    photo = Photo(np.zeros((3, 4, 1), np.uint16), icc_profile=GREY_22)
    layer = Layer("Face 1", "face", np.full((2, 2, 1), 65535, np.uint16), x=x, y=y)
    whole = np.zeros((20, 20), bool)
    whole[y + 8 : y + 10, x + 8 : x + 10] = True
    shown = laid_over(to_picture(photo), [layer], photo, (0, 0))[..., 0] > 0.5
    assert np.array_equal(shown, whole[8:11, 8:12])
