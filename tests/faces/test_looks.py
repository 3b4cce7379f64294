"""A look in tiles sees what a look at once sees, and boxes are in the picture's own pixels."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from restoration.faces import looks
from restoration.faces.looks import canvas_pixels, look, look_at_whole, look_by_network


@pytest.fixture(scope="module")
def grey() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    return cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)


@pytest.mark.parametrize("scale", [0.95, 1.0, 2.0])
def test_the_box_does_not_depend_on_the_scale(grey: np.ndarray, scale: float) -> None:
    box = look(grey, scale, 0.0, 0.5)[0]
    assert np.abs(np.array((box.left, box.top, box.right, box.bottom)) - (179, 83, 267, 171)).max() <= 8


@pytest.mark.parametrize("angle", [-30.0, 0.0, 30.0])
def test_tiles_change_nothing(grey: np.ndarray, angle: float, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = look(grey, 1.5, angle, 0.5)[:1]
    monkeypatch.setattr(looks, "_TILE_SIDE", 500)
    tiled = look(grey, 1.5, angle, 0.5)
    assert tiled
    for box in tiled:
        assert abs(box.left + box.right - whole.left - whole.right) < 0.2 * 2 * whole.width
        assert abs(box.top + box.bottom - whole.top - whole.bottom) < 0.2 * 2 * whole.width
        assert box.angle == angle


@pytest.mark.parametrize("length", [1, 2400, 2401, 6001, 20000])
def test_tiles_cover_a_side_and_overlap(length: int) -> None:
    spans = looks._spans(length, 2400)
    assert spans[0][0] == 0
    assert sum(spans[-1]) == length
    assert all(wide <= 2402 for _, wide in spans)
    for (start, wide), (following, _) in itertools.pairwise(spans):
        assert start + wide - following >= 287


def test_nothing_is_found_in_the_corners_beside_a_turned_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_detect", lambda seen, threshold: [(0, 0, 80, 80, 2.0), (160, 160, 240, 240, 1.0)])
    (box,) = look(np.zeros((300, 300), np.uint8), 1.0, 30.0, 0.0)
    assert box.score == 1.0


def test_the_cost_of_turning() -> None:
    assert canvas_pixels(300, 400, 0) == pytest.approx(120_000)
    assert canvas_pixels(300, 400, 90) == pytest.approx(120_000)
    assert canvas_pixels(100, 100, 45) == pytest.approx(20_000)


def test_the_published_look_in_a_reduced_picture_gives_boxes_of_the_whole(grey: np.ndarray) -> None:
    large = cv2.cvtColor(cv2.resize(grey, (1024, 1024)), cv2.COLOR_GRAY2RGB)
    box = look_at_whole(large, 0.5, 0.5)[0]
    assert abs(box.left - 2 * 179) <= 12
    assert 150 < box.width < 200


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.5])
def test_the_network_gives_boxes_of_the_whole_picture_in_tiles_too(
    grey: np.ndarray, scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_NETWORK_TILE_SIDE", 420)
    boxes = look_by_network(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), scale, 0.5)
    assert boxes
    for box in boxes:
        assert np.abs(np.array((box.left, box.top, box.right, box.bottom)) - (176, 72, 270, 166)).max() <= 25
