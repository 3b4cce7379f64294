"""The three ways of sampling, on numbers that can be checked by hand, and against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest

from restoration.faces.sampling import Bounds, sample_bicubic, sample_bilinear, sample_nearest


def _shift(x: float, y: float) -> np.ndarray:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


# Numbers that put no position exactly half way between two pixels, where rounding noise would decide.
TURNED = np.array([[0.7123, -0.4017, 11.3], [0.4017, 0.7123, -5.61], [0.0, 0.0, 1.0]])


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(3, 250, (23, 31, 3), dtype=np.uint8)


def test_bilinear_half_way_between_two_pixels_is_their_mean() -> None:
    image = np.array([[[10.0], [30.0]]])
    out = sample_bilinear(image, _shift(0.5, 0), Bounds(-1, 0, 3, 1))
    assert out[0, :, 0].tolist() == [5.0, 20.0, 15.0]  # outside counts as 0


def test_nearest_takes_halves_upwards_and_0_outside() -> None:
    image = np.array([[1, 2]], np.uint8)
    assert sample_nearest(image, _shift(0.5, 0), Bounds(-2, 0, 4, 1)).tolist() == [[0, 1, 2, 0]]


def test_bicubic_half_way_has_the_catmull_rom_weights() -> None:
    image = np.array([[[16.0], [0.0], [0.0], [0.0]]])
    taps = [sample_bicubic(np.roll(image, k, axis=1), _shift(1.5, 0), Bounds(0, 0, 1, 1))[0, 0, 0] for k in range(4)]
    assert taps == [-1.0, 9.0, 9.0, -1.0]


@pytest.mark.parametrize("sample", [sample_bilinear, sample_bicubic])
def test_the_identity_gives_the_image(sample, picture: np.ndarray) -> None:
    assert np.array_equal(sample(picture, np.eye(3), Bounds(0, 0, 31, 23)), picture)


@pytest.mark.parametrize("sample", [sample_bilinear, sample_bicubic])
def test_a_part_is_the_same_as_that_part_of_the_whole(sample, picture: np.ndarray, monkeypatch) -> None:
    whole = sample(picture, TURNED, Bounds(-5, -9, 60, 50))
    monkeypatch.setattr("restoration.faces.sampling._STRIP_PIXELS", 37)
    part = sample(picture, TURNED, Bounds(2, 4, 20, 17))
    assert np.array_equal(part, whole[13:30, 7:27])


@pytest.mark.parametrize(("sample", "order"), [(sample_bilinear, 1), (sample_bicubic, 3)])
def test_equals_scikit_image(sample, order: int, picture: np.ndarray) -> None:
    transform = pytest.importorskip("skimage.transform")
    theirs = transform.warp(
        picture.astype(float), TURNED, output_shape=(40, 50), order=order, preserve_range=True, clip=False
    )
    assert np.abs(sample(picture, TURNED, Bounds(0, 0, 50, 40)) - theirs).max() < 1e-3


def test_nearest_equals_scikit_image(picture: np.ndarray) -> None:
    transform = pytest.importorskip("skimage.transform")
    grey = picture[..., 0]
    theirs = transform.warp(grey, TURNED, output_shape=(40, 50), order=0, preserve_range=True)
    assert (sample_nearest(grey, TURNED, Bounds(0, 0, 50, 40)) != theirs).sum() == 0


def test_far_outside_is_zero(picture: np.ndarray) -> None:
    far = _shift(1e6, -1e6)
    for sample in (sample_bilinear, sample_bicubic):
        assert not sample(picture, far, Bounds(0, 0, 5, 4)).any()
    assert not sample_nearest(picture[..., 0], far, Bounds(0, 0, 5, 4)).any()
