"""The main job with the bundled weights: which layers come out, and what they leave alone."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from counting import counted

from restoration.device import choose_compute
from restoration.errors import Cancelled, MaskError, SettingsError
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets import load_models
from restoration.settings import STAGE_NAMES, FaceSettings, QualitySettings, Region, Settings

NO_FACES = FaceSettings(enabled=False)
OFF = {"enabled": False}


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture(scope="module")
def aged():
    """A faded, grainy, scratched photograph and its true mask."""
    from skimage.data import chelsea

    from restoration.ageing import age
    from restoration.ageing.recipe import BENCHMARK

    return age(np.ascontiguousarray(chelsea()[:240, :320]), 5, BENCHMARK)


def layers_of(photo, settings, models, mask=None):
    return {layer.role: layer for layer in restore(photo, settings, mask, models=models)}


def test_an_old_photo_gives_mask_restored_and_repair(aged, models):
    made = layers_of(Photo(aged.image), Settings(), models)
    assert list(made) == ["scratch_mask", "restored", "scratch_repair"]
    assert made["restored"].pixels.shape == aged.image.shape
    assert not made["scratch_mask"].visible


def test_restored_keeps_the_sources_pixels_in_the_damage_and_repair_covers_it(aged, models):
    mask = np.zeros(aged.mask.shape, np.uint8)
    mask[100:110, 50:200] = 255
    made = layers_of(Photo(aged.image), Settings(), models, mask)
    inside = mask > 0
    assert np.array_equal(made["restored"].pixels[inside], aged.image[inside])
    repair = made["scratch_repair"]
    alpha = np.zeros(mask.shape, np.uint8)
    alpha[repair.y : repair.y + repair.height, repair.x : repair.x + repair.width] = repair.alpha
    assert (alpha[inside] == 255).all()
    assert alpha[:90].max() == 0


def test_the_result_does_not_depend_on_what_lies_in_the_damage(aged, models):
    mask = np.zeros(aged.mask.shape, np.uint8)
    mask[100:110, 50:200] = 255
    junk = aged.image.copy()
    junk[mask > 0] = np.random.default_rng(0).integers(0, 256, (int((mask > 0).sum()), 3))
    settings = Settings(quality=QualitySettings(enabled=False), faces=NO_FACES)
    first = layers_of(Photo(aged.image), settings, models, mask)["scratch_repair"]
    second = layers_of(Photo(junk), settings, models, mask)["scratch_repair"]
    assert np.array_equal(first.pixels, second.pixels)


def test_a_stage_that_is_off_gives_no_layer(aged, models):
    photo = Photo(aged.image)
    only_quality = layers_of(photo, Settings.from_dict({"scratches": OFF, "inpainting": OFF}), models)
    assert list(only_quality) == ["restored"]
    only_scratches = layers_of(photo, Settings(quality=QualitySettings(enabled=False)), models)
    assert list(only_scratches) == ["scratch_mask", "scratch_repair"]


@pytest.mark.parametrize("nothing", [OFF, {"strength": 0.0}])
def test_with_all_stages_off_or_at_0_the_pixels_are_the_inputs(aged, models, nothing):
    settings = Settings.from_dict(dict.fromkeys(STAGE_NAMES, nothing))
    photo = Photo(aged.image)
    assert flatten(photo, list(restore(photo, settings, models=models))) is photo


def test_strength_is_opacity_and_leaves_the_layers_pixels_alone(aged, models):
    photo = Photo(aged.image)
    full = layers_of(photo, Settings(), models)["restored"]
    weak = layers_of(photo, Settings(quality=QualitySettings(strength=0.25)), models)["restored"]
    assert weak.opacity == 0.25
    assert np.array_equal(weak.pixels, full.pixels)


def test_with_the_stage_off_only_the_damage_changes(aged, models):
    photo = Photo(aged.image)
    settings = Settings(quality=QualitySettings(enabled=False), faces=NO_FACES)
    mask = np.zeros(aged.mask.shape, np.uint8)
    mask[60:64, 20:300] = 255
    result = flatten(photo, stacked(list(restore(photo, settings, mask, models=models)))).pixels
    changed = (result != aged.image).any(axis=2)
    assert changed[60:64].mean() > 0.5
    assert not changed[:50].any()
    assert not changed[74:].any()


def test_a_region_limits_every_stage(aged, models):
    photo = Photo(aged.image)
    result = flatten(
        photo, stacked(list(restore(photo, Settings(region=Region(40, 30, 120, 100)), models=models)))
    ).pixels
    changed = (result != aged.image).any(axis=2)
    assert changed[30:130, 40:160].mean() > 0.5
    changed[30:130, 40:160] = False
    assert not changed.any()


def test_16_bits_stay_16_bits(models, aged):
    gradient = np.linspace(9000, 41000, 320).astype(np.uint16)
    photo = Photo(np.broadcast_to(gradient[None, :, None], (240, 320, 3)).copy())
    made = layers_of(photo, Settings(quality=QualitySettings(always=True), faces=NO_FACES), models)
    assert made["restored"].pixels.dtype == np.uint16
    assert len(np.unique(made["restored"].pixels)) > 5 * 256


def test_grey_stays_grey_and_alpha_stays(models, aged):
    grey = aged.image[..., :1]
    alpha = np.full(grey.shape[:2], 200, np.uint8)
    photo = Photo(grey, alpha=alpha)
    result = flatten(photo, stacked(list(restore(photo, Settings(), models=models))))
    assert result.pixels.shape == grey.shape
    assert not np.array_equal(result.pixels, grey)
    assert np.array_equal(result.alpha, alpha)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1, 1), (3, 1000, 3), (17, 31, 3)])
def test_tiny_and_thin_pictures_are_pictures(shape, models):
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    photo = Photo(pixels)
    mask = np.zeros(shape[:2], np.uint8)
    mask[0, 0] = 255
    for painted in (None, mask):
        settings = Settings(quality=QualitySettings(always=True))
        assert flatten(photo, stacked(list(restore(photo, settings, painted, models=models)))).pixels.shape == shape


def test_a_sound_photo_is_left_alone_and_told_so(models):
    from skimage.data import astronaut

    told = []
    photo = Photo(np.ascontiguousarray(astronaut()))
    settings = Settings.from_dict({"scratches": OFF, "inpainting": OFF, "faces": OFF})
    assert list(restore(photo, settings, models=models, tell=lambda *note: told.append(note))) == []
    assert told == [("quality", "The photo needs no restoration of tone, grain or sharpness: it was left as it is.")]


def test_what_has_no_weights_says_so_and_the_rest_runs(models, aged):
    told = {}
    without = replace(models, face_enhancer=None, missing={"faces": "There are no weights for faces."})
    made = list(restore(Photo(aged.image), Settings(), models=without, tell=told.__setitem__))
    assert told["faces"] == "There are no weights for faces."
    assert len(made) == 3


def test_progress_names_the_stages_and_can_cancel(models, aged):
    told = []
    list(restore(Photo(aged.image), Settings(), models=models, progress=lambda *step: told.append(step)))
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert stages == ["models", "detection", "quality", "inpainting", "faces"]
    assert all(0 <= fraction <= 1 for _, fraction in told)

    def stop(stage, fraction):
        if stage == "quality":
            raise Cancelled

    made = []
    with pytest.raises(Cancelled):
        made.extend(restore(Photo(aged.image), Settings(), models=models, progress=stop))


def test_a_mask_of_another_size_is_refused_with_both_sizes(models, aged):
    with pytest.raises(MaskError, match="320×239 pixels, the photo 320×240"):
        list(restore(Photo(aged.image), Settings(), np.zeros((239, 320), np.uint8), models=models))


def test_a_region_beside_the_photo_is_refused(models, aged):
    with pytest.raises(SettingsError, match="outside the photo"):
        list(restore(Photo(aged.image), Settings(region=Region(400, 0, 10, 10)), models=models))


FIND = {"scratches": {"repair": False}, "inpainting": OFF, "faces": OFF}


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_scratches_can_be_found_without_being_repaired(aged, models, strength):
    settings = {**FIND, "scratches": {"repair": False, "strength": strength}, "quality": OFF}
    with counted(detector=models.detector.network, mapping=models.restorer.mapping) as calls:
        made = layers_of(Photo(aged.image), Settings.from_dict(settings), models)
    assert list(made) == ["scratch_mask"]
    assert calls["detector"] > 0
    assert calls["mapping"] == 0
    both = layers_of(Photo(aged.image), Settings(faces=NO_FACES), models)
    assert made["scratch_mask"].alpha.any()
    assert np.array_equal(made["scratch_mask"].alpha, both["scratch_mask"].alpha)


def test_to_find_scratches_no_restorer_is_loaded(aged, monkeypatch):
    from restoration.presets import loading

    loaded, load = [], loading.load_bundled
    monkeypatch.setattr(loading, "load_bundled", lambda weights: loaded.append(weights) or load(weights))
    assert list(layers_of(Photo(aged.image), Settings.from_dict({**FIND, "quality": OFF}), None)) == ["scratch_mask"]
    assert loading.COMPACT_RESTORER not in loaded
    assert loading.COMPACT_DETECTOR in loaded


def test_scratches_that_are_only_found_are_restored_over_as_if_they_were_none(aged, models):
    photo = Photo(aged.image)
    found = layers_of(photo, Settings.from_dict(FIND), models)
    off = layers_of(photo, Settings.from_dict({"scratches": OFF, "inpainting": OFF, "faces": OFF}), models)
    assert list(found) == ["scratch_mask", "restored"]
    assert np.array_equal(found["restored"].pixels, off["restored"].pixels)
    assert found["restored"].alpha is None
    assert off["restored"].alpha is None


def test_a_mask_of_ones_own_is_shown_and_not_repaired_where_nothing_is(aged, models):
    mask = np.zeros(aged.image.shape[:2], np.uint8)
    mask[10:20, 30:90] = 255
    made = layers_of(Photo(aged.image), Settings.from_dict({**FIND, "quality": OFF}), models, mask)
    assert list(made) == ["scratch_mask"]
    assert np.array_equal(made["scratch_mask"].alpha, mask)


def test_a_large_photo_is_restored_at_the_working_size_and_keeps_its_own_detail(models):
    """Detail of one pixel, which no picture reduced to a quarter can hold, is there still; holes are painted over."""
    rng = np.random.default_rng(4)
    coarse = cv2.resize(rng.random((30, 40, 3)).astype(np.float32), (640, 480), interpolation=cv2.INTER_CUBIC)
    detail = np.where(np.add.outer(np.arange(480), np.arange(640)) % 2, 0.04, -0.04)[..., None]
    pixels = np.clip(np.rint((coarse * 0.6 + 0.2 + detail) * 255), 0, 255).astype(np.uint8)
    pixels[200:212] = 255
    mask = np.zeros((480, 640), np.uint8)
    mask[200:212] = 255
    settings = Settings.from_dict(
        {"working_megapixels": 0.0768, "quality": {"always": True}, "faces": {"enabled": False}, "device": "cpu"}
    )
    restored, repair = (
        layer
        for layer in stacked(list(restore(Photo(pixels), settings, mask, models=models)))
        if layer.role in ("restored", "scratch_repair")
    )
    assert restored.pixels.shape == pixels.shape
    luma = restored.pixels.astype(float).mean(axis=2)
    checkered = (luma * np.sign(detail[..., 0])).mean(axis=1)  # how much of the detail each row has, in levels
    assert checkered[np.r_[20:180, 230:460]].min() > 0.5 * 0.04 * 255
    inside = repair.pixels[(repair.alpha == 255)].astype(int)
    assert repair.y <= 200
    assert np.abs(inside - 255).min(axis=1).mean() > 20  # no longer the white of the scratch


@pytest.mark.parametrize("working", [None, 0.05])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 50), (2, 3), (17, 33), (37, 1001), (1001, 37), (333, 257)])
def test_any_size_comes_back_as_it_came(models, height, width, working):
    rng = np.random.default_rng(height * width)
    photo = Photo(rng.integers(0, 256, (height, width, 3), np.uint8))
    mask = (rng.random((height, width)) < 0.1).astype(np.uint8) * 255
    settings = Settings.from_dict(
        {"working_megapixels": working, "scratches": {"mask_mode": "unite"}, "quality": {"always": True}}
    )
    layers = stacked(list(restore(photo, settings, mask, models=models)))
    (restored,) = (layer for layer in layers if layer.role == "restored")
    assert restored.pixels.shape == photo.pixels.shape
    for layer in layers:
        assert layer.x >= 0
        assert layer.y >= 0
        assert layer.x + layer.width <= width
        assert layer.y + layer.height <= height
    assert flatten(photo, layers).pixels.shape == photo.pixels.shape
