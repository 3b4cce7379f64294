"""Halving with holes, and looking up what was halved."""

import numpy as np
import pytest

from restoration.filling.levels import Level, halved, sampled


def test_a_cell_is_the_mean_of_its_known_pixels():
    picture = np.arange(4, dtype=np.float32).reshape(2, 2, 1).repeat(3, axis=2)
    hole = np.array([[False, True], [False, False]])
    small = halved(Level(picture, hole))
    np.testing.assert_allclose(small.picture[0, 0], (0 + 2 + 3) / 3)
    assert not small.hole[0, 0]


def test_a_cell_with_less_than_half_known_is_a_hole():
    hole = np.array([[True, True], [True, False]])
    assert halved(Level(np.ones((2, 2, 3), np.float32), hole)).hole[0, 0]


@pytest.mark.parametrize("size", [(1, 1), (5, 4), (7, 9)])
def test_odd_sides_are_rounded_up_and_keep_their_mean(size):
    small = halved(Level(np.full((*size, 3), 0.3, np.float32), np.zeros(size, bool)))
    assert small.hole.shape == tuple(-(-side // 2) for side in size)
    np.testing.assert_allclose(small.picture, 0.3, rtol=1e-6)
    assert not small.hole.any()


def test_what_is_in_a_hole_has_no_say():
    picture = np.random.default_rng(0).random((8, 8, 3), np.float32)
    hole = np.zeros((8, 8), bool)
    hole[2:5, 3:6] = True
    other = np.where(hole[..., None], 9, picture).astype(np.float32)
    np.testing.assert_array_equal(halved(Level(picture, hole)).picture, halved(Level(other, hole)).picture)


def test_a_ramp_halved_and_looked_up_is_the_ramp():
    ramp = np.linspace(0, 1, 64, dtype=np.float32)[None, :, None] * np.ones((32, 1, 3), np.float32)
    small = halved(Level(ramp, np.zeros((32, 64), bool))).picture
    y, x = np.mgrid[4:28, 6:58].reshape(2, -1)
    # To what the cubic kernel does to a slope of 1/63 a pixel.
    np.testing.assert_allclose(sampled(small, y, x), ramp[y, x], atol=2e-3)
