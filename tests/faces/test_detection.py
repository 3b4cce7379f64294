"""Faces are found where they are: small, large, tilted, at the border, once each, and doubtful ones apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from restoration.faces import detection
from restoration.faces.boxes import FaceBox
from restoration.faces.detection import Found, find_faces, merge_found, search_faces


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


def _turned(picture: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned clockwise about its middle, and the 2×3 matrix of its points."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), matrix


@pytest.mark.parametrize("side", [26, 30, 44])
def test_small_faces_are_found(astronaut: np.ndarray, side: int) -> None:
    length = round(512 * side / 88)
    small = cv2.resize(astronaut, (length, length), interpolation=cv2.INTER_AREA)
    assert find_faces(small, thorough=False) == []
    (box,) = find_faces(small)
    assert np.abs(np.array(_middle(box)) - np.array((223, 127)) * side / 88).max() <= 0.1 * side
    assert 0.7 < box.width / side < 1.3


@pytest.mark.parametrize("degrees", [-50, -30, -15, 15, 30, 50])
def test_tilted_faces_are_found_once(astronaut: np.ndarray, degrees: float) -> None:
    picture, matrix = _turned(astronaut, degrees)
    (box,) = find_faces(picture[:300])  # without the patches on the suit, in which the detector sees a little of a face
    assert np.abs(np.array(_middle(box)) - matrix @ (223, 127, 1)).max() <= 12
    assert abs(degrees - box.angle) < 30


def test_a_face_that_only_a_turned_look_sees_carries_its_tilt(astronaut: np.ndarray) -> None:
    picture, _ = _turned(astronaut, 50)
    assert find_faces(picture, thorough=False) == []
    (box,) = find_faces(picture)
    assert box.angle == 30


def test_large_small_and_tilted_faces_of_one_group(astronaut: np.ndarray) -> None:
    group = np.full((700, 1100, 3), 110, np.uint8)
    places = []
    for column, (side, degrees) in enumerate([(180, 0), (60, 40), (30, 0), (90, -40)]):
        scale = side / 88
        portrait = cv2.resize(_turned(astronaut[25:235, 118:328], degrees)[0], None, fx=scale, fy=scale)
        x, y = (20, 480, 660, 780)[column], 200
        group[y : y + portrait.shape[0], x : x + portrait.shape[1]] = portrait
        places.append((x + 104 * scale, y + 104 * scale, side))
    boxes = sorted(find_faces(group), key=lambda b: b.left)
    assert len(boxes) == 4
    for box, (x, y, side) in zip(boxes, places, strict=True):
        assert np.hypot(*(np.array(_middle(box)) - (x, y))) < 0.2 * side


def test_a_face_half_outside_is_found_or_not_but_never_breaks(astronaut: np.ndarray) -> None:
    found = [len(find_faces(np.ascontiguousarray(astronaut[:, left:]))) for left in (179, 200, 223, 245)]
    assert found[0] == 1  # cut beside the ear
    assert max(found) == 1


def test_a_low_score_is_doubtful_and_no_face(astronaut: np.ndarray) -> None:
    # The patches on the suit look a little like a face to the detector.
    found = search_faces(astronaut)
    assert len(found.faces) == 1
    assert all(box.score < 0.15 for box in found.doubtful)
    assert len(found.doubtful) == 1


def test_in_a_reduced_picture_a_low_score_of_the_first_look_needs_a_witness() -> None:
    strict = (0.15, 0.15, 0.3, 0.3)
    low, agreeing, against = FaceBox(0, 0, 90, 90, 0.1), FaceBox(2, 0, 92, 90, 0.05), FaceBox(2, 0, 92, 90, -0.1)
    assert detection._weigh([[low], [agreeing], [], []], strict) == Found([low], [])
    assert detection._weigh([[low], [against], [], []], strict) == Found([], [low])
    assert detection._weigh([[low], [], [], []], strict) == Found([], [low])
    assert detection._weigh([[low], [], [], []]) == Found([low], [])
    assert detection._weigh([[FaceBox(0, 0, 90, 90, 0.2)], [], [], []], strict).doubtful == []


def test_two_searches_give_one_box_a_face_and_sure_beats_doubtful() -> None:
    face, again, other = FaceBox(0, 0, 90, 90, 1.0), FaceBox(5, 0, 95, 90, 2.0), FaceBox(300, 0, 390, 90, 0.5)
    doubt, elsewhere = FaceBox(302, 4, 388, 90, 0.1), FaceBox(600, 0, 690, 90, 0.05)
    merged = merge_found(Found([face], [doubt, elsewhere]), Found([again, other], [elsewhere]))
    assert merged == Found([face, other], [elsewhere])


def test_a_panorama_wider_than_opencv_takes() -> None:
    assert find_faces(np.full((90, 33000, 3), 90, np.uint8)) == []


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
