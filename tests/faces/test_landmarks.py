"""Points and alignment on a real face; what happens without the models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from restoration.errors import WeightsError
from restoration.faces import landmarks
from restoration.faces.boxes import FaceBox
from restoration.faces.detection import find_faces
from restoration.faces.geometry import template
from restoration.faces.landmarks import align_face, landmarks5, landmarks68, template_points, three_points

BOX = FaceBox(179, 83, 267, 171, 1.0)


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    return data.astronaut()


@pytest.fixture
def fresh_predictor():
    landmarks._predictor.cache_clear()
    yield
    landmarks._predictor.cache_clear()


def test_three_points_lie_on_the_eyes_and_under_the_nose(astronaut: np.ndarray) -> None:
    points = three_points(landmarks5(astronaut, BOX))
    assert np.abs(points - [(203.5, 102), (246, 104.5), (224, 135)]).max() <= 3


@pytest.mark.parametrize("model", ["5", "68"])
@pytest.mark.parametrize("degrees", [0, 15, 30, -45])
def test_the_points_of_a_tilted_face_are_those_of_the_upright_one_turned(
    astronaut: np.ndarray, degrees: float, model: landmarks.PointModel
) -> None:
    matrix = cv2.getRotationMatrix2D((222.5, 126.5), -degrees, 1)
    tilted = cv2.warpAffine(astronaut, matrix, (512, 512))
    find = {"5": landmarks5, "68": landmarks68}[model]
    upright = find(astronaut, BOX)
    points = find(tilted, replace(BOX, angle=degrees))
    between_eyes = np.linalg.norm(np.subtract(*three_points(landmarks5(astronaut, BOX))[:2]))
    off = np.linalg.norm(points - (upright @ matrix[:, :2].T + matrix[:, 2]), axis=1)
    assert off.mean() < 0.05 * between_eyes


@pytest.mark.parametrize(
    ("side", "degrees"), [(26, 0), (26, 15), (44, 0), (44, 15), (44, 30), (88, 0), (88, 15), (88, 30), (88, -45)]
)
def test_found_and_aligned_a_tilted_face_stands_where_it_is(astronaut: np.ndarray, side: int, degrees: float) -> None:
    matrix = cv2.getRotationMatrix2D((222.5, 126.5), -degrees, 1)
    tilted = cv2.warpAffine(astronaut, matrix, (512, 512))[:300]
    scale = side / 88
    small = cv2.resize(tilted, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    (box,) = find_faces(small)
    affine = align_face(small, box, 256)
    truth = align_face(astronaut, BOX, 256)
    assert np.degrees(np.arctan2(affine[1, 0], affine[0, 0]) - np.arctan2(truth[1, 0], truth[0, 0])) == pytest.approx(
        degrees, abs=5
    )
    eyes = np.column_stack([template(256)[:2], np.ones(2)])
    expected = np.column_stack([eyes @ truth[:2].T, np.ones(2)]) @ matrix.T * scale
    between_eyes = np.linalg.norm(expected[0] - expected[1])
    assert np.linalg.norm(eyes @ affine[:2].T - expected, axis=1).max() < 0.15 * between_eyes


def test_a_small_face_that_lies_beside_the_picture_is_refused(astronaut: np.ndarray) -> None:
    with pytest.raises(ValueError, match="beside"):
        landmarks5(astronaut, FaceBox(900, 900, 930, 930, 1.0))


def test_template_points_are_cut_to_whole_pixels() -> None:
    points = np.zeros((68, 2))
    points[36], points[39], points[42], points[45] = (10, 20), (13, 21), (30, 20), (34, 23)
    points[30], points[48], points[54] = (20, 30), (15, 40), (25, 41)
    assert template_points(points).tolist() == [[11, 20], [32, 21], [20, 30], [15, 40], [25, 41]]


def test_the_free_route_agrees_with_the_published_one(astronaut: np.ndarray) -> None:
    free, published = (align_face(astronaut, BOX, 256, model) for model in ("5", "68"))
    centre = np.array([128, 128, 1])
    scale = np.hypot(*published[:2, 0])
    assert abs(np.hypot(*free[:2, 0]) / scale - 1) < 0.1
    assert np.linalg.norm((free - published) @ centre) / scale < 8
    turn = np.arctan2(free[1, 0], free[0, 0]) - np.arctan2(published[1, 0], published[0, 0])
    assert abs(np.degrees(turn)) < 3


@pytest.mark.parametrize("model", ["5", "68"])
def test_a_crop_of_512_shows_the_same_as_one_of_256(astronaut: np.ndarray, model: landmarks.PointModel) -> None:
    small, large = (align_face(astronaut, BOX, size, model) for size in (256, 512))
    assert np.allclose(large @ (2, 2, 1) @ np.eye(3), small @ (1, 1, 1), atol=1e-3)
    assert np.allclose(large[:, :2] * 2, small[:, :2], atol=1e-4)


def test_arrays_with_strides_are_read_right(astronaut: np.ndarray) -> None:
    flipped = astronaut[:, ::-1]
    assert np.array_equal(
        landmarks5(flipped, FaceBox(246, 83, 334, 171, 1.0)),
        landmarks5(flipped.copy(), FaceBox(246, 83, 334, 171, 1.0)),
    )


def test_68_points_are_68(astronaut: np.ndarray) -> None:
    assert landmarks68(astronaut, BOX).shape == (68, 2)


def test_other_arrays_are_refused() -> None:
    with pytest.raises(ValueError):
        landmarks5(np.zeros((40, 40), np.uint8), BOX)


@pytest.mark.usefixtures("fresh_predictor")
def test_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsError, match="pip install face_recognition_models"):
        landmarks5(np.zeros((200, 200, 3), np.uint8), BOX)


@pytest.mark.usefixtures("fresh_predictor")
def test_missing_or_damaged_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "gesicht-脸"
    folder.mkdir()
    monkeypatch.setattr(landmarks, "model_folder", lambda: folder)
    with pytest.raises(WeightsError, match="cannot be read"):
        landmarks5(np.zeros((200, 200, 3), np.uint8), BOX)
    (folder / "shape_predictor_5_face_landmarks.dat").write_bytes(b"\x01\x02 not a model")
    with pytest.raises(WeightsError, match="damaged"):
        landmarks5(np.zeros((200, 200, 3), np.uint8), BOX)


@pytest.mark.usefixtures("fresh_predictor")
def test_a_folder_with_letters_beyond_ascii(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, astronaut: np.ndarray
) -> None:
    name = "shape_predictor_5_face_landmarks.dat"
    data = (landmarks.model_folder() / name).read_bytes()
    folder = tmp_path / "gesicht-脸"
    folder.mkdir()
    (folder / name).write_bytes(data)
    monkeypatch.setattr(landmarks, "model_folder", lambda: folder)
    assert landmarks5(astronaut, BOX).shape == (5, 2)
