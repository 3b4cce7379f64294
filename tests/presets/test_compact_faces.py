"""Faces of the compact preset: many at a time, in [0, 1], short of memory in one sentence."""

import numpy as np
import pytest
import torch

from restoration.device import choose_compute
from restoration.errors import MemoryShortError
from restoration.networks.compact_face import SIDE, CompactFaceGenerator
from restoration.presets.compact_faces import CompactFaceEnhancer


@pytest.fixture
def enhancer():
    torch.manual_seed(0)
    network = CompactFaceGenerator((8, 8, 8, 8))
    torch.nn.init.normal_(network.leave[1].weight, std=0.5)  # what it draws leaves the range of a picture
    return CompactFaceEnhancer(network.eval(), choose_compute("cpu"))


def test_each_of_many_faces_is_drawn_as_it_would_be_alone(enhancer):
    faces = np.random.default_rng(0).random((3, SIDE, SIDE, 3)).astype(np.float32)
    drawn = enhancer.enhance(faces)
    assert drawn.shape == faces.shape
    assert drawn.dtype == np.float32
    assert drawn.min() == 0
    assert drawn.max() == 1
    for face, alone in zip(drawn, faces, strict=True):
        np.testing.assert_allclose(enhancer.enhance(alone[None])[0], face, atol=1e-3)


def test_out_of_memory_is_one_sentence(enhancer):
    def refuse(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")

    enhancer.network.register_forward_pre_hook(refuse)
    with pytest.raises(MemoryShortError, match="not enough memory"):
        enhancer.enhance(np.zeros((1, SIDE, SIDE, 3), np.float32))
