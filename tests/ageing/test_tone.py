"""Tone: what fading does to black, white, colour and grey; and that it is smooth."""

from dataclasses import replace

import numpy as np
import pytest

from restoration.ageing.recipe import Recipe
from restoration.ageing.tone import age_tone, fade, pale, stain, uneven, vignette

#: A fading that leaves all as it is.
STILL = Recipe(
    black_lift=(0, 0), white_drop=(0, 0), gamma=(1, 1), desaturation=(0, 0), dye_loss=0, yellowing=(0, 0)
)  # fmt: skip


def faded(image, **changes):
    return fade(image, replace(STILL, **changes), np.random.default_rng(0))


def test_black_lift_raises_the_minimum_and_keeps_white():
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None].repeat(3, 2)
    out = faded(ramp, black_lift=(0.2, 0.2))
    assert 0.1 < out.min() < 0.3  # each channel by its own share of about 0.2
    assert np.allclose(out[:, -1], 1, atol=1e-4)
    assert (np.diff(out[0], axis=0) > 0).all()


def test_white_drop_lowers_the_maximum_and_keeps_black():
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None].repeat(3, 2)
    out = faded(ramp, white_drop=(0.2, 0.2))
    assert 0.7 < out.max() < 0.9
    assert out[:, 0].max() < 1e-3


def test_yellowing_takes_most_from_blue():
    white = np.ones((4, 4, 3), np.float32)
    red, green, blue = faded(white, yellowing=(0.22, 0.22))[0, 0]
    assert red > green > blue


def test_full_desaturation_leaves_grey_of_the_same_luma(picture):
    out = faded(picture, desaturation=(1, 1))
    assert np.ptp(out, axis=2).max() < 1e-5
    assert np.allclose(out[..., 0], picture @ np.array([0.299, 0.587, 0.114]), atol=1e-3)


def test_silver_fades_in_all_channels_nearly_alike(picture):
    recipe = replace(STILL, dye_loss=0.2)
    dyes, silver = (fade(picture, recipe, np.random.default_rng(1), silver=kind) for kind in (False, True))
    assert np.abs(silver - picture).max() < np.abs(dyes - picture).max() / 3


def test_a_pale_print_keeps_at_most_half_of_its_contrast():
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None].repeat(3, 2)
    for seed in range(10):
        out = pale(ramp, np.random.default_rng(seed))
        assert np.ptp(out) <= 0.5
        assert out.min() >= 0.2


@pytest.mark.parametrize(
    "change",
    [
        lambda image, rng: uneven(image, 0.15, rng),
        lambda image, rng: vignette(image, 0.4, rng),
    ],
)
def test_uneven_fading_and_vignette_are_smooth(change):
    flat = np.full((200, 300, 3), 0.5, np.float32)
    out = change(flat, np.random.default_rng(3))
    assert np.abs(out - flat).max() > 0.02
    assert max(np.abs(np.diff(out, axis=axis)).max() for axis in (0, 1)) < 0.01


def test_a_stain_darkens_and_browns():
    flat = np.full((200, 300, 3), 0.8, np.float32)
    change = (stain(flat, np.random.default_rng(1)) - flat).reshape(-1, 3).mean(axis=0)
    assert 0 >= change[0] > change[2]


def test_only_grey_pictures_are_toned_and_scanned_in_grey(picture):
    recipe = Recipe(toning_chance=1, grey_scan_chance=1)
    assert np.allclose(age_tone(picture, recipe, np.random.default_rng(0)), picture)
    grey = picture[..., :1].repeat(3, 2)
    out = age_tone(grey, recipe, np.random.default_rng(0))
    assert np.ptp(out, axis=2).max() < 1e-6
    assert not np.allclose(out, grey)


def test_tone_stays_between_0_and_1(picture):
    recipe = Recipe(
        fade_chance=1, pale_chance=1, uneven_chance=1, vignette_chance=1, stain_chance=1, shading_chance=1,
        silvering_chance=1,
    )  # fmt: skip
    for seed in range(5):
        out = age_tone(picture, recipe, np.random.default_rng(seed))
        assert out.dtype == np.float32
        assert out.min() >= 0 and out.max() <= 1
