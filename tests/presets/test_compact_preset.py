"""The bundled networks: tiled equals whole, and they fit their budget."""

import importlib.resources

import numpy as np
import pytest

from restoration.device import choose_compute
from restoration.presets import compact, load_models

BUNDLED = importlib.resources.files("restoration.weights") / "bundled"


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture
def picture():
    from skimage.data import chelsea

    return np.tile(chelsea().astype(np.float32) / 255, (1, 2, 1))[:, :800]


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((a - b) ** 2) + 1e-12))


def test_tiled_restoration_equals_the_whole(models, picture, monkeypatch):
    mask = np.zeros(picture.shape[:2], bool)
    whole = models.restorer.restore(picture, mask, True, lambda _: None)
    monkeypatch.setattr(compact, "TILE_CORE", 256)
    tiled = models.restorer.restore(picture, mask, True, lambda _: None)
    assert decibels(tiled, whole) > 50


def test_tiled_detection_equals_the_whole(models, picture, monkeypatch):
    whole = models.detector.probability(picture, "native", lambda _: None)
    monkeypatch.setattr(compact, "TILE_CORE", 256)
    assert decibels(models.detector.probability(picture, "native", lambda _: None), whole) > 50


@pytest.mark.parametrize("input_size", ["native", "scale-256", "resize-256"])
def test_the_probability_is_of_the_pictures_size(models, picture, input_size):
    probability = models.detector.probability(picture, input_size, lambda _: None)
    assert probability.shape == picture.shape[:2]
    assert probability.dtype == np.float32
    assert probability.min() >= 0
    assert probability.max() <= 1


@pytest.mark.parametrize(("name", "mebibytes"), [("compact_restorer", 8), ("compact_scratch_detector", 2)])
def test_the_weights_are_small_and_have_their_model_card(name, mebibytes):
    assert len((BUNDLED / f"{name}.safetensors").read_bytes()) <= mebibytes * 2**20
    card = (BUNDLED / f"{name}.md").read_text(encoding="utf-8")
    for heading in ("Data", "Command", "Figures", "Licence"):
        assert heading in card
