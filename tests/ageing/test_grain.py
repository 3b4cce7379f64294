"""Grain and file: grain is strongest in the mid-tones, correlated as asked, and grey where it is silver."""

import numpy as np
import pytest

from restoration.ageing.grain import age_surface, grain, jpeg, to_bytes
from restoration.ageing.recipe import Recipe


def noise_at(level: float, size: float = 0.0, colour: float = 0.0) -> np.ndarray:
    flat = np.full((128, 128, 3), level, np.float32)
    return grain(flat, 0.1, size, colour, np.random.default_rng(0)) - flat


def test_grain_is_strongest_in_the_mid_tones():
    black, middle, white = (noise_at(level).std() for level in (0.0, 0.5, 1.0))
    assert middle == pytest.approx(0.1, rel=0.05)
    assert black == pytest.approx(0.035, rel=0.05)
    assert white == pytest.approx(0.035, rel=0.05)


def test_coarse_grain_is_as_strong_and_correlated():
    fine, coarse = noise_at(0.5)[..., 0], noise_at(0.5, size=1.0)[..., 0]
    assert coarse.std() == pytest.approx(fine.std(), rel=0.05)
    assert abs(np.corrcoef(fine[:, :-1].ravel(), fine[:, 1:].ravel())[0, 1]) < 0.05
    assert np.corrcoef(coarse[:, :-1].ravel(), coarse[:, 1:].ravel())[0, 1] > 0.6


def test_silver_grain_is_grey_and_dye_grain_is_not():
    assert np.ptp(noise_at(0.5), axis=2).max() < 1e-6
    assert np.corrcoef(noise_at(0.5, colour=1.0)[..., 0].ravel(), noise_at(0.5, colour=1.0)[..., 2].ravel())[0, 1] < 0.1


def test_in_training_a_grey_print_has_grey_grain_only():
    flat = np.full((40, 40, 3), 0.5, np.float32)
    recipe = Recipe(monochrome_chance=0.5, grain_chance=1)
    for seed in range(10):
        out = age_surface(flat, recipe, np.random.default_rng(seed))
        assert out.std() > 0.005
        assert np.ptp(out, axis=2).max() < 1e-6


def test_jpeg_of_low_quality_changes_more(picture):
    errors = [np.abs(jpeg(picture, quality) - picture).mean() for quality in (95, 70, 30)]
    assert 0 < errors[0] < errors[1] < errors[2] < 0.05


def test_bytes_are_rounded_and_cut():
    values = np.array([-0.5, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 1.5], np.float32).reshape(1, 2, 3)
    assert to_bytes(values).ravel().tolist() == [0, 0, 0, 1, 255, 255]
