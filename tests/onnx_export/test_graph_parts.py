"""What is written anew for graphs, against what the program computes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from restoration.networks.compact_mapping import CompactNonLocal
from restoration.networks.fill import fill_holes
from restoration.networks.tone import THUMBNAIL, tone_levels
from restoration.onnx_export.attention import GraphNonLocal
from restoration.onnx_export.filling import fill_smoothly
from restoration.onnx_export.references import planes
from restoration.onnx_export.sizes import area_weights, mirrored_up
from restoration.onnx_export.sparing import spared
from restoration.onnx_export.toning import levels_of
from restoration.tiling import pad_to_multiple


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("height", "width"), [(64, 80), (65, 79), (96, 17), (31, 16)])
def test_edges_are_mirrored_as_the_program_mirrors_them(height, width):
    picture = noise(height, width, 3).numpy()
    expected = pad_to_multiple(picture, 16)
    found = mirrored_up(torch.from_numpy(planes(picture)), 16)
    assert np.array_equal(found.numpy(), planes(expected))


@pytest.mark.parametrize(("height", "width"), [(64, 64), (65, 200), (479, 333)])
def test_the_thumbnail_is_opencvs(height, width):
    picture = noise(height, width, 3)
    expected = cv2.resize(picture.numpy(), (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    x = torch.from_numpy(planes(picture.numpy()))
    found = area_weights(height, THUMBNAIL, x) @ x @ area_weights(width, THUMBNAIL, x).T
    assert np.abs(found.numpy() - planes(expected)).max() < 1e-5


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (2, 2), (33, 64), (127, 50)])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.97, 1.0])
def test_holes_are_filled_as_the_program_fills_them(height, width, share):
    picture = noise(1, 3, height, width) * 2 - 1
    hole = (noise(1, 1, height, width, seed=1) < share).float()
    found = fill_smoothly(picture, hole)
    assert (found - fill_holes(picture, hole)).abs().max() < 1e-6


def test_levels_are_the_programs_to_the_bit(pictures):
    for picture, _ in pictures:
        found = levels_of(torch.from_numpy(planes(picture)))
        assert np.array_equal(found[0].numpy(), tone_levels(picture))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_attention_takes_the_same_from_the_same_places(share):
    torch.manual_seed(0)
    block = CompactNonLocal(8, inner=4).eval()
    for parameter in block.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x, keep = noise(1, 8, 13, 17), (noise(1, 1, 13, 17, seed=2) >= share).float()
    with torch.no_grad():
        assert (GraphNonLocal(block)(x, keep) - block(x, keep)).abs().max() < 1e-5


@pytest.mark.parametrize(("height", "width"), [(64, 64), (120, 97), (352, 64)])
@pytest.mark.parametrize("strength", [0.0, 0.006, 0.2])
def test_as_much_is_taken_back_as_the_program_takes_back(references, pictures, height, width, strength):
    """352 rows: the middle has 264 of them, so the last strip is lower than a block."""
    picture = cv2.resize(pictures[0][0], (width, height), interpolation=cv2.INTER_AREA)
    rng = np.random.default_rng(0)
    mask = rng.random((height, width)) < 0.02
    restorer = references.models.restorer
    grid = torch.eye(3, 4).view(1, 12, 1, 1, 1).expand(1, 12, 8, 8, 8)
    toned = picture  # what a grid that changes nothing gives
    restored = np.clip(toned + strength * rng.standard_normal(toned.shape), 0, 1).astype(np.float32)
    share = restorer._detail_share(picture, grid, restored, ~mask)
    expected = np.where(mask[..., None], restored, toned + np.float32(share) * (restored - toned))
    found = spared(*(torch.from_numpy(planes(each)) for each in (toned, restored, mask)))
    assert np.abs(found.numpy() - planes(expected)).max() < 1e-5
