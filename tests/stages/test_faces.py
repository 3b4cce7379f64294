"""Faces as layers: found, numbered, in their place, and soft at the edge."""

import cv2
import numpy as np
import pytest

from restoration.device import choose_compute
from restoration.faces import Found
from restoration.photo import Photo
from restoration.presets import load_models
from restoration.settings import FaceSettings
from restoration.stages.face_features import faces_of_photo
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


DEFAULT = FaceSettings()


def drawn(photo, enhancer, settings=DEFAULT, tell=lambda _: None):
    none = Found([], [])
    return list(face_layers(photo, none, to_picture(photo), enhancer, settings, (0, 0), lambda _: None, tell))


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
        face_layers(
            photo,
            Found([], []),
            to_picture(photo),
            Brightener(),
            FaceSettings(strength=0.5),
            (1000, 2000),
            told.append,
        )
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
    known = faces_of_photo(to_picture(photo))
    layers = list(face_layers(photo, known, blurred, Brightener(), FaceSettings(), (0, 0), lambda _: None))
    assert [layer.name for layer in layers] == ["Face 1"]


def test_a_picture_without_faces_gives_no_layer():
    from skimage.data import coffee

    assert drawn(Photo(np.ascontiguousarray(coffee()[:200, :300])), Brightener()) == []


def test_where_the_detector_is_unsure_nothing_is_drawn_and_the_first_note_says_so():
    from skimage.data import astronaut

    # The patches on the suit look a little like a face to the detector.
    photo = Photo(np.ascontiguousarray(astronaut()))
    told = []
    (layer,) = drawn(photo, Brightener(), tell=told.append)
    assert told == ["1 place may be a face, but not surely: nothing was drawn there."]
    assert layer.note == told[0]
    assert layer.y + layer.height < 300


def test_a_tilted_face_is_drawn_with_a_tilted_mask(two_faces):
    upright = np.ascontiguousarray(two_faces[:, :256])
    photo = Photo(turned(upright, -40))
    (layer,) = drawn(photo, Brightener())
    rows, columns = np.nonzero(layer.alpha)
    longest = np.linalg.eigh(np.cov(columns, rows))[1][:, 1]
    # A face is longer than wide: its long axis, 50 degrees from the horizontal, leans to the right at the top.
    assert np.degrees(np.arctan2(longest[1], longest[0])) % 180 == pytest.approx(130, abs=12)
    assert layer.note == ""


def test_the_68_points_place_a_face_nearly_where_the_5_do(two_faces):
    photo = Photo(np.ascontiguousarray(two_faces[:, :256]))
    (five,), (sixty_eight,) = (drawn(photo, Brightener(), FaceSettings(points=points)) for points in ("5", "68"))
    corners = [
        np.array((layer.x, layer.y, layer.x + layer.width, layer.y + layer.height)) for layer in (five, sixty_eight)
    ]
    assert 0 < np.abs(corners[0] - corners[1]).max() <= 12


def test_the_network_finds_a_face_that_the_detector_does_not_see(two_faces):
    covered = np.ascontiguousarray(two_faces[:, :256])
    covered[:, :120] = 40  # half of the face
    photo = Photo(covered)
    names = {
        detector: [layer.name for layer in drawn(photo, Brightener(), FaceSettings(detector=detector))]
        for detector in ("hog", "cnn")
    }
    assert names == {"hog": [], "cnn": ["Face 1"]}


@pytest.mark.parametrize("cut", [20, 60, 100])
def test_a_face_cut_by_the_border_leaves_no_layer_outside_it(two_faces, cut):
    photo = Photo(np.ascontiguousarray(two_faces[:, cut:256]))
    for layer in drawn(photo, Brightener()):
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
    layers = drawn(photo, Leaver(), tell=said.append)
    assert [layer.name for layer in layers] == ["Face 1"]
    assert said == ["1 of 2 faces need nothing: they were left as they are."]


@pytest.fixture(scope="module")
def compact_faces():
    return load_models("compact", choose_compute("cpu")).face_enhancer


def aged(picture):
    """Grain, on which the network has something to do."""
    grain = np.random.default_rng(5).normal(0, 16, picture.shape[:2])
    return Photo(np.clip(picture + grain[..., None], 0, 255).astype(np.uint8))


def turned(picture, degrees, scale=1.0):
    side = round(len(picture) * scale)
    matrix = cv2.getRotationMatrix2D((127.5, 127.5), degrees, scale)
    matrix[:, 2] += (side - 256) / 2
    return cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize(
    "place", ["upright", "500 pixels large", "turned by 30 degrees", "at the border", "half outside", "overlapping"]
)
def test_no_seam_wherever_a_face_is(two_faces, compact_faces, place):
    face = np.ascontiguousarray(two_faces[:, :256])
    overlapping = face.copy()
    overlapping[:, 150:] = face[:, 90:196]  # a second face begins in the middle of the first
    photo = aged(
        {
            "upright": face,
            "500 pixels large": turned(face, 0, 500 / 88),
            "turned by 30 degrees": turned(face, 30),
            "at the border": face[75:, 80:],
            "half outside": face[:, 108:],
            "overlapping": overlapping,
        }[place]
    )
    picture = to_picture(photo)
    layers = drawn(photo, compact_faces)
    assert len(layers) >= (place not in ("half outside", "overlapping"))
    for layer in layers:
        assert layer.x >= 0 and layer.y >= 0
        assert layer.x + layer.width <= photo.width and layer.y + layer.height <= photo.height
        alpha = layer.alpha.astype(np.float32) / 255
        below = picture[layer.y : layer.y + layer.height, layer.x : layer.x + layer.width]
        change = cv2.GaussianBlur((layer.pixels / 255 - below).mean(axis=2) * alpha, (0, 0), 2)
        steps = np.hypot(*np.gradient(change))
        rim = (alpha > 0.02) & (alpha < 0.5)
        # Where the layer fades out, the change that it makes is no steeper than within the face.
        assert np.percentile(steps[rim], 99) <= np.percentile(steps[alpha > 0.9], 99)
        assert np.abs(np.gradient(alpha)).max() < 0.3  # the steepest is where the picture itself ends
