"""Faces as layers: found, numbered, in their place, and soft at the edge."""

import numpy as np
import pytest

from restoration.photo import Photo
from restoration.stages.faces import face_layers
from restoration.stages.pixels import to_picture


class Brightener:
    """A face network whose work can be seen: every pixel half way to white."""

    size = 256
    batch = 2
    worth_changing = 0.01
    keeps_tone = False

    def enhance(self, faces):
        assert faces.shape[1:] == (256, 256, 3)
        assert len(faces) <= self.batch
        return (faces + 1) / 2


@pytest.fixture(scope="module")
def two_faces():
    from skimage.data import astronaut

    portrait = astronaut()[:256, 96:352]
    return np.concatenate([portrait, portrait], axis=1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_one_layer_a_face_in_reading_order_at_its_place(two_faces, dtype):
    photo = Photo(two_faces.astype(dtype) * (257 if dtype == np.uint16 else 1))
    told = []
    layers = list(
        face_layers(photo, to_picture(photo), to_picture(photo), Brightener(), 0.5, (1000, 2000), told.append)
    )
    assert [layer.name for layer in layers] == ["Face 1", "Face 2"]
    first, second = layers
    assert first.x < second.x
    assert abs((second.x - first.x) - 256) <= 3
    assert first.y > 2000
    for layer in layers:
        assert layer.pixels.dtype == dtype
        assert layer.opacity == 0.5
        assert layer.alpha.max() == np.iinfo(dtype).max
        assert layer.alpha[0].max() < np.iinfo(dtype).max * 0.2
    assert told[0] == 0
    assert told[-1] == 1


def test_a_face_that_restoring_blurred_is_still_found_in_the_original(two_faces):
    photo = Photo(np.ascontiguousarray(two_faces[:, :256]))
    blurred = np.full(photo.pixels.shape, 0.5, np.float32)
    layers = list(face_layers(photo, to_picture(photo), blurred, Brightener(), 1, (0, 0), lambda _: None))
    assert [layer.name for layer in layers] == ["Face 1"]


def test_a_picture_without_faces_gives_no_layer():
    from skimage.data import coffee

    photo = Photo(np.ascontiguousarray(coffee()[:200, :300]))
    assert list(face_layers(photo, to_picture(photo), to_picture(photo), Brightener(), 1, (0, 0), lambda _: None)) == []


def test_where_the_detector_is_unsure_nothing_is_drawn_and_the_first_note_says_so():
    from skimage.data import astronaut

    # The patches on the suit look a little like a face to the detector.
    photo = Photo(np.ascontiguousarray(astronaut()))
    picture = to_picture(photo)
    told = []
    (layer,) = face_layers(photo, picture, picture, Brightener(), 1, (0, 0), lambda _: None, told.append)
    assert told == ["1 place may be a face, but not surely: nothing was drawn there."]
    assert layer.note == told[0]
    assert layer.y + layer.height < 300


def test_a_tilted_face_is_drawn_with_a_tilted_mask(two_faces):
    import cv2

    upright = np.ascontiguousarray(two_faces[:, :256])
    matrix = cv2.getRotationMatrix2D((127.5, 127.5), -40, 1)
    photo = Photo(cv2.warpAffine(upright, matrix, (256, 256), borderMode=cv2.BORDER_REPLICATE))
    picture = to_picture(photo)
    (layer,) = face_layers(photo, picture, picture, Brightener(), 1, (0, 0), lambda _: None)
    rows, columns = np.nonzero(layer.alpha)
    longest = np.linalg.eigh(np.cov(columns, rows))[1][:, 1]
    # A face is longer than wide: its long axis, 50 degrees from the horizontal, leans to the right at the top.
    assert np.degrees(np.arctan2(longest[1], longest[0])) % 180 == pytest.approx(130, abs=12)
    assert layer.note == ""


@pytest.mark.parametrize("cut", [20, 60, 100])
def test_a_face_cut_by_the_border_leaves_no_layer_outside_it(two_faces, cut):
    photo = Photo(np.ascontiguousarray(two_faces[:, cut:256]))
    picture = to_picture(photo)
    for layer in face_layers(photo, picture, picture, Brightener(), 1, (0, 0), lambda _: None):
        assert layer.x >= 0
        assert layer.x + layer.width <= photo.width


class Leaver(Brightener):
    """A face network that finds the faces good, but for the first."""

    def enhance(self, faces):
        out = faces + 0.005
        out[0] = super().enhance(faces[:1])[0]
        return out


def test_a_face_that_needs_nothing_is_left_as_it_is_and_that_is_said(two_faces):
    photo = Photo(two_faces)
    said = []
    picture = to_picture(photo)
    layers = list(face_layers(photo, picture, picture, Leaver(), 1, (0, 0), lambda _: None, said.append))
    assert [layer.name for layer in layers] == ["Face 1"]
    assert said == ["1 of 2 faces need nothing: they were left as they are."]
