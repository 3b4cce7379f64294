"""Painting: what is marked was painted, what was painted is marked."""

import numpy as np
import pytest

from restoration.ageing.paint import FAINT, VISIBLE, Ink, blend, paint, paper_white

BLACK, WHITE = np.zeros(3, np.float32), np.ones(3, np.float32)


def sheet(level: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    return np.full((20, 30, 3), level, np.float32), np.zeros((20, 30), np.uint8)


def block(strength: float = 1.0) -> np.ndarray:
    coverage = np.zeros((20, 30), np.float32)
    coverage[5:10, 5:15] = strength
    return coverage


def test_the_mask_is_exactly_what_changed():
    image, mask = sheet()
    soft = block() * np.linspace(0, 1, 30, dtype=np.float32)
    paint(image, mask, soft, Ink(WHITE))
    changed = (image != 0.5).any(axis=2)
    assert changed.any()
    assert np.array_equal(mask, changed * np.uint8(255))
    assert np.abs(image - 0.5)[changed].min() > FAINT


@pytest.mark.parametrize(("opacity", "drawn"), [(0.9 * VISIBLE / 0.5, False), (1.1 * VISIBLE / 0.5, True)])
def test_what_nobody_would_see_is_neither_painted_nor_marked(opacity, drawn):
    image, mask = sheet()
    paint(image, mask, block(), Ink(WHITE, opacity=opacity))
    assert mask.any() == drawn
    assert (image != 0.5).any() == drawn


def test_the_inside_of_a_blot_is_marked_even_where_it_has_the_pictures_tone():
    results = []
    for area in (False, True):
        image, mask = sheet()
        image[:, 13:] = 1.0  # the last two of ten columns are white already
        paint(image, mask, block(), Ink(WHITE), area=area)
        results.append(int((mask > 0).sum()))
    assert results == [5 * 8, 5 * 10]


def test_a_blot_of_the_pictures_own_tone_is_not_drawn():
    image, mask = sheet()
    image[:, :13] = 1.0
    before = image.copy()
    paint(image, mask, block(), Ink(WHITE), area=True)
    assert not mask.any()
    assert np.array_equal(image, before)


def test_a_textured_ink_follows_its_tone():
    image, mask = sheet()
    tone = np.broadcast_to(np.linspace(0, 1, 30, dtype=np.float32), (20, 30))
    paint(image, mask, block(), Ink(WHITE, tone=np.ascontiguousarray(tone)), area=True)
    assert np.allclose(image[7, 5:15, 0], tone[7, 5:15])


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("paint", 0.9, 0.65), ("add", 0.9, 0.85), ("lighten", 0.9, 0.65), ("lighten", 0.1, 0.4),
        ("screen", 0.9, 0.67), ("darken", 0.1, 0.25), ("darken", 0.9, 0.4), ("absorb", 0.1, 0.22),
    ],
)  # fmt: skip
def test_blend_modes_at_half_coverage_on_a_tone_of_four_tenths(mode, colour, expected):
    after = blend(np.full((1, 3), 0.4), np.full((1, 1), 0.5), np.full(3, colour), mode)
    assert np.allclose(after, expected)


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="burn"):
        blend(np.zeros((1, 3)), np.ones((1, 1)), WHITE, "burn")


def test_paper_is_the_colour_of_the_brightest_part():
    image, _ = sheet(0.3)
    image[:, 20:] = (0.9, 0.85, 0.7)
    assert np.allclose(paper_white(image), (0.9, 0.85, 0.7))
