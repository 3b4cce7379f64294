"""How far a stroke reaches: by distance in a plain field, not across strong edges, but around them."""

import numpy as np
import pytest

from restoration.reach import CHANGE, LENGTH, TEXTURE, distances, reach_of


def at(shape, *places):
    painted = np.zeros(shape, bool)
    for place in places:
        painted[place] = True
    return painted


def test_in_a_plain_field_it_is_the_length_of_the_walk():
    plain = np.full((60, 80), 0.4, np.float32)
    away = distances(at(plain.shape, (30, 40)), plain)
    assert away[30, 40] == 0
    assert away[30, 58] == pytest.approx(18 / LENGTH, rel=1e-4)
    assert away[40, 50] == pytest.approx(10 * np.sqrt(2) / LENGTH, rel=1e-4)


def test_an_edge_costs_what_luminance_changes_and_texture_costs_nothing():
    edged = np.full((20, 40), 0.2, np.float32)
    edged[:, 20:] = 0.8
    away = distances(at(edged.shape, (10, 15)), edged)
    assert away[10, 24] - away[10, 6] == pytest.approx((0.6 - TEXTURE) / CHANGE, rel=1e-3)
    rough = np.full((20, 40), 0.5, np.float32)
    rough[::2] += np.float32(TEXTURE * 0.9)
    np.testing.assert_allclose(distances(at(rough.shape, (10, 15)), rough)[10, 30], 15 / LENGTH, rtol=1e-4)


def test_reach_is_whole_where_painted_and_ends_at_edges_and_far_away():
    scene = np.full((60, 200), 0.2, np.float32)
    scene[:, 80:] = 0.9
    reach = reach_of(at(scene.shape, (30, 70)), scene)
    assert reach[30, 70] == pytest.approx(1)
    assert reach[30, 60] > 0.95
    assert reach[30, 84] < 0.01
    assert reach[30, 0] < 0.02
    assert 0 <= reach.min() <= reach.max() <= 1


def test_it_walks_around_a_barrier():
    scene = np.full((40, 40), 0.3, np.float32)
    scene[0:36, 20] = 1.0
    away = distances(at(scene.shape, (20, 18)), scene)
    around = away[20, 22]
    assert around < 0.7 * CHANGE**-1 * 0.7  # cheaper than through the wall and out again
    assert around > 30 / LENGTH  # and longer than straight on


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (2, 3)])
def test_few_cells(shape):
    assert reach_of(at(shape, (0, 0)), np.full(shape, 0.5, np.float32))[0, 0] == pytest.approx(1)
