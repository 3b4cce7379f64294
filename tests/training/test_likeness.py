"""A network that knows faces tells a generator how far it is from the true one."""

import numpy as np
import pytest
import torch

from restoration.errors import PictureError
from restoration.networks.face_likeness import FaceLikeness
from restoration.training.face_descriptors import DescribedFaces, between, write_descriptors
from restoration.training.likeness import likeness_loss


def test_pictures_between_what_is_seen_and_what_is_true():
    pair = np.concatenate([np.full((4, 4, 3), 10, np.uint8), np.full((4, 4, 3), 110, np.uint8)], axis=2)
    assert [int(between(pair, share)[0, 0, 0]) for share in (0.0, 0.5, 1.0)] == [10, 60, 110]


def test_the_true_face_is_no_way_off_and_a_farther_one_is_farther():
    torch.manual_seed(2)
    judge = FaceLikeness().eval()
    true = torch.rand(2, 3, 64, 64) * 2 - 1
    near, far = true + 0.05 * torch.randn_like(true), true + 0.5 * torch.randn_like(true)
    losses = [float(likeness_loss(judge, face, true)) for face in (true, near, far)]
    assert losses[0] == 0
    assert losses[0] < losses[1] < losses[2]


def test_it_has_a_slope_for_the_face_and_none_for_the_judge():
    judge = FaceLikeness().eval().requires_grad_(False)
    face = torch.rand(1, 3, 64, 64).requires_grad_()
    likeness_loss(judge, face, torch.rand(1, 3, 64, 64)).backward()
    assert face.grad is not None
    assert face.grad.abs().max() > 0
    assert all(parameter.grad is None for parameter in judge.parameters())


def test_described_faces_come_with_the_descriptor_of_what_is_shown(tmp_path):
    from skimage.data import astronaut

    from restoration.faces import align_face, find_faces, warp_face

    picture = np.ascontiguousarray(astronaut())
    clean = np.clip(warp_face(picture, align_face(picture, find_faces(picture)[0], 256), 256), 0, 255).astype(np.uint8)
    seen = np.clip(clean.astype(int) + np.random.default_rng(0).normal(0, 40, clean.shape), 0, 255).astype(np.uint8)
    np.save(tmp_path / "portrait_0.npy", np.concatenate([seen, clean], axis=2))
    write_descriptors(tmp_path, workers=1)
    data = DescribedFaces(tmp_path)
    rng = np.random.default_rng(1)
    faces, told = data.batch(40, rng)
    assert faces.shape == (40, 3, 256, 256)
    true = data.descriptors[0, 2]
    assert np.linalg.norm(true) == pytest.approx(1.4, abs=0.15)
    far, half, none = (np.linalg.norm(one - true) for one in data.descriptors[0])
    assert far > half > none == 0
    grain = faces.astype(float).std(axis=(1, 2, 3))
    assert np.corrcoef(grain, np.linalg.norm(told - true, axis=1))[0, 1] > 0.8  # each with its own


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(PictureError, match="train face-pairs"):
        write_descriptors(tmp_path)
    with pytest.raises(PictureError, match="train face-descriptors"):
        DescribedFaces(tmp_path)
