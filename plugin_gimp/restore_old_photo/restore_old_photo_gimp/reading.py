"""Pixels out of GIMP's drawables, which are never changed by it.

Eight and sixteen bits, encoded for the eye, travel as they are. Linear and floating-point ones travel as 16 bits,
encoded so. The colour space is always the image's own: no colour is lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gi.repository import Babl, Gegl, Gimp

from .remote.editors.box import Box
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _
from .remote.protocol import MAX_ICC_BYTES, Picture

_BITS = {Gimp.Precision.U8_NON_LINEAR: 8, Gimp.Precision.U16_NON_LINEAR: 16}


@dataclass(frozen=True)
class Form:
    """How the pixels of an image travel.

    Attributes:
        bits: 8 or 16.
        grey: whether the image is.
        converted: whether they are another thing in GIMP.
    """

    bits: int
    grey: bool
    converted: bool

    def layout(self, alpha: bool) -> str:
        """As of docs/protocol.md."""
        return ("GRAY" if self.grey else "RGB") + ("A" if alpha else "")

    def babl(self, layout: str, drawable: Any) -> str:
        """GIMP's name of what a layout means in a drawable's own colour space; nothing is converted to another one."""
        names = {"GRAY": "Y'", "GRAYA": "Y'A", "RGB": "R'G'B'", "RGBA": "R'G'B'A"}
        return str(Babl.get_name(Babl.format_with_space(f"{names[layout]} u{self.bits}", drawable.get_format())))


def form_of(image: Any) -> Form:
    """How the pixels of an image travel.

    Raises:
        Refusal: indexed colours.
    """
    base = image.get_base_type()
    if base == Gimp.ImageBaseType.INDEXED:
        raise Refusal(_("Indexed colours cannot be restored. Convert a copy of the image: Image > Mode > RGB."))
    bits = _BITS.get(image.get_precision())
    return Form(bits or 16, base == Gimp.ImageBaseType.GRAY, bits is None)


def profile_of(image: Any) -> bytes | None:
    """The colour profile of what ``read_pixels`` reads; None for GIMP's own sRGB, or if it is too large to travel."""
    profile = image.get_color_profile()
    found = None if profile is None else bytes(profile.get_icc_profile())
    return found if found and len(found) <= MAX_ICC_BYTES else None


def box_of(drawable: Any) -> Box:
    """Where a drawable lies."""
    _found, x, y = drawable.get_offsets()
    return Box(x, y, drawable.get_width(), drawable.get_height())


def read_pixels(drawable: Any, form: Form) -> tuple[Picture, bytes]:
    """All pixels of a drawable.

    Raises:
        ProtocolError: it is larger than the server takes; nothing was read.
    """
    layout = form.layout(drawable.has_alpha())
    picture = Picture(layout, form.bits, drawable.get_width(), drawable.get_height())
    whole = Gegl.Rectangle.new(0, 0, picture.width, picture.height)
    return picture, drawable.get_buffer().get(whole, 1.0, form.babl(layout, drawable), Gegl.AbyssPolicy.NONE)


def read_channel(drawable: Any, box: Box, kind: str, origin: tuple[int, int] = (0, 0)) -> bytes:
    """Pixels of a drawable within a box of the image, zero where there are none.

    Args:
        drawable: a layer, a mask or the selection.
        box: in the image.
        kind: GIMP's name of what is wanted, such as ``Y u8``.
        origin: where the drawable lies in the image.
    """
    part = Gegl.Rectangle.new(box.x - origin[0], box.y - origin[1], box.width, box.height)
    return bytes(drawable.get_buffer().get(part, 1.0, kind, Gegl.AbyssPolicy.NONE))


def read_encoded(layer: Any, box: Box, kind: str = "R'G'B'A u8") -> bytes:
    """Pixels of a layer within a box of the image, zero where there are none.

    Args:
        layer: the layer.
        box: in the image.
        kind: GIMP's name of what is wanted; without a colour space, sRGB's encoding is meant.
    """
    lies = box_of(layer)
    return read_channel(layer, box, kind, (lies.x, lies.y))
