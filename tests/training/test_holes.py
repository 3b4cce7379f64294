"""Irregular holes: as large as asked for, the same for the same seed, of every kind."""

import numpy as np
import pytest

from restoration.training.holes import INNER_SHAPES, SHAPES, border, corner, irregular_hole

BINS = [(0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6)]


@pytest.mark.parametrize("share", BINS)
def test_the_share_is_within_the_limits(share):
    shares = [irregular_hole(128, 160, share, np.random.default_rng(seed)).mean() for seed in range(25)]
    assert min(shares) >= share[0]
    assert max(shares) <= share[1]


def test_the_same_seed_gives_the_same_hole_and_another_another():
    holes = [irregular_hole(96, 96, (0.2, 0.3), np.random.default_rng(seed)) for seed in (5, 5, 6)]
    assert np.array_equal(holes[0], holes[1])
    assert not np.array_equal(holes[0], holes[2])


def test_a_margin_stays_known():
    for seed in range(10):
        hole = irregular_hole(128, 128, (0.1, 0.3), np.random.default_rng(seed), INNER_SHAPES, margin=12)
        assert not hole[:12].any()
        assert not hole[:, -12:].any()


@pytest.mark.parametrize("shape", [shape for shape, _ in SHAPES], ids=lambda shape: shape.__name__)
def test_every_shape_is_a_mask_of_about_its_size(shape):
    areas = [shape(200, 220, 60, np.random.default_rng(seed)).sum() for seed in range(20)]
    assert shape(200, 220, 60, np.random.default_rng(0)).dtype == bool
    assert 60**2 / 20 < np.mean(areas) < 60**2 * 4


def test_corners_and_borders_lie_where_their_names_say():
    for seed in range(10):
        torn = corner(100, 120, 40, np.random.default_rng(seed))
        assert torn[[0, 0, -1, -1], [0, -1, 0, -1]].sum() == 1
        strip = border(100, 120, 40, np.random.default_rng(seed))
        assert max(edge.mean() for edge in (strip[0], strip[-1], strip[:, 0], strip[:, -1])) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (7, 300)])
def test_tiny_pictures_have_a_hole_and_something_known(size):
    hole = irregular_hole(*size, (0.1, 0.5), np.random.default_rng(0))
    assert hole.any()
    assert hole.all() == (hole.size == 1)
