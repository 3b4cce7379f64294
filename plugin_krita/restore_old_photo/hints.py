"""Colour hints, from the layer on which the user has painted them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .colour_spaces import SRGB, Space
from .reading import Box, find_layer, id_of, read_pixels
from .remote.editors.choices import Choices
from .remote.editors.hints import NO_HINTS, has_hints, hint_layer
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _

_SPACE = Space("RGBA", "U8", SRGB)


def colour_hints(doc: Any, source: Any, box: Box, choices: Choices) -> bytes | None:
    """What the user has painted as colour hints: BGRA, 8 bits, sRGB, of ``box``. None: nothing.

    Raises:
        Refusal: Krita does not give the pixels.
    """
    if not choices.colour.enabled:
        return None
    key = hint_layer(choices.hint_layer, paint_layers(doc, id_of(source)))
    layer = None if key == NO_HINTS else find_layer(doc, key)
    if layer is None:
        return None
    pixels = bytes(read_pixels(doc, layer, box, _SPACE))
    return pixels if has_hints(pixels) else None


def check_can_hold_colour(doc: Any, choices: Choices) -> None:
    """See that colours will be seen in an image.

    Raises:
        Refusal: the image is grey, whatever its layers are.
    """
    if choices.colour.enabled and choices.colour.strength > 0 and doc.colorModel() == "GRAYA":
        convert = _("A grey image shows no colours. Convert it first: Image > Convert Image Color Space…")
        raise Refusal(" ".join((convert, _("Or switch Colour off."))))


def paint_layers(doc: Any, source: str, chosen: Collection[str] = ()) -> list[tuple[str, str]]:
    """Layers on which the user may have painted: id and name, from the top.

    Args:
        doc: the document.
        source: id of the photo, which is none of them.
        chosen: ids of those that are, whatever they are.
    """
    found: list[tuple[str, str]] = []

    def walk(node: Any) -> None:
        for child in reversed(node.childNodes()):
            if child.type() == "paintlayer" and (id_of(child) != source or id_of(child) in chosen):
                found.append((id_of(child), child.name()))
            walk(child)

    walk(doc.rootNode())
    return found
