"""Colour hints: on which of the user's layers they are, and whether there are any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Tuple

from .translation import _

#: For ``Choices.hint_layer``: no layer, whatever layers are called.
NO_HINTS = "none"

#: A layer so called is taken unasked; what stands behind it, such as a number, does not matter.
_NAME = "colou?r hints"


def hint_layer(chosen: str, layers: Iterable[Tuple[str, str]]) -> str:
    """The layer that holds the colour hints, as the editor calls it; ``NO_HINTS`` if none does.

    Args:
        chosen: ``Choices.hint_layer``. A layer that is not there, of another image perhaps, counts as none chosen.
        layers: those that there are: what the editor calls each, and its name, from the top.
    """
    if chosen == NO_HINTS:
        return NO_HINTS
    there = list(layers)
    if any(key == chosen for key, _name in there):
        return chosen
    names = re.compile(rf"({_NAME}|{re.escape(_('Colour hints'))})\b", re.IGNORECASE)
    return next((key for key, name in there if names.match(name.strip())), NO_HINTS)


def has_hints(pixels: bytes) -> bool:
    """True if anything is painted on a layer: BGRA or RGBA, 8 bits."""
    alpha = pixels[3::4]
    return alpha.count(0) != len(alpha)
