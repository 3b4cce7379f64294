"""Colours in the main job, with the bundled weights: where they lie, and what the user's hints do."""

import numpy as np
import pytest

from restoration.device import choose_compute
from restoration.errors import HintsError
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets import load_models
from restoration.settings import STAGE_NAMES, Settings

OFF = {"enabled": False}
ALONE = {**dict.fromkeys(STAGE_NAMES, OFF), "colour": {"enabled": True}}
STROKE = np.s_[60:90, 120:160]
BLUE = (40, 60, 200)


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture(scope="module")
def pixels():
    from skimage.data import chelsea

    return np.ascontiguousarray(
        chelsea()[:180, :240].mean(axis=2).round().astype(np.uint8)[..., None].repeat(3, axis=2)
    )


@pytest.fixture
def hints():
    """One blue stroke."""
    painted = np.zeros((180, 240, 4), np.uint8)
    painted[STROKE] = (*BLUE, 255)
    return painted


def run(pixels, models, hints=None, told=None, **changes):
    settings = Settings.from_dict({**ALONE, **changes})
    tell = None if told is None else lambda *note: told.append(note)
    made = restore(Photo(pixels), settings, models=models, hints=hints, tell=tell)
    return stacked(list(made))


def blueness(pixels):
    values = pixels.astype(int)
    return values[..., 2] - values[..., 0]


def test_colour_is_a_layer_of_its_own_above_all_others_but_the_mask(pixels, models):
    layers = run(pixels, models, scratches={}, quality={"always": True}, colour={"enabled": True, "strength": 0.5})
    assert [layer.role for layer in layers[-2:]] == ["colour", "scratch_mask"]
    colour = layers[-2]
    assert (colour.name, colour.blend_mode, colour.opacity, colour.visible) == ("Colour", "color", 0.5, True)
    assert colour.pixels.shape == pixels.shape


def test_a_hint_gives_its_place_its_colour_and_the_luminosity_stays(pixels, models, hints):
    photo = Photo(pixels)
    plain, told = (flatten(photo, run(pixels, models, given)).pixels for given in (None, hints))
    assert blueness(told)[STROKE].mean() > 40
    assert blueness(told)[STROKE].mean() > blueness(plain)[STROKE].mean() + 30
    luminosity = [picture.astype(float) @ (0.3, 0.59, 0.11) for picture in (pixels, told)]
    assert np.abs(luminosity[0] - luminosity[1]).max() < 2


def test_saturation_0_is_grey_and_more_is_more(pixels, models):
    spread = []
    for saturation in (0.0, 1.0, 2.0):
        colour = {"enabled": True, "saturation": saturation}
        seen = flatten(Photo(pixels), run(pixels, models, colour=colour)).pixels
        spread.append(np.ptp(seen.astype(int), axis=2).mean())
    assert spread[0] < 2
    assert spread[0] < spread[1] < spread[2]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_photo_becomes_one_in_colour(pixels, models, hints, dtype):
    photo = Photo(pixels[..., :1].astype(dtype) * dtype(257 if dtype == np.uint16 else 1))
    settings = Settings.from_dict({**ALONE, "quality": {"always": True}})
    layers = stacked(list(restore(photo, settings, models=models, hints=hints)))
    assert [layer.pixels.shape[2] for layer in layers] == [1, 3]
    seen = flatten(photo, layers).pixels
    assert seen.shape == (180, 240, 3)
    assert seen.dtype == dtype
    assert (blueness(seen)[STROKE] > 0).mean() > 0.9


def test_a_region_limits_colours_and_hints_stay_at_their_place(pixels, models, hints):
    (colour,) = run(pixels, models, hints, region={"x": 100, "y": 40, "width": 100, "height": 90})
    assert (colour.x, colour.y, colour.width, colour.height) == (100, 40, 100, 90)
    assert blueness(colour.pixels)[20:50, 20:60].mean() > 40


def test_colours_lie_over_what_the_stages_before_have_made(pixels, models):
    """A hole is coloured as what fills it."""
    damaged, mask = pixels.copy(), np.zeros((180, 240), np.uint8)
    mask[50:120, 60:130] = 255
    damaged[mask > 0] = 0
    settings = Settings.from_dict({**ALONE, "inpainting": {}, "scratches": {"repair": False}})
    colour = list(restore(Photo(damaged), settings, mask, models=models))[-1]
    assert colour.role == "colour"
    assert colour.pixels[60:110, 70:120].astype(int).max(axis=2).mean() > 40  # not the black of the hole


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.zeros((180, 239, 4), np.uint8), "239×180 pixels, the photo 240×180"),
        (np.zeros((180, 240, 3), np.uint8), "180×240×3 uint8"),
        (np.zeros((180, 240), np.uint8), "180×240 uint8"),
        (np.zeros((180, 240, 4), np.uint16), "180×240×4 uint16"),
    ],
)
def test_hints_that_do_not_lie_over_the_photo_are_refused(pixels, models, wrong, words):
    with pytest.raises(HintsError, match=words):
        run(pixels, models, wrong)


def test_hints_that_are_not_used_are_said(pixels, models, hints):
    told = []
    run(pixels, models, hints, told, quality={"always": True}, colour=OFF)
    assert told == [("colour", "The colour hints were not used, because colour is off.")]
    told.clear()
    hints[..., 3] //= 2
    faint = run(pixels, models, hints, told)
    assert told == [("colour", "The colour hints are too faint to be used: paint them with full opacity.")]
    (plain,) = run(pixels, models)
    assert np.array_equal(faint[0].pixels, plain.pixels)


def test_an_empty_layer_of_hints_is_no_hint_and_nothing_is_said_of_it(pixels, models, hints):
    told = []
    run(pixels, models, np.zeros_like(hints), told)
    assert told == []
