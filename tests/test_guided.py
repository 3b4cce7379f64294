"""The guided filter: a coarse map gets the edges of the luminance, and only those."""

import numpy as np
import pytest

from restoration.guided import aligned, enlarged, fit_lines

FLAT = 1e-4


def test_a_map_that_follows_the_luminance_is_found_at_full_size():
    height, width = 64, 96
    light = np.full((height, width), 0.2, np.float32)
    light[:, 51:] = 0.8  # the edge lies within a cell of 8 pixels
    coarse_light = light.reshape(8, 8, 12, 8).mean(axis=(1, 3))
    coarse = np.dstack([40 * coarse_light - 8, 3 - 10 * coarse_light])
    lines = fit_lines(coarse, coarse_light, 1, FLAT)
    full = enlarged(lines, light, slice(0, height), height)
    np.testing.assert_allclose(full[..., 0], 40 * light - 8, atol=0.7)
    np.testing.assert_allclose(full[..., 1], 3 - 10 * light, atol=0.2)
    assert (
        np.abs(full[:, 50, 0] - full[:, 51, 0]).min() > 22
    )  # 24 in one pixel: the edge is as sharp as the luminance's


def test_where_the_luminance_is_flat_the_map_is_only_smoothed():
    values = np.random.default_rng(0).normal(0, 5, (10, 12, 2)).astype(np.float32)
    light = np.full((10, 12), 0.5, np.float32)
    full = enlarged(fit_lines(values, light, 1, FLAT), light, slice(0, 10), 10)
    assert full.std() < values.std()
    np.testing.assert_allclose(full.mean(axis=(0, 1)), values.mean(axis=(0, 1)), atol=0.8)


def test_strips_are_those_of_the_whole():
    rng = np.random.default_rng(1)
    values, coarse = rng.random((9, 7, 2), np.float32), rng.random((9, 7), np.float32)
    light = rng.random((50, 33), np.float32)
    lines = fit_lines(values, coarse, 1, FLAT)
    whole = enlarged(lines, light, slice(0, 50), 50)
    for rows in (slice(0, 11), slice(11, 40), slice(40, 50)):
        np.testing.assert_allclose(enlarged(lines, light[rows], rows, 50), whole[rows], atol=1e-5)


@pytest.mark.parametrize("cells", [(1, 1), (1, 9), (8, 1), (2, 2)])
def test_few_cells(cells):
    values = np.full((*cells, 2), 7, np.float32)
    light = np.full((5, 40), 0.3, np.float32)
    full = enlarged(fit_lines(values, np.full(cells, 0.3, np.float32), 1, FLAT), light, slice(0, 5), 5)
    np.testing.assert_allclose(full, 7, atol=1e-4)


def test_what_lies_on_the_wrong_side_of_an_edge_is_outvoted():
    light = np.full((20, 30), 0.2, np.float32)
    light[:, 15:] = 0.8
    values = np.zeros((20, 30, 1), np.float32)
    values[:, 13:] = 10  # two cells too early
    moved = aligned(values, light, 5, 3.0, 0.05)
    assert moved[10, 14, 0] < 5 < moved[10, 15, 0]
    np.testing.assert_allclose(moved[:, 15:], 10, atol=1e-3)
    np.testing.assert_allclose(moved[:, :8], 0, atol=1e-3)


def test_a_constant_map_stays():
    light = np.random.default_rng(0).random((3, 40), np.float32)
    np.testing.assert_allclose(aligned(np.full((3, 40, 2), 4, np.float32), light, 5, 3.0, 0.05), 4, rtol=1e-5)
