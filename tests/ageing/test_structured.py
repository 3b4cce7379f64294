"""Structured defects on a photograph: each by itself, its mask exact."""

import zlib

import numpy as np
import pytest

from restoration.ageing.inks import Print
from restoration.ageing.materials import Materials
from restoration.ageing.paint import FAINT, paper_white
from restoration.ageing.recipe import STRUCTURED_ONLY, Recipe
from restoration.ageing.structured import FAMILIES, age_structured

ALL = Recipe(
    structured_chance=1, scratch_count=(8, 8), transport_chance=1, scrape_chance=1, dust_count=(30, 30), hair_chance=1,
    crease_chance=1, crack_chance=1, tear_chance=1, film_artefact_chance=1, blotch_chance=1, foxing_chance=1,
    tide_mark_chance=1, fingerprint_chance=1, tape_chance=1, hole_chance=1, corner_chance=1,
)  # fmt: skip


def blot() -> np.ndarray:
    mask = np.zeros((80, 80), np.uint8)
    mask[10:60, 20:50] = 255
    return mask


def damaged(picture: np.ndarray, name: str, seed: int, recipe: Recipe = ALL) -> Print:
    materials = Materials(film_artefacts=[blot()])
    sheet = Print(picture.copy(), np.zeros(picture.shape[:2], np.uint8), paper_white(picture), materials)
    FAMILIES[name](sheet, recipe, np.random.default_rng([seed, zlib.crc32(name.encode())]))
    return sheet


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"creases"}))
def test_outside_its_mask_a_defect_leaves_the_picture_and_inside_it_changes_it(picture, name):
    marked, changed = 0, 0
    for seed in range(8):
        sheet = damaged(picture, name, seed)
        inside = sheet.mask > 0
        assert np.array_equal(sheet.image[~inside], picture[~inside])
        marked += inside.sum()
        changed += (np.abs(sheet.image - picture).max(axis=2)[inside] > FAINT / 2).sum()
    assert marked > 300
    assert changed > 0.9 * marked


def test_beside_a_crease_there_is_only_smooth_shading():
    flat = np.full((200, 300, 3), 0.5, np.float32)
    for seed in range(8):
        sheet = damaged(flat, "creases", seed)
        shading = np.where(sheet.mask[..., None] > 0, np.nan, sheet.image)
        assert np.nanmax(np.abs(shading - 0.5)) < 0.5 * (1.18**2 - 1) + 1e-3
        assert max(np.nanmax(np.abs(np.diff(shading, axis=axis))) for axis in (0, 1)) < 0.06


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_of_chance_0_does_nothing(picture, name):
    sheet = damaged(picture, name, 1, Recipe(structured_chance=1))
    assert not sheet.mask.any()
    assert np.array_equal(sheet.image, picture)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_seeded(picture, name):
    first, second = damaged(picture, name, 3), damaged(picture, name, 3)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)


def test_the_mask_says_only_yes_or_no_and_the_picture_stays_in_range(picture):
    for seed in range(4):
        out, mask = age_structured(picture, ALL, Materials(), seed)
        assert set(np.unique(mask)) == {0, 255}
        assert out.min() >= 0 and out.max() <= 1
        assert out.dtype == np.float32


def test_the_picture_that_is_given_stays_as_it_is(picture):
    before = picture.copy()
    age_structured(picture, ALL, Materials(), 0)
    assert np.array_equal(picture, before)


def test_defects_are_pale_and_dark_and_from_faint_to_opaque():
    ramp = np.linspace(0.1, 0.9, 160, dtype=np.float32)[None, :, None].repeat(120, 0).repeat(3, 2)
    steps = []
    for seed in range(30):
        out, mask = age_structured(ramp, STRUCTURED_ONLY, Materials(), seed)
        steps.append((out - ramp)[mask > 0].ravel())
    change = np.concatenate(steps)
    assert (change > 0.3).mean() > 0.05
    assert (change < -0.3).mean() > 0.05
    assert (np.abs(change) < 0.15).mean() > 0.1
