"""Patches: which are known, which are nearest, and what is drawn from them."""

import numpy as np
import torch

from restoration.filling.patches import REACH, nearest, voted, whole_patches


def test_a_patch_is_whole_within_the_picture_and_away_from_holes():
    hole = np.zeros((21, 21), bool)
    hole[10, 10] = True
    whole = whole_patches(hole)
    expected = np.zeros_like(hole)
    expected[REACH:-REACH, REACH:-REACH] = True
    expected[10 - REACH : 11 + REACH, 10 - REACH : 11 + REACH] = False
    np.testing.assert_array_equal(whole, expected)


def points(*values):
    """Points on a line, all at one place of the picture."""
    return torch.tensor([[value, 0.0, 0.0] for value in values])


def test_the_nearest_is_found_and_by_choice_the_one_after_it():
    queries, candidates = points(0.1, 2.9), points(0.0, 1.0, 2.0, 3.0)
    assert nearest(queries, candidates, 9).tolist() == [0, 3]
    assert nearest(queries, candidates, 9, np.array([1, 2])).tolist() == [1, 1]


def test_what_is_too_far_away_is_taken_only_if_there_is_no_other():
    candidates = torch.tensor([[0.0, 5.0, 0.0], [9.0, 1.0, 0.0]])
    assert nearest(points(0.0), candidates, 2).tolist() == [1]
    assert nearest(points(0.0), candidates[:1], 2).tolist() == [0]


def test_a_hole_drawn_from_one_shift_is_that_part_of_the_picture():
    picture = np.random.default_rng(0).random((30, 40, 3), np.float32)
    wanted = np.zeros((30, 40), bool)
    wanted[10:20, 8:14] = True
    cells = np.argwhere(wanted)
    drawn = voted(picture, wanted, cells, cells + np.array([0, 20]), deviation=1.0)
    np.testing.assert_allclose(drawn[10:20, 8:14], picture[10:20, 28:34], atol=1e-6)
    np.testing.assert_array_equal(drawn[~wanted], picture[~wanted])
