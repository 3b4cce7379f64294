"""The fast number format changes nothing that can be seen."""

import numpy as np
import pytest
import torch

from restoration.ageing import age
from restoration.device import Compute
from restoration.presets import load_models


@pytest.fixture(scope="module")
def aged():
    from skimage.data import astronaut

    return age(np.ascontiguousarray(astronaut()[:256, 96:352]), 4).image.astype(np.float32) / 255


def decibels(a, b):
    return float(-10 * np.log10(np.mean((a - b) ** 2) + 1e-12))


def results(dtype, picture):
    models = load_models("compact", Compute(torch.device("cpu"), dtype))
    mask = np.zeros(picture.shape[:2], bool)
    mask[100:104] = True
    return {
        "damage": models.detector.probability(picture, "native", lambda _: None),
        "restored": models.restorer.restore(picture, mask, True, lambda _: None),
        "face": models.face_enhancer.enhance(picture[None])[0],
    }


def test_bfloat16_is_within_40_db_of_float32(aged):
    exact, fast = results(torch.float32, aged), results(torch.bfloat16, aged)
    apart = {name: decibels(exact[name], fast[name]) for name in exact}
    assert apart["restored"] >= 40, apart
    assert apart["face"] >= 40, apart
    # What counts of the damage is on which side of the threshold a pixel lies.
    assert np.mean((exact["damage"] > 0.7) != (fast["damage"] > 0.7)) < 0.005, apart
