"""LPIPS and FID: an empty cell says why; with networks (of random weights here) they measure what they should."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from small_data import cat, woman

from restoration.errors import WeightsError
from restoration.evaluation.perception_networks import AlexNetFeatures, FidInception
from restoration.evaluation.perceptual import ALEXNET_FILE, INCEPTION_FILE, Perception, frechet_distance


def test_without_networks_it_says_which_file_is_missing_where(tmp_path):
    perception = Perception(tmp_path)
    perception.add("ours", cat())
    assert perception.lpips(cat(), cat()) is None
    assert perception.fid("ours", "original") is None
    assert str(tmp_path) in perception.missing["lpips"]
    assert ALEXNET_FILE in perception.missing["lpips"]
    assert INCEPTION_FILE in perception.missing["fid"]


def test_a_file_that_is_something_else_is_refused(tmp_path):
    (tmp_path / ALEXNET_FILE).write_bytes(b"not weights")
    with pytest.raises(WeightsError, match="cannot be read as weights"):
        Perception(tmp_path)
    torch.save({"features.0.weight": torch.zeros(1)}, tmp_path / ALEXNET_FILE)
    with pytest.raises(WeightsError, match=r"features\.0\.weight is 1 instead of 64×3×11×11"):
        Perception(tmp_path)


def test_lpips_grows_with_the_damage(tmp_path):
    torch.manual_seed(0)
    torch.save(AlexNetFeatures().state_dict(), tmp_path / ALEXNET_FILE)
    perception = Perception(tmp_path)
    noise = np.random.default_rng(0).normal(0, 1, cat().shape)
    little, much = (np.clip(cat() + sigma * noise, 0, 255).astype(np.uint8) for sigma in (5, 40))
    assert "lpips" not in perception.missing
    assert perception.lpips(cat(), cat()) == 0
    assert 0 < perception.lpips(cat(), little) < perception.lpips(cat(), much)


def test_inception_has_the_published_parameters_and_fid_tells_sets_apart(tmp_path):
    torch.manual_seed(0)
    network = FidInception()
    for parameter in network.parameters():
        if parameter.dim() == 4:  # what torch starts with would fade out over so many layers
            torch.nn.init.kaiming_normal_(parameter)
    assert sum(p.numel() for p in network.parameters()) == 21_785_568  # Inception v3 without head and side branch
    torch.save(network.state_dict(), tmp_path / INCEPTION_FILE)
    perception = Perception(tmp_path)
    for picture in (cat(), woman()):
        perception.add("original", picture)
        perception.add("same", picture)
        perception.add("dark", picture // 4)
    assert perception.fid("same", "original") == pytest.approx(0, abs=1e-6)
    assert perception.fid("dark", "original") > 1e-3
    assert perception.fid("nothing", "original") is None


def test_the_distance_is_that_of_the_textbook():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (40, 6)), rng.normal(0.5, 2, (50, 6))
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = sqrtm(covariances[0] @ covariances[1]).real
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected)
