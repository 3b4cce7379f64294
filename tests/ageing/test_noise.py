"""Random fields and numbers."""

import numpy as np
import pytest

from restoration.ageing.noise import cloud, draw_log, draw_skewed, fractal_field, generator, smooth_field


def test_a_field_has_as_many_blobs_as_asked():
    coarse, fine = (smooth_field(200, 200, cells, np.random.default_rng(0)) for cells in (3, 40))
    crossings = [np.abs(np.diff(np.sign(field), axis=1)).sum() for field in (coarse, fine)]
    assert crossings[1] > 5 * crossings[0]
    assert abs(fine.mean()) < 0.05


def test_a_cloud_is_a_fractal_field_of_the_same_strength():
    field = fractal_field(300, 400, 3, 3, np.random.default_rng(1))
    fast = cloud(300, 400, 3, 3, np.random.default_rng(1))
    assert fast.shape == field.shape
    assert np.abs(fast - field).mean() < 0.1 * field.std()


def test_skewed_draws_lean_to_the_low_end():
    rng = np.random.default_rng(0)
    even, skewed = (np.array([draw_skewed((1, 3), skew, rng) for _ in range(2000)]) for skew in (1, 3))
    assert even.mean() == pytest.approx(2, abs=0.05)
    assert skewed.mean() == pytest.approx(1.5, abs=0.05)
    assert skewed.min() >= 1 and skewed.max() <= 3


def test_logarithmic_draws_have_as_many_below_the_geometric_mean_as_above():
    rng = np.random.default_rng(0)
    assert np.mean([draw_log(1, 100, rng) < 10 for _ in range(2000)]) == pytest.approx(0.5, abs=0.04)


def test_families_have_their_own_numbers():
    assert generator(1, "dust").random() == generator(1, "dust").random()
    assert len({generator(seed, name).random() for seed in (1, 2) for name in ("dust", "hairs")}) == 4
