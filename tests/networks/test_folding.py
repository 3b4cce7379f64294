"""Folded norms change nothing but the time."""

import copy

import torch
from torch import nn

from restoration.networks.folding import fold_norms
from restoration.networks.scratch_detector import ScratchDetector
from restoration.weights.registry import COMPACT_DETECTOR, load_bundled


def test_the_detector_says_the_same_without_its_norms():
    network = ScratchDetector.from_state_dict(load_bundled(COMPACT_DETECTOR)["scratch_detector"]).eval()
    folded = fold_norms(copy.deepcopy(network))
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    picture = torch.rand(1, 1, 96, 128, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(folded(picture), network(picture), rtol=0, atol=1e-4)


def test_a_norm_that_follows_no_convolution_stays():
    layers = nn.Sequential(nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 1), nn.ReLU(), nn.BatchNorm2d(4)))
    assert sum(isinstance(module, nn.BatchNorm2d) for module in fold_norms(layers).modules()) == 2
