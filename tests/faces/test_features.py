"""Marks on a face: its own features are none, what crosses them is damage."""

import cv2
import numpy as np
import pytest

from restoration.faces.features import without_features
from restoration.faces.geometry import template

#: A face of twice the crop's size, at (40, 30), tilted by 20 degrees.
TURN = np.radians(20)
AFFINE = np.array(
    [[2 * np.cos(TURN), -2 * np.sin(TURN), 240], [2 * np.sin(TURN), 2 * np.cos(TURN), 30], [0, 0, 1]], float
)

#: Marked places are darker than their surroundings.
LIGHT = np.full((800, 800, 3), 0.7, np.float32)


def darkened(marked):
    return np.where(marked[..., None], np.float32(0.2), LIGHT)


def at(point):
    x, y, _ = AFFINE @ (*point, 1)
    return round(x), round(y)


def blot(point, radius=12):
    marked = np.zeros((800, 800), bool)
    x, y = at(point)
    marked[y - radius : y + radius, x - radius : x + radius] = True
    return marked


@pytest.mark.parametrize("point", [*template(256)[[0, 1, 3, 4]], (128, 158)], ids=list("LRlrn"))
def test_a_mark_on_a_feature_alone_is_not_believed(point):
    marked = blot(point)
    assert not without_features(marked, darkened(marked), [AFFINE]).any()


@pytest.mark.parametrize("point", [(128, 60), (60, 160), (128, 235)], ids=["forehead", "cheek", "chin"])
def test_a_mark_on_the_skin_is(point):
    marked = blot(point)
    assert without_features(marked, darkened(marked), [AFFINE]) is marked


def test_a_scratch_across_an_eye_stays_and_the_other_eye_goes():
    marked = np.zeros((800, 800), bool)
    x, _ = at(template(256)[0])
    marked[20:700, x - 2 : x + 3] = True
    both = marked | blot(template(256)[1])
    np.testing.assert_array_equal(without_features(both, darkened(both), [AFFINE]), marked)


def test_glasses_are_a_feature_and_a_crease_across_the_whole_face_is_none():
    (left, top), (right, bottom) = at((70, 110)), at((190, 110))
    marked = np.zeros((800, 800), np.uint8)
    cv2.line(marked, (left, top), (right, bottom), 1, 4)
    assert not without_features(marked > 0, darkened(marked > 0), [AFFINE]).any()
    (left, top), (right, bottom) = at((-100, 110)), at((350, 110))
    cv2.line(marked, (left, top), (right, bottom), 1, 4)
    crease = marked > 0
    assert without_features(crease, darkened(crease), [AFFINE]) is crease


def test_a_light_crack_that_ends_between_the_eyes_stays():
    marked = blot(template(256)[0])
    picture = np.where(marked[..., None], np.float32(0.95), LIGHT)
    assert without_features(marked, picture, [AFFINE]) is marked


def test_the_found_marks_themselves_are_left_alone():
    marked = blot(template(256)[0])
    before = marked.copy()
    without_features(marked, darkened(marked), [AFFINE])
    np.testing.assert_array_equal(marked, before)


@pytest.mark.parametrize("shift", [(-330, -300), (500, 500), (2000, 0)])
def test_a_face_that_leaves_the_picture_is_no_trouble(shift):
    moved = AFFINE.copy()
    moved[:2, 2] += shift
    marked = np.ones((800, 800), bool)
    assert without_features(marked, LIGHT, [moved]).all()
