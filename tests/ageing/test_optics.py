"""Optics: blur by a known amount, and nothing of the mean lost."""

import numpy as np
import pytest

from restoration.ageing.optics import coarsen, defocus, shake, sharpen, soften


def point() -> np.ndarray:
    image = np.zeros((41, 41, 3), np.float32)
    image[20, 20] = 1
    return image


@pytest.mark.parametrize(
    "blur", [lambda image: soften(image, 2.0), lambda image: defocus(image, 4.0), lambda image: shake(image, 8.0, 0.0)]
)
def test_blur_spreads_light_and_loses_none(blur):
    out = blur(point())
    assert out.sum() == pytest.approx(3, rel=1e-3)
    assert out.max() < 0.3


def test_motion_runs_along_its_angle():
    across = shake(point(), 10.0, 0.0)[..., 0]
    assert (across.max(axis=0) > 0.01).sum() > 2 * (across.max(axis=1) > 0.01).sum()


def test_gaussian_blur_has_its_sigma():
    axis = np.arange(41) - 20
    assert np.sqrt((soften(point(), 2.0)[..., 0].sum(axis=0) * axis**2).sum()) == pytest.approx(2, rel=0.05)


def test_a_coarse_scan_loses_a_fine_pattern_and_keeps_its_mean():
    stripes = np.zeros((60, 60, 3), np.float32)
    stripes[:, ::2] = 1
    out = coarsen(stripes, 2.5, np.random.default_rng(0))
    assert out.std() < stripes.std() / 2
    assert out.mean() == pytest.approx(0.5, abs=0.02)


def test_sharpening_steepens_an_edge_and_leaves_flat_parts():
    edge = np.full((20, 40, 3), 0.3, np.float32)
    edge[:, 20:] = 0.7
    out = sharpen(edge, 1.0)
    assert out[10, 20, 0] - out[10, 19, 0] > 0.5
    assert np.allclose(out[:, [5, 35]], edge[:, [5, 35]], atol=1e-5)
