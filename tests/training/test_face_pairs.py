"""Aged faces: aligned, aged at the size of a scan, the aim in the tone of what is seen."""

import numpy as np
import pytest
from PIL import Image

from restoration.ageing import Materials
from restoration.errors import PictureError
from restoration.faces import align_face, find_faces, template
from restoration.networks.compact_face import SIDE
from restoration.training.face_pairs import FacePairs, aged_face, aligned_face, in_tone_of, write_face_pairs


@pytest.fixture(scope="module")
def portrait(tmp_path_factory):
    from skimage.data import astronaut

    path = tmp_path_factory.mktemp("portraits") / "astronaut.png"
    Image.fromarray(astronaut()[:256, 96:352]).resize((512, 512)).save(path)
    return path


def test_the_aligned_face_has_its_eyes_where_the_template_has_them(portrait):
    face = aligned_face(portrait)
    assert face.shape == (SIDE, SIDE, 3)
    (box,) = find_faces(face)
    affine = align_face(face, box, SIDE)  # from its own crop to this one: nearly nothing to do
    eyes = np.c_[template(SIDE)[:2], [1, 1]] @ affine.T
    assert np.abs(eyes[:, :2] - template(SIDE)[:2]).max() < 8


def test_no_face_no_crop(tmp_path):
    from skimage.data import coffee

    Image.fromarray(coffee()[:200, :200]).save(tmp_path / "coffee.png")
    assert aligned_face(tmp_path / "coffee.png") is None


def test_the_aim_has_the_tone_of_what_is_seen():
    rng = np.random.default_rng(0)
    clean = rng.random((64, 64, 3)).astype(np.float32)
    seen = clean * np.array([0.5, 0.4, 0.3], np.float32) + 0.25 + rng.normal(0, 0.1, clean.shape).astype(np.float32)
    aim = in_tone_of(clean, seen)
    np.testing.assert_allclose(aim, clean * [0.5, 0.4, 0.3] + 0.25, atol=0.02)


def test_the_same_seed_ages_alike_and_another_does_not(portrait):
    clean = aligned_face(portrait)
    first, again, other = (aged_face(clean, seed, None, Materials()) for seed in (3, 3, 4))
    assert first.shape == (SIDE, SIDE, 6)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_pairs_are_written_once_and_drawn_in_batches(portrait, tmp_path):
    write_face_pairs([portrait], tmp_path, variants=2, workers=1)
    files = sorted(tmp_path.glob("*.npy"))
    assert [file.name for file in files] == ["astronaut_0.npy", "astronaut_1.npy"]
    written = [file.stat().st_mtime_ns for file in files]
    write_face_pairs([portrait], tmp_path, variants=2, workers=1)
    assert [file.stat().st_mtime_ns for file in files] == written
    batch = FacePairs(tmp_path).batch(5, np.random.default_rng(0))
    assert batch.shape == (5, 6, SIDE, SIDE)
    stored = np.load(files[0]).transpose(2, 0, 1)
    assert any(np.array_equal(face, way) for face in batch for way in (stored, stored[..., ::-1]))


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(PictureError, match="face-pairs"):
        FacePairs(tmp_path)
