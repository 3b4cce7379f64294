"""Faces are found at any size of the scan, at the same place."""

import cv2
import numpy as np

from restoration.faces import template
from restoration.faces.features import without_features
from restoration.stages import face_features
from restoration.stages.face_features import faces_of_photo, likely_faces


def portrait(factor):
    from skimage.data import astronaut

    part = astronaut()[:256, 96:352].astype(np.float32) / 255
    return np.clip(cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), 0, 1)


def affines(picture):
    return likely_faces(picture, faces_of_photo(picture))


def test_the_place_does_not_depend_on_the_size(monkeypatch):
    monkeypatch.setattr(face_features, "LONGEST_SIDE", 512)
    (small,), (large,) = affines(portrait(2)), affines(portrait(6))
    eyes = np.c_[template(256)[:2], [1, 1]].T
    first, second = ((affine @ eyes)[:2] + 0.5 for affine in (small, large))
    np.testing.assert_allclose(second / 6, first / 2, atol=1.5)


def test_an_eye_that_was_taken_for_damage_is_given_back():
    picture = portrait(2)
    (affine,) = affines(picture)
    marked = np.zeros(picture.shape[:2], bool)
    x, y, _ = (affine @ (*template(256)[0], 1)).astype(int)
    marked[y - 8 : y + 8, x - 14 : x + 14] = True
    assert not without_features(marked, picture, [affine]).any()


def test_no_face_no_place():
    assert affines(np.full((80, 100, 3), 0.5, np.float32)) == ()
