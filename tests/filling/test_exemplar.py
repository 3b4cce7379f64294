"""Where texture comes from: known cells, near, the same for the same seed, and what is no texture is left alone."""

import numpy as np
import pytest
import torch
from skimage.data import grass

from restoration.filling.exemplar import FARTHEST, OUTWARDS, find_exemplar
from restoration.networks.fill import fill_holes


def textured(side=96):
    return grass()[:side, :side, None].repeat(3, axis=2).astype(np.float32) / 255


def disc(side=96, radius=18):
    rows, columns = np.mgrid[:side, :side]
    return np.hypot(rows - side / 2, columns - side / 2) < radius


def guessed(picture, hole):
    x, mask = torch.from_numpy(picture).permute(2, 0, 1)[None], torch.from_numpy(hole)[None, None].float()
    return np.ascontiguousarray(fill_holes(x, mask)[0].permute(1, 2, 0).numpy())


def found(picture, hole, seed=0):
    return find_exemplar(guessed(picture, hole), hole, hole, np.random.default_rng(seed))


def test_every_place_is_known_and_known_cells_are_their_own():
    hole = disc()
    exemplar = found(textured(), hole)
    assert not hole[exemplar.rows, exemplar.columns].any()
    rows, columns = np.mgrid[:96, :96]
    assert (exemplar.rows == rows)[~hole].all()
    assert (exemplar.columns == columns)[~hole].all()
    assert exemplar.trust.min() >= 0
    assert exemplar.trust.max() <= 1 + 1e-6


def test_places_lie_near_the_rim():
    hole = disc()
    exemplar = found(textured(), hole)
    away = np.hypot(exemplar.rows - 48, exemplar.columns - 48)[hole]
    assert away.max() <= 18 + OUTWARDS + FARTHEST


def test_the_hole_gets_texture_about_as_strong_as_what_is_around_it():
    picture, hole = textured(), disc()
    guess, exemplar = guessed(picture, hole), found(picture, hole)
    inner = disc(radius=14)

    def steps(values):
        return np.abs(np.diff(values[..., 0], axis=1))[inner[:, 1:] & inner[:, :-1]].mean()

    assert steps(guess) < 0.2 * steps(picture)
    assert 0.45 < steps(exemplar.picture) / steps(picture) < 1.3


def test_neighbours_take_neighbours():
    # Whole pieces are taken over: most cells' places move with those of the cell to their left.
    hole = disc()
    exemplar = found(textured(), hole)
    inner = hole[:, 1:] & hole[:, :-1]
    along = (np.diff(exemplar.rows, axis=1) == 0) & (np.diff(exemplar.columns, axis=1) == 1)
    assert along[inner].mean() > 0.5


def test_the_same_seed_gives_the_same_places_and_another_others():
    first, again, other = (found(textured(), disc(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.rows, again.rows)
    np.testing.assert_array_equal(first.picture, again.picture)
    assert (first.rows != other.rows)[disc()].mean() > 0.3


@pytest.mark.parametrize("size", [(3, 40), (6, 6), (1, 1)])
def test_without_a_whole_known_patch_there_is_none(size):
    picture = np.zeros((*size, 3), np.float32)
    hole = np.zeros(size, bool)
    hole[0, 0] = True
    assert find_exemplar(picture, hole, hole, np.random.default_rng(0)) is None
