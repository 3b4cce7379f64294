"""Ageing: seeded, exact about what it covered, and gentle where nothing was asked for."""

import numpy as np
import pytest

from restoration.ageing import DEFAULT, Materials, age
from restoration.ageing.recipe import BENCHMARK, STRUCTURED_ONLY, Recipe

NOTHING = Recipe(
    fade_chance=0, uneven_chance=0, vignette_chance=0, stain_chance=0, blur_chance=0, motion_chance=0,
    downsample_chance=0, grain_chance=0, texture_chance=0, jpeg_chance=0, structured_chance=0,
)  # fmt: skip


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    from skimage.data import chelsea

    return np.ascontiguousarray(chelsea())


def test_the_same_seed_gives_the_same_decay(photo):
    first, second, other = age(photo, 7), age(photo, 7), age(photo, 8)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)
    assert not np.array_equal(first.image, other.image)


def test_a_recipe_without_defects_changes_nothing(photo):
    aged = age(photo, 3, NOTHING)
    assert np.array_equal(aged.image, photo)
    assert not aged.mask.any()


@pytest.mark.parametrize("seed", range(6))
def test_outside_the_mask_structured_damage_is_hardly_to_be_seen(photo, seed):
    recipe = Recipe(**{**STRUCTURED_ONLY.__dict__, "crease_chance": 0})  # a crease shades the paper beside it
    aged = age(photo, seed, recipe)
    difference = np.abs(aged.image.astype(int) - photo).max(axis=2)
    assert aged.mask.any()
    assert difference[aged.mask > 0].mean() > 15
    # What is not in the mask is either hardly covered or hardly visible.
    assert np.percentile(difference[aged.mask == 0], 99) <= 0.26 * 255
    assert difference[aged.mask == 0].mean() < 2


def test_the_mask_says_only_yes_or_no(photo):
    assert set(np.unique(age(photo, 1, BENCHMARK).mask)) <= {0, 255}


def test_real_defects_are_laid_over_the_photo(photo):
    line = np.zeros((100, 100), np.uint8)
    line[45:55] = 255
    recipe = Recipe(**{
        **NOTHING.__dict__, "structured_chance": 1, "scratch_count": (0, 0), "dust_count": (0, 0), "crease_chance": 0,
        "crack_chance": 0, "hole_chance": 0, "corner_chance": 0, "film_artefact_chance": 1,
        "film_artefact_count": (5, 5),
    })  # fmt: skip
    assert not age(photo, 2, recipe).mask.any()
    assert age(photo, 2, recipe, Materials(film_artefacts=[line])).mask.any()


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 400, 3), (37, 41, 3)])
def test_any_size_ages(shape):
    picture = np.full(shape, 128, np.uint8)
    for seed in range(8):
        aged = age(picture, seed, DEFAULT)
        assert aged.image.shape == shape
        assert aged.mask.shape == shape[:2]


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(wrong):
    with pytest.raises(ValueError, match="H×W×3 uint8"):
        age(wrong, 0)


def test_the_benchmark_ages_to_between_14_and_21_decibels(photo):
    errors = [np.mean((age(photo, seed, BENCHMARK).image / 255 - photo / 255) ** 2) for seed in range(8)]
    assert 14 < np.mean(-10 * np.log10(errors)) < 21
