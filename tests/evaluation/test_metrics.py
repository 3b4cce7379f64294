"""Figures that a reader can check."""

import numpy as np
import pytest
from skimage.data import astronaut

from restoration.evaluation.metrics import (
    HIGHEST_PSNR,
    Figures,
    figures_of,
    gain,
    mean_figures,
    ms_ssim,
    psnr,
    ssim,
    tone_fitted,
)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(astronaut()[:192, :200])


def test_an_error_of_25_levels_is_20_decibels():
    clean = np.full((32, 32, 3), 100, np.uint8)
    assert psnr(clean, clean + np.uint8(25)) == pytest.approx(20 * np.log10(255 / 25))


def test_a_picture_is_like_itself(photo):
    figures = figures_of(photo, photo.copy(), np.ones(photo.shape[:2], bool))
    assert figures == Figures(HIGHEST_PSNR, 1.0, pytest.approx(1), HIGHEST_PSNR, 1.0, HIGHEST_PSNR)


def test_noise_lowers_ssim_more_than_a_change_of_brightness(photo):
    noise = np.random.default_rng(0).normal(0, 12, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    brighter = np.clip(photo.astype(int) + 12, 0, 255).astype(np.uint8)
    assert psnr(photo, noisy) == pytest.approx(psnr(photo, brighter), abs=1)
    assert ssim(photo, noisy) < ssim(photo, brighter) - 0.2
    assert ms_ssim(photo, noisy) < ms_ssim(photo, brighter)


def test_a_gamma_is_fitted_away_and_noise_is_not(photo):
    dark = np.rint(255 * (photo / 255) ** 1.3).astype(np.uint8)
    assert psnr(photo, dark) < 26
    # What is left is rounding: a gamma is nearly a cubic.
    assert psnr(photo, tone_fitted(dark, photo)) > 40
    noisy = np.clip(photo + np.random.default_rng(0).normal(0, 25, photo.shape), 0, 255).astype(np.uint8)
    assert psnr(photo, tone_fitted(noisy, photo)) < psnr(photo, noisy) + 3


def test_a_tone_that_a_cubic_can_undo_is_undone():
    # The inverse of x -> (x / 255)^(1/3) is a cubic itself: all that remains is rounding to whole levels.
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(8, axis=0)
    bent = np.rint(255 * np.cbrt(ramp / 255)).astype(np.uint8)
    assert psnr(ramp, bent) < 15
    assert psnr(ramp, tone_fitted(bent, ramp)) > 50


def test_one_curve_for_all_channels_does_not_mend_a_colour_cast(photo):
    cast = photo.copy()
    cast[..., 2] //= 2
    assert psnr(photo, tone_fitted(cast, photo)) < 25


def test_a_flat_picture_is_fitted_to_the_mean_of_the_truth():
    clean = np.zeros((8, 8, 3), np.uint8)
    clean[:4] = 100
    assert (tone_fitted(np.full_like(clean, 7), clean) == 50).all()


def test_damaged_pixels_are_judged_alone():
    clean = np.full((32, 32, 3), 100, np.uint8)
    picture, damaged = clean.copy(), np.zeros((32, 32), np.uint8)
    damaged[3:5], picture[3:5] = 255, 125
    figures = figures_of(clean, picture, damaged)
    assert figures.psnr_damaged == pytest.approx(20 * np.log10(255 / 25))
    assert figures.psnr == pytest.approx(figures.psnr_damaged + 10 * np.log10(16))  # two rows of 32
    assert figures_of(clean, picture, np.zeros_like(damaged)).psnr_damaged is None


def test_ms_ssim_needs_a_picture_that_can_be_halved_four_times(photo):
    assert ms_ssim(photo[:176, :176], photo[:176, :176]) == pytest.approx(1)
    assert ms_ssim(photo[:175], photo[:175]) is None


def test_pictures_of_different_kinds_are_refused(photo):
    with pytest.raises(ValueError, match="cannot be compared"):
        figures_of(photo, photo[:-1])
    with pytest.raises(ValueError, match="cannot be compared"):
        figures_of(photo, photo.astype(np.float32))


def test_means_are_over_the_pictures_that_have_the_figure():
    means = mean_figures([Figures(20, 0.5, psnr_damaged=10), Figures(30, 0.7)])
    assert (means["psnr"], means["ssim"], means["psnr_damaged"], means["lpips"]) == (25, 0.6, 10, None)


def test_a_gain_has_an_interval_of_its_pairs():
    ours, others = [Figures(p, 0) for p in (21, 32, 43)], [Figures(p, 0) for p in (20, 30, 40)]
    found = gain(ours, others, "psnr")
    assert found.mean == 2  # of 1, 2 and 3, whose standard deviation is 1
    assert found.half_width == pytest.approx(1.96 / 3**0.5)
    assert gain(ours, others, "lpips") is None
