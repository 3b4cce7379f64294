"""Ageing: seeded, gentle where nothing was asked for, and honest about what a restoration can aim for."""

from dataclasses import replace

import numpy as np
import pytest

from restoration.ageing import DEFAULT, RECIPES, Materials, Recipe, age
from restoration.ageing.recipe import BENCHMARK, HEAVY


def test_the_same_seed_gives_the_same_decay(photo):
    first, second, other = age(photo, 7), age(photo, 7), age(photo, 8)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)
    assert np.array_equal(first.clean, second.clean)
    assert not np.array_equal(first.image, other.image)


def test_a_recipe_without_defects_changes_nothing(photo):
    aged = age(photo, 3, Recipe())
    assert np.array_equal(aged.image, photo)
    assert np.array_equal(aged.clean, photo)
    assert not aged.mask.any()


def test_a_monochrome_ageing_aims_for_the_grey_print(photo):
    aged = age(photo, 3, Recipe(monochrome_chance=1))
    assert (aged.clean == aged.clean[..., :1]).all()
    assert np.array_equal(aged.clean, aged.image)  # nothing else was asked for
    toned = age(photo, 3, Recipe(monochrome_chance=1, toning_chance=1, toning_strength=(1, 1)))
    assert np.array_equal(toned.clean, aged.clean)  # the print before it was toned
    assert not (toned.image == toned.image[..., :1]).all()


def test_seven_photos_of_ten_become_monochrome_in_training(photo):
    small = np.ascontiguousarray(photo[::8, ::8])
    grey = [(aged.clean == aged.clean[..., :1]).all() for aged in (age(small, seed) for seed in range(200))]
    assert 0.6 < np.mean(grey) < 0.8


def test_a_scan_in_grey_has_no_colour_even_in_its_stains(photo):
    recipe = replace(DEFAULT, monochrome_chance=1, grey_scan_chance=1, structured_chance=1, tape_chance=1)
    aged = age(photo, 5, recipe)
    assert aged.mask.any()
    assert np.ptp(aged.image.astype(int), axis=2).max() <= 2  # JPEG may round the channels apart


def test_a_border_belongs_to_the_clean_print_too(photo):
    aged = age(photo, 4, Recipe(border_chance=1))
    framed = (aged.clean != photo).any(axis=2)
    assert framed.any()
    assert not framed[60:-60, 60:-60].any()
    assert np.array_equal(aged.image, aged.clean)


def test_a_new_family_leaves_the_others_as_they_are(photo):
    dusty = Recipe(structured_chance=1, dust_count=(20, 20))
    both = replace(dusty, hair_chance=1)  # hairs are painted last, over the dust
    alone, together = age(photo, 2, dusty), age(photo, 2, both)
    assert (together.mask[alone.mask > 0] == 255).all()
    assert together.mask.sum() > alone.mask.sum()


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 400, 3), (37, 41, 3)])
@pytest.mark.parametrize("name", RECIPES)
def test_any_size_ages(shape, name):
    picture = np.full(shape, 128, np.uint8)
    materials = Materials(papers=[np.arange(64, dtype=np.uint8).reshape(8, 8)])
    for seed in range(8):
        aged = age(picture, seed, RECIPES[name], materials)
        assert aged.image.shape == aged.clean.shape == shape
        assert aged.mask.shape == shape[:2]
        assert aged.image.dtype == aged.clean.dtype == aged.mask.dtype == np.uint8


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(wrong):
    with pytest.raises(ValueError, match="H×W×3 uint8"):
        age(wrong, 0)


def test_the_benchmark_ages_to_between_14_and_21_decibels(photo):
    errors = [np.mean((age(photo, seed, BENCHMARK).image / 255 - photo / 255) ** 2) for seed in range(8)]
    assert 14 < np.mean(-10 * np.log10(errors)) < 21


@pytest.mark.parametrize("recipe", [BENCHMARK, HEAVY])
def test_the_benchmark_keeps_colour_and_the_whole_original_as_its_aim(photo, recipe):
    assert all(np.array_equal(age(photo, seed, recipe).clean, photo) for seed in range(4))
