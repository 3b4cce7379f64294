"""Faces as layers: found, numbered, in their place, and soft at the edge."""

import numpy as np
import pytest

from restoration.photo import Photo
from restoration.stages.faces import face_layers
from restoration.stages.pixels import to_picture


class Brightener:
    """A face network whose work can be seen: every pixel half way to white."""

    size = 256

    def enhance(self, face):
        assert face.shape == (256, 256, 3)
        return (face + 1) / 2


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
