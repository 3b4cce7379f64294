"""The methods of the comparison, with the bundled networks."""

import numpy as np
import pytest
from small_data import cat, scratched

from restoration.device import choose_compute
from restoration.evaluation.methods import CLASSICAL, CLASSICAL_TRUE, DEFAULTS, INPUT, OURS, methods_of, restored
from restoration.presets import Models, load_models


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models("compact", choose_compute("cpu"))


def test_a_mask_found_beforehand_gives_what_the_pipeline_gives(models):
    from restoration.evaluation.methods import found_damage

    aged, true = scratched(cat())
    found = np.where(found_damage(aged, models) >= models.detector.threshold, 255, 0).astype(np.uint8)
    assert found[:, 60:63].mean() > 200  # or this would compare nothing
    ours = next(method for method in methods_of(models, {}) if method.name == OURS)
    assert np.array_equal(ours.restore(aged, found, true), restored(aged, models, DEFAULTS))


def test_each_method_gets_the_mask_that_its_name_says(models):
    aged, true = scratched(cat())
    nothing = np.zeros_like(true)
    results = {method.name: method.restore(aged, nothing, true) for method in methods_of(models, {})}
    scratch = {name: float(result[:, 61].mean()) for name, result in results.items()}
    clean = float(cat()[:, 61].mean())
    assert np.array_equal(results[INPUT], aged)
    for name in (CLASSICAL_TRUE, "ours, true mask"):
        assert abs(scratch[name] - clean) < 60, name
    for name in (CLASSICAL, "ours, no repair", OURS):  # told of no damage
        assert scratch[name] > 200, name


def test_baselines_official_and_deep_image_prior_are_named_where_they_are(models):
    def names(*arguments):
        return [method.name for method in methods_of(models, *arguments)]

    assert names({}) == ["input", "classical", "classical, true mask", "ours, no repair", "ours, true mask", "ours"]
    assert names({"direct U-Net": models.restorer}, models, 3)[3:6] == ["deep image prior", "direct U-Net", "official"]
    limits = {method.name: method.at_most for method in methods_of(models, {}, None, 3)}
    assert (limits["deep image prior"], limits["ours"]) == (3, None)
