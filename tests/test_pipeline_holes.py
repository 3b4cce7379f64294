"""Holes in the main job, with the bundled weights: what is filled, what is repaired, and that nothing is left out."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from restoration.device import choose_compute
from restoration.layers import CANDIDATES, flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets import load_models
from restoration.settings import Settings

OFF = {"enabled": False}
#: So many pixels beyond what is marked belong to the damage.
MARGIN = 2
SCRATCH, HOLE = np.s_[100:106, 50:200], np.s_[150:210, 220:280]


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture(scope="module")
def mask():
    """A scratch and a hole, far from each other."""
    drawn = np.zeros((240, 320), np.uint8)
    drawn[SCRATCH] = drawn[HOLE] = 255
    return drawn


@pytest.fixture(scope="module")
def photo(mask):
    """A faded photograph, magenta where it is damaged."""
    from skimage.data import chelsea

    from restoration.ageing import age
    from restoration.ageing.recipe import BENCHMARK

    pixels = age(np.ascontiguousarray(chelsea()[:240, :320]), 5, BENCHMARK).image
    pixels[mask > 0] = (255, 0, 255)
    return Photo(pixels)


def run(photo, mask, models, told=None, **stages):
    settings = Settings.from_dict({"faces": OFF, "quality": {"always": True}, **stages})
    tell = None if told is None else lambda *note: told.append(note)
    return stacked(list(restore(photo, settings, mask, models=models, tell=tell)))


def by_role(layers):
    return {layer.role: layer for layer in layers}


def alpha_over(photo, layers):
    """What share of each pixel these layers cover, H×W, 0 to 1."""
    whole = np.zeros(photo.pixels.shape[:2])
    for layer in layers:
        part = whole[layer.y : layer.y + layer.height, layer.x : layer.x + layer.width]
        part[...] = np.maximum(part, layer.alpha / photo.max_value)
    return whole


def test_a_wide_place_is_filled_and_a_narrow_one_repaired(photo, mask, models):
    layers = run(photo, mask, models)
    assert [layer.name for layer in layers] == ["Restored", "Inpainted", "Scratch repair", "Scratch mask"]
    made = by_role(layers)
    filled, repaired = (alpha_over(photo, [made[role]]) for role in ("inpainted", "scratch_repair"))
    assert (filled[HOLE] == 1).all()
    assert (repaired[SCRATCH] == 1).all()
    assert repaired[140:].max() == 0
    inside = np.zeros(mask.shape, bool)
    inside[150 - MARGIN : 210 + MARGIN, 220 - MARGIN : 280 + MARGIN] = True
    assert filled[~inside].max() == 0
    assert (made["scratch_mask"].alpha == mask).all()
    seen = flatten(photo, layers).pixels.astype(int)
    assert (np.abs(seen[mask > 0] - (255, 0, 255)).max(axis=1) > 40).mean() > 0.99


SWITCHES = list(
    itertools.product(
        ({}, {"repair": False}, OFF, {"strength": 0}), ({"always": True}, OFF), ({}, OFF, {"strength": 0})
    )
)


@pytest.mark.parametrize(("scratches", "quality", "inpainting"), SWITCHES)
def test_restored_leaves_out_nothing_that_no_other_layer_covers(photo, mask, models, scratches, quality, inpainting):
    made = by_role(run(photo, mask, models, scratches=scratches, quality=quality, inpainting=inpainting))
    settings = Settings.from_dict({"scratches": scratches, "inpainting": inpainting})
    fills, repairs = settings.is_on("inpainting"), settings.repairs_scratches
    assert ("inpainted" in made) == fills
    assert ("scratch_repair" in made) == repairs
    assert ("restored" in made) == (quality != OFF)
    assert ("scratch_mask" in made) == (fills or settings.is_on("scratches"))
    covering = [made[role] for role in ("inpainted", "scratch_repair") if role in made]
    covered = alpha_over(photo, covering)
    if repairs:
        assert (covered[mask > 0] == 1).all()  # the hole, too, where nobody fills it
    if quality != OFF:
        left_out = (made["restored"].pixels == photo.pixels).all(axis=2) & (photo.pixels == (255, 0, 255)).all(axis=2)
        assert (covered[left_out] == 1).all()
        assert left_out[mask > 0].any() == (fills or repairs)


def test_holes_alone_change_nothing_but_holes(photo, mask, models):
    layers = run(photo, mask, models, scratches=OFF, quality=OFF)
    assert [layer.role for layer in layers] == ["inpainted", "scratch_mask"]
    changed = (flatten(photo, layers).pixels != photo.pixels).any(axis=2)
    assert changed[HOLE].mean() > 0.95
    changed[150 - MARGIN : 210 + MARGIN, 220 - MARGIN : 280 + MARGIN] = False
    assert not changed.any()


def test_the_filling_does_not_depend_on_what_lies_in_the_hole(photo, mask, models):
    junk = photo.pixels.copy()
    junk[HOLE] = np.random.default_rng(0).integers(0, 256, (60, 60, 3))
    first, second = (by_role(run(one, mask, models, quality=OFF))["inpainted"] for one in (photo, Photo(junk)))
    inside = first.alpha == 255
    assert np.array_equal(first.pixels[inside], second.pixels[inside])


def test_candidates_lie_in_a_group_and_the_first_one_is_shown(photo, mask, models):
    alone = by_role(run(photo, mask, models))["inpainted"]
    layers = run(photo, mask, models, inpainting={"candidates": 3, "strength": 0.5})
    candidates = [layer for layer in layers if layer.role == "inpainted"]
    assert [layer.group for layer in candidates] == [CANDIDATES] * 3
    assert [layer.visible for layer in candidates] == [True, False, False]
    assert {layer.opacity for layer in candidates} == {0.5}
    assert alone.group == ""
    assert np.array_equal(candidates[0].pixels, alone.pixels)
    assert not np.array_equal(candidates[0].pixels, candidates[1].pixels)
    shown = flatten(photo, [layer for layer in layers if layer not in candidates[1:]])
    assert np.array_equal(flatten(photo, layers).pixels, shown.pixels)


def test_another_seed_gives_another_filling_and_the_same_seed_the_same(photo, mask, models):
    one, same, other = (
        by_role(run(photo, mask, models, quality=OFF, inpainting={"seed": seed}))["inpainted"] for seed in (3, 3, 4)
    )
    assert np.array_equal(one.pixels, same.pixels)
    assert not np.array_equal(one.pixels, other.pixels)


def test_the_user_says_from_which_width_on_damage_is_a_hole(photo, mask, models):
    wide = by_role(run(photo, mask, models, inpainting={"least_width": 100}))
    assert "inpainted" not in wide
    assert (alpha_over(photo, [wide["scratch_repair"]])[mask > 0] == 1).all()
    all_of_it = by_role(run(photo, mask, models, inpainting={"least_width": 0}))
    assert "scratch_repair" not in all_of_it
    assert (alpha_over(photo, [all_of_it["inpainted"]])[mask > 0] == 1).all()


def test_a_region_limits_the_filling(photo, mask, models):
    layers = run(photo, mask, models, region={"x": 200, "y": 120, "width": 60, "height": 70})
    filled = by_role(layers)["inpainted"]
    assert (filled.x, filled.y) == (220 - MARGIN, 150 - MARGIN)
    assert (filled.x + filled.width, filled.y + filled.height) == (260, 190)
    changed = (flatten(photo, layers).pixels != photo.pixels).any(axis=2)
    changed[120:190, 200:260] = False
    assert not changed.any()


def test_where_all_there_is_is_a_hole_it_is_repaired_and_said(photo, mask, models):
    told = []
    layers = run(photo, mask, models, told, region={"x": 225, "y": 155, "width": 50, "height": 50})
    assert [layer.role for layer in layers] == ["restored", "scratch_repair", "scratch_mask"]
    assert ("inpainting", "Damage covers all there is: nothing is left from which it could be filled.") in told


def test_without_weights_holes_are_repaired_as_scratches_and_it_is_said(photo, mask, models):
    told = []
    without = replace(models, inpainter=None, missing={"inpainting": "There are no weights for holes."})
    made = by_role(run(photo, mask, without, told))
    assert ("inpainting", "There are no weights for holes.") in told
    assert (alpha_over(photo, [made["scratch_repair"]])[mask > 0] == 1).all()
    assert "scratch_mask" not in by_role(run(photo, mask, without, scratches=OFF))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_filling_has_the_photos_samples(photo, mask, models, channels, dtype):
    scale = 257 if dtype == np.uint16 else 1
    kind = Photo(photo.pixels[..., :channels].astype(dtype) * dtype(scale))
    filled = by_role(run(kind, mask, models))["inpainted"]
    assert filled.pixels.dtype == filled.alpha.dtype == dtype
    assert filled.pixels.shape[2] == channels
    assert flatten(kind, [filled]).pixels.shape == kind.pixels.shape


def test_a_face_is_drawn_from_the_picture_with_its_hole_filled(models):
    from skimage.data import astronaut

    portrait = np.ascontiguousarray(astronaut()[:256, 64:384])
    damage = np.zeros(portrait.shape[:2], np.uint8)
    damage[120:160, 150:190] = 255  # the cheek
    portrait[damage > 0] = 255
    stages = {"faces": {}, "quality": OFF, "scratches": {"mask_mode": "user"}}
    layers = run(Photo(portrait), damage, models, **stages)
    (face,) = (layer for layer in layers if layer.role == "face")
    at = face.pixels[140 - face.y, 170 - face.x]
    assert face.alpha[140 - face.y, 170 - face.x] > 200
    assert at.astype(int).min() < 230  # no longer the white of the hole


def test_a_mask_that_nobody_asks_for_is_said(photo, mask, models):
    told = []
    run(photo, mask, models, told, scratches=OFF, inpainting=OFF)
    assert ("scratches", "The mask was not used, because the repair of scratches and inpainting are off.") in told
