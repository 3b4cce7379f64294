"""Colour hints, from the layer on which the user has painted them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .reading import Box, Form, read_encoded
from .remote.editors.choices import Choices
from .remote.editors.hints import NO_HINTS, has_hints, hint_layer
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _


def colour_hints(layers: Iterable[Any], box: Box, choices: Choices) -> bytes | None:
    """What the user has painted as colour hints: RGBA, 8 bits, sRGB, of ``box``. None: nothing.

    Args:
        layers: those on which it may be, the topmost first.
        box: where the photo lies.
        choices: of the user.

    Raises:
        Refusal: there is no layer of that name, or it has no transparency.
    """
    if not choices.colour.enabled:
        return None
    by_name = {layer.get_name(): layer for layer in layers}
    name = hint_layer(choices.hint_layer, ((name, name) for name in by_name))
    if choices.hint_layer not in ("", NO_HINTS) and name != choices.hint_layer:
        raise Refusal(_("There is no layer “{}”. Choose another one for the colour hints.").format(choices.hint_layer))
    if name == NO_HINTS:
        return None
    if not by_name[name].has_alpha():
        raise Refusal(_("The layer “{}” has no transparency. Paint colour hints on a transparent layer.").format(name))
    pixels = read_encoded(by_name[name], box)
    return pixels if has_hints(pixels) else None


def check_can_hold_colour(form: Form, choices: Choices) -> None:
    """See that an image can hold colours.

    Raises:
        Refusal: it is grey.
    """
    if choices.colour.enabled and choices.colour.strength > 0 and form.grey:
        convert = _("A grey image shows no colours. Convert it first: Image > Mode > RGB.")
        raise Refusal(" ".join((convert, _("Or switch Colour off."))))
