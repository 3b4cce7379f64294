"""Edges carried on along the rim of a hole."""

import numpy as np

from restoration.filling.rim import carried_on


def bar():
    """A dark bar across, and a hole over its middle that was filled with one grey."""
    picture = np.full((60, 60, 3), 0.8, np.float32)
    picture[:, 28:33] = 0.2
    hole = np.zeros((60, 60), bool)
    hole[24:36, 20:41] = True
    return picture, hole, np.where(hole[..., None], np.float32(0.6), picture)


def test_an_edge_goes_on_within_the_hole_and_the_known_keeps_its_bits():
    picture, hole, filled = bar()
    carried = carried_on(filled, hole)
    assert np.array_equal(carried[~hole], picture[~hole])
    assert np.abs(carried - picture)[hole].mean() < 0.7 * np.abs(filled - picture)[hole].mean()
    # At the rim the bar is dark and what is beside it is not.
    assert carried[24, 30, 0] < carried[24, 23, 0] - 0.2


def test_deep_within_the_filling_stays():
    picture = np.full((200, 200, 3), 0.5, np.float32)
    hole = np.zeros((200, 200), bool)
    hole[40:160, 40:160] = True
    filled = np.where(hole[..., None], np.float32(0.9), picture)
    carried = carried_on(filled, hole)
    np.testing.assert_array_equal(carried[90:110, 90:110], filled[90:110, 90:110])
    assert carried[41, 100, 0] < 0.6


def test_no_hole_and_nothing_known_change_nothing():
    filled = np.random.default_rng(0).random((9, 9, 3), np.float32)
    for hole in (np.zeros((9, 9), bool), np.ones((9, 9), bool)):
        assert carried_on(filled, hole) is filled
