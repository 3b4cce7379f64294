"""Windows on a picture: where their pixels come from."""

from __future__ import annotations

import numpy as np
import pytest

from restoration.faces.views import turned_about, view


def _slopes() -> np.ndarray:
    rows, columns = np.mgrid[:100, :120]
    return np.stack([columns * 2, rows * 2, np.full_like(rows, 7)], axis=-1).astype(np.uint8)


def test_the_point_lies_in_the_middle_and_a_tilt_is_turned_upright() -> None:
    matrix = turned_about(60, 50, 30, 2, 41, 61)
    assert np.allclose(matrix @ (20, 30, 1), (60, 50, 1))
    # What lies to the right in the view lies to the right and further down in the picture, half as far away.
    assert np.allclose(matrix @ (30, 30, 1) - matrix @ (20, 30, 1), (5 * np.cos(np.pi / 6), 2.5, 0))


@pytest.mark.parametrize("angle", [0, 25, -40])
def test_pixels_come_from_where_the_matrix_says(angle: float) -> None:
    matrix = turned_about(60, 50, angle, 1.5, 51, 51)
    seen = view(_slopes(), matrix, 51, 51)
    assert seen is not None
    for x, y in ((25, 25), (3, 4), (50, 10)):
        expected = matrix @ (x, y, 1)
        assert np.abs(seen[y, x, :2] - 2 * expected[:2]).max() <= 1
    assert (seen[..., 2] == 7).all()


def test_beyond_the_border_the_border_is_repeated() -> None:
    seen = view(_slopes(), turned_about(0, 50, 0, 1, 41, 41), 41, 41)
    assert seen is not None
    assert (seen[:, :20, 0] == 0).all()
    assert seen[20, 30, 0] == 20


@pytest.mark.parametrize(("x", "y"), [(-100, 50), (300, 50), (60, -100), (60, 300)])
def test_beside_the_picture_nothing_is_seen(x: float, y: float) -> None:
    assert view(_slopes(), turned_about(x, y, 20, 1, 21, 21), 21, 21) is None
