"""Which layer holds the colour hints, and whether anything is painted on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.editors.hints import NO_HINTS, has_hints, hint_layer
from server.editors.translation import use_languages

LAYERS = [("{3}", "Retouching"), ("{2}", "Colour hints"), ("{1}", "Scan")]


@pytest.fixture
def german() -> Iterator[None]:
    use_languages(["de"])
    yield
    use_languages([])


def test_the_layer_that_is_called_so_is_taken_unasked() -> None:
    assert hint_layer("", LAYERS) == "{2}"
    assert hint_layer("", LAYERS[:1]) == NO_HINTS
    assert hint_layer("", []) == NO_HINTS


@pytest.mark.parametrize("name", ["Colour hints", "colour hints #1", "Color Hints", "COLOUR HINTS 2", " Colour hints"])
def test_its_name_need_not_be_exact(name: str) -> None:
    assert hint_layer("", [("a", name)]) == "a"


@pytest.mark.parametrize("name", ["Colour", "No colour hints", "Farbhinweise", "Colour hintsight", ""])
def test_another_name_is_another_layer(name: str) -> None:
    assert hint_layer("", [("a", name)]) == NO_HINTS


def test_the_name_may_be_in_the_users_language(german: None) -> None:
    assert hint_layer("", [("a", "Farbhinweise")]) == "a"
    assert hint_layer("", [("a", "Colour hints")]) == "a"


def test_of_several_the_topmost_is_taken() -> None:
    assert hint_layer("", [("upper", "Colour hints"), ("lower", "Colour hints")]) == "upper"


def test_what_is_chosen_counts_whatever_it_is_called() -> None:
    assert hint_layer("{3}", LAYERS) == "{3}"
    assert hint_layer(NO_HINTS, LAYERS) == NO_HINTS


def test_a_layer_of_another_image_counts_as_none_chosen() -> None:
    assert hint_layer("{77}", LAYERS) == "{2}"
    assert hint_layer("{77}", LAYERS[2:]) == NO_HINTS


def test_a_hint_is_whatever_is_not_transparent() -> None:
    assert not has_hints(bytes((9, 9, 9, 0)) * 3)
    assert has_hints(bytes((9, 9, 9, 0, 0, 0, 0, 1)))
