"""In which form a layer's pixels travel.

The server takes 8 or 16 bits, grey or RGB, encoded as pictures are for the eye. Pixels that are so already travel as
they are, in their own profile. Linear and floating-point ones, and models that the server does not know, travel as 16
bits in sRGB, and what comes back is converted into the layer's own space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .remote.editors.refusal import Refusal
from .remote.editors.translation import _

SRGB = "sRGB-elle-V2-srgbtrc.icc"
GREY = "Gray-D50-elle-V2-srgbtrc.icc"

#: In names of profiles: those that encode light linearly, or for HDR screens.
_NOT_FOR_THE_EYE = re.compile(r"g10|linear|scrgb|2084|\bpq\b|hlg", re.IGNORECASE)
_BITS = {"U8": 8, "U16": 16}


@dataclass(frozen=True)
class Space:
    """A colour space, in Krita's words.

    Attributes:
        model: such as ``RGBA``.
        depth: such as ``U8``.
        profile: its name.
    """

    model: str
    depth: str
    profile: str


@dataclass(frozen=True)
class Form:
    """How pixels travel: ``layout`` and ``bits`` as in docs/protocol.md, read and written in ``space``."""

    layout: str
    bits: int
    space: Space


def travelling_form(own: Space) -> Form:
    """The form in which the pixels of a layer travel.

    Raises:
        Refusal: CMYK.
    """
    if own.model == "CMYKA":
        raise Refusal(
            _("CMYK cannot be restored. Convert a copy of the image to RGB first: Image > Convert Image Color Space…")
        )
    grey = own.model == "GRAYA"
    if own.model in ("RGBA", "GRAYA") and own.depth in _BITS and not _NOT_FOR_THE_EYE.search(own.profile):
        return Form("GRAYA" if grey else "BGRA", _BITS[own.depth], own)
    return Form("GRAYA", 16, Space("GRAYA", "U16", GREY)) if grey else Form("BGRA", 16, Space("RGBA", "U16", SRGB))


def space_of(layout: str, form: Form) -> Space:
    """The space of a layer that came back in ``layout``, ``BGRA`` or ``GRAYA``, for a photo that went in ``form``."""
    if layout == form.layout:
        return form.space
    return Space("RGBA", form.space.depth, SRGB)
