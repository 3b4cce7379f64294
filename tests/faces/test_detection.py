"""Faces are found where they are, small ones too, once each, in reading order."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from restoration.faces.detection import FaceBox, find_faces, merge_overlapping, reading_order


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    return data.astronaut()


def _middle(box: FaceBox) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def test_finds_the_astronaut(astronaut: np.ndarray) -> None:
    (box,) = find_faces(astronaut)
    assert np.abs(np.array((box.left, box.top, box.right, box.bottom)) - (179, 83, 267, 171)).max() <= 6
    assert box.score > 1
    assert box.width == box.right - box.left
    assert box.height == box.bottom - box.top


def test_the_second_look_finds_a_face_of_45_pixels(astronaut: np.ndarray) -> None:
    small = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    assert find_faces(small, small_faces=False) == []
    (box,) = find_faces(small)
    assert np.abs(np.array(_middle(box)) - (111, 63)).max() <= 4


def test_a_large_picture_is_reduced_and_the_box_is_in_its_own_pixels(astronaut: np.ndarray) -> None:
    large = np.zeros((2600, 2600, 3), np.uint8)
    large[1000:2024, 800:1824] = cv2.resize(astronaut, (1024, 1024), interpolation=cv2.INTER_CUBIC)
    box = max(find_faces(large), key=lambda b: b.score)
    assert np.abs(np.array(_middle(box)) - (800 + 446, 1000 + 254)).max() <= 20
    assert 150 < box.width < 220


def test_arrays_with_strides_are_read_right(astronaut: np.ndarray) -> None:
    (box,) = find_faces(astronaut[:, ::-1])
    assert abs(_middle(box)[0] - (512 - 223)) <= 6


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 500, 3), (0, 10, 3), (64, 64, 3)])
def test_nothing_is_found_in_nothing(shape: tuple[int, int, int]) -> None:
    assert find_faces(np.full(shape, 90, np.uint8)) == []


@pytest.mark.parametrize("image", [np.zeros((40, 40), np.uint8), np.zeros((40, 40, 3), np.uint16)])
def test_other_arrays_are_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError):
        find_faces(image)


def test_of_overlapping_boxes_the_first_stays() -> None:
    first, other = FaceBox(0, 0, 100, 100, 0.2), FaceBox(300, 0, 400, 100, 0.1)
    inside, shifted, touching = (
        FaceBox(20, 20, 60, 60, 2.0),
        FaceBox(50, 0, 150, 100, 2.0),
        FaceBox(90, 0, 190, 100, 2.0),
    )
    assert merge_overlapping([first, inside, other, shifted, touching]) == [first, other, touching]


def test_reading_order_goes_by_rows() -> None:
    def at(x: int, y: int) -> FaceBox:
        return FaceBox(x, y, x + 100, y + 100, 1.0)

    # Two rows, each a little crooked, the rightmost face the highest.
    expected = [at(0, 40), at(200, 20), at(400, 0), at(100, 230), at(300, 200)]
    assert reading_order(reversed(expected)) == expected
    assert reading_order([]) == []
