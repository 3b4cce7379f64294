"""The mask follows the face: whole on its features, nothing in the corners, soft in between, tilted with it."""

from __future__ import annotations

import numpy as np
import pytest

from restoration.faces.face_mask import face_mask
from restoration.faces.geometry import template
from restoration.faces.sampling import Bounds


def _affine(scale: float, degrees: float, x: float = 500, y: float = 500) -> np.ndarray:
    """The middle of the crop of 256 lies at (x, y)."""
    c, s = scale * np.cos(np.radians(degrees)), scale * np.sin(np.radians(degrees))
    matrix = np.array([[c, -s, x], [s, c, y], [0, 0, 1]])
    matrix[:2, 2] -= matrix[:2, :2] @ (127.5, 127.5)
    return matrix


def _at(mask: np.ndarray, affine: np.ndarray, points: list[tuple[float, float]]) -> np.ndarray:
    places = np.rint(affine @ np.column_stack([points, np.ones(len(points))]).T).astype(int)
    return mask[places[1], places[0]]


WHOLE = Bounds(0, 0, 1000, 1000)


@pytest.mark.parametrize("degrees", [0, 30, -45])
def test_1_on_the_features_and_0_at_the_corners(degrees: float) -> None:
    affine = _affine(1.5, degrees)
    mask = face_mask(affine, 256, WHOLE)
    glasses, brow = [(50, 112), (206, 112)], [(128, 60)]
    assert (_at(mask, affine, [*map(tuple, template(256)), *glasses, *brow]) == 1).all()
    edges = [(0, 0), (255, 0), (0, 255), (255, 255), (2, 128), (253, 128), (128, 2), (128, 255), (30, 30), (226, 230)]
    assert (_at(mask, affine, edges) == 0).all()
    assert (mask > 0).mean() < 0.85 * (256 * 1.5 / 1000) ** 2


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
def test_the_border_is_as_soft_as_the_face_is_large(scale: float) -> None:
    mask = face_mask(_affine(scale, 20), 256, WHOLE)
    assert mask.max() == 1
    steepest = max(np.abs(np.diff(mask, axis=axis)).max() for axis in (0, 1))
    assert steepest < 16 / (256 * scale)


def test_a_crop_of_512_has_the_same_mask() -> None:
    affine = _affine(1.5, 10)
    double = affine @ np.diag([0.5, 0.5, 1.0])
    assert np.abs(face_mask(affine, 256, WHOLE) - face_mask(double, 512, WHOLE)).max() < 1e-5


def test_a_part_equals_the_same_part_of_the_whole() -> None:
    affine = _affine(1.2, -15)
    part = Bounds(400, 350, 90, 120)
    assert np.array_equal(face_mask(affine, 256, part), face_mask(affine, 256, WHOLE)[350:470, 400:490])
