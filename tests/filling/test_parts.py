"""Which holes are filled together, at which size, and in which pieces."""

import numpy as np
import pytest

from restoration.filling.parts import CONTEXT_CELLS, LONGEST_CELLS, WIDEST_CELLS, diameters, halvings_for, parts_of


def disc(height, width, y, x, radius):
    rows, columns = np.mgrid[:height, :width]
    return np.hypot(rows - y, columns - x) < radius


def covered(hole):
    total = np.zeros(hole.shape, int)
    for part in parts_of(hole):
        total[part.seen] += part.own
    return total


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_cover_the_hole_once(seed):
    from restoration.training.holes import irregular_hole

    hole = irregular_hole(333, 517, (0.1, 0.4), np.random.default_rng(seed))
    np.testing.assert_array_equal(covered(hole), hole)


@pytest.mark.parametrize("size", [(1, 2), (1, 40), (37, 1001), (9, 9)])
def test_small_and_narrow_pictures_are_covered_too(size):
    hole = np.ones(size, bool)
    hole[0, 0] = False
    np.testing.assert_array_equal(covered(hole), hole)


def test_the_diameter_of_a_disc_is_its_own():
    assert diameters(disc(300, 300, 150, 150, 40)).max() == pytest.approx(80, abs=2)


def test_at_the_border_a_hole_counts_with_its_mirror_image():
    strip = np.zeros((100, 200), bool)
    strip[:, :20] = True
    assert diameters(strip).max() == 40


def test_a_wide_hole_is_halved_until_the_network_knows_its_size():
    assert halvings_for(WIDEST_CELLS) == 0
    assert halvings_for(WIDEST_CELLS + 1) == 1
    assert halvings_for(4 * WIDEST_CELLS) == 2
    (part,) = parts_of(disc(800, 800, 400, 400, 100))
    assert part.halvings == 3  # 200 pixels across, 25 cells of 8


def test_holes_far_apart_are_parts_of_their_own_with_their_surroundings():
    hole = disc(400, 900, 200, 150, 12) | disc(400, 900, 200, 700, 12)
    first, second = parts_of(hole)
    assert first.seen[1].stop < second.seen[1].start
    for part in (first, second):
        rows, columns = np.nonzero(part.own)
        height, width = part.own.shape
        assert min(rows.min(), columns.min()) >= CONTEXT_CELLS
        assert min(height - rows.max(), width - columns.max()) > CONTEXT_CELLS


def test_a_long_hole_is_filled_piece_by_piece():
    hole = np.zeros((200, 5000), bool)
    hole[90:110] = True
    sizes = [part.own.shape[1] for part in parts_of(hole)]
    assert len(sizes) == -(-5000 // LONGEST_CELLS)
    assert max(sizes) <= LONGEST_CELLS + 2 * CONTEXT_CELLS
