"""Paper and screens: relief of the strength that was asked for, and no change of brightness."""

import numpy as np
import pytest

from restoration.ageing.grain import age_surface
from restoration.ageing.materials import Materials
from restoration.ageing.recipe import Recipe
from restoration.ageing.texture import halftone, paper_texture, real_paper

FLAT = np.full((160, 200, 3), 0.5, np.float32)


@pytest.mark.parametrize("seed", range(6))
def test_relief_has_its_strength_and_keeps_brightness(seed):
    out = paper_texture(FLAT, 0.05, np.random.default_rng(seed))
    assert out.std() == pytest.approx(0.025, rel=0.02)
    assert out.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_real_paper_is_tiled_over_the_picture(seed):
    sheet = np.random.default_rng(9).integers(100, 156, (50, 70)).astype(np.uint8)
    out = real_paper(FLAT, [sheet], 0.04, np.random.default_rng(seed))
    assert out.std() == pytest.approx(0.02, rel=0.1)
    assert out.mean() == pytest.approx(0.5, abs=0.01)


def test_an_even_sheet_leaves_no_trace():
    assert np.allclose(real_paper(FLAT, [np.full((9, 9), 77, np.uint8)], 0.05, np.random.default_rng(0)), FLAT)


def test_papers_of_the_materials_are_used():
    sheet = np.random.default_rng(9).integers(100, 156, (50, 70)).astype(np.uint8)
    recipe = Recipe(paper_chance=1)
    assert np.allclose(age_surface(FLAT, recipe, np.random.default_rng(0)), FLAT)
    assert age_surface(FLAT, recipe, np.random.default_rng(0), Materials(papers=[sheet])).std() > 0.004


def test_a_halftone_shows_in_mid_tones_only_and_at_its_pitch():
    for level in (0.0, 1.0):
        edge = np.full_like(FLAT, level)
        assert np.array_equal(halftone(edge, 4.0, 0.8, np.random.default_rng(0)), edge)
    out = halftone(FLAT, 5.0, 0.8, np.random.default_rng(0))[:160, :160, 0]
    assert out.std() > 0.1
    spectrum = np.abs(np.fft.fft2(out - out.mean()))
    row, column = np.unravel_index(spectrum.argmax(), spectrum.shape)
    frequency = np.hypot(min(row, 160 - row), min(column, 160 - column)) / 160
    assert 1 / frequency == pytest.approx(5 / np.sqrt(2), rel=0.05)  # the product of two cosines beats diagonally
