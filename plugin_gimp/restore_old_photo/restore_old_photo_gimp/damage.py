"""The mask of the damage, and the part to work in, from what the user has selected or painted."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp

from .arguments import LAYER_MASK
from .groups import alpha_of, mask_in
from .reading import Box, box_of, read_channel, read_encoded
from .remote.editors.choices import Choices
from .remote.editors.pixel_bytes import is_empty, is_opaque, mask_of
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _


def damage_mask(image: Any, source: Any, group: Any | None, box: Box, choices: Choices) -> bytes | None:
    """What the user says is damaged: one byte a pixel of ``box``, 255 = damaged. None: what is found automatically.

    Args:
        image: the image.
        source: the photo.
        group: the one whose scratch mask was edited, if there is one.
        box: where the photo lies.
        choices: of the user.

    Raises:
        Refusal: there is nothing where the user points to.
    """
    if not choices.minds_damage or choices.mask_source == "auto":
        return None
    if choices.mask_source == "selection":
        mask = selected(image, box)
        if mask is None:
            raise Refusal(_("Nothing is selected. Select what is damaged, or let the damage be found automatically."))
        if is_empty(mask):
            raise Refusal(_("The selection lies outside the layer. Select what is damaged in the photo."))
        return mask
    if choices.mask_source == LAYER_MASK:
        return _layer_mask(source, box)
    if choices.mask_source == "layer":
        return _painted(_named(image, source, choices.mask_layer), box)
    layer = mask_in(group)
    if layer is None:
        raise Refusal(_("There is no scratch mask of this layer yet. Find scratches first."))
    return alpha_of(layer, box)


def selection_limits(choices: Choices) -> bool:
    """Whether a selection, if there is one, limits the work.

    Not where it is the mask itself, and not where the mask was edited: a selection that was left over from painting
    would wipe what lies outside it.
    """
    meant = choices.minds_damage and choices.mask_source in ("selection", "edited")
    return choices.within_selection and not meant


def work_area(image: Any, box: Box, choices: Choices) -> bytes | None:
    """The selection that limits the work, one byte a pixel of ``box``; None if nothing does.

    Raises:
        Refusal: it lies outside the layer.
    """
    if not selection_limits(choices):
        return None
    area = selected(image, box)
    if area is not None and is_empty(area):
        raise Refusal(_("The selection lies outside the layer. Select a part of the photo, or nothing."))
    return area


def work_region(image: Any, box: Box, choices: Choices) -> dict[str, int] | None:
    """The rectangle around such a selection, in pixels of ``box``, as of the settings; None where nothing limits."""
    if not selection_limits(choices):
        return None
    _found, something, x1, y1, x2, y2 = Gimp.Selection.bounds(image)
    if not something:
        return None
    left, top = max(x1, box.x), max(y1, box.y)
    right, bottom = min(x2, box.x + box.width), min(y2, box.y + box.height)
    if left >= right or top >= bottom:
        return None
    return {"x": left - box.x, "y": top - box.y, "width": right - left, "height": bottom - top}


def selected(image: Any, box: Box) -> bytes | None:
    """The selection within ``box``, 255 = fully selected; None if there is none."""
    return None if Gimp.Selection.is_empty(image) else read_channel(image.get_selection(), box, "Y u8")


def _layer_mask(source: Any, box: Box) -> bytes:
    mask = source.get_mask() if isinstance(source, Gimp.Layer) else None
    if mask is None:
        raise Refusal(_("The layer has no layer mask. Add one, and paint white over what is damaged."))
    damage = read_channel(mask, box, "Y u8", (box.x, box.y))
    if is_empty(damage):
        raise Refusal(_("The layer mask is black everywhere. Paint white over what is damaged."))
    return damage


def _named(image: Any, source: Any, name: str) -> Any:
    if not name:
        raise Refusal(_("Add a layer, paint over what is damaged there, and choose that layer for the damage."))
    layer = image.get_layer_by_name(name)
    if layer is None:
        raise Refusal(_("There is no layer “{}”. Choose another one for the damage.").format(name))
    if layer.get_id() == source.get_id():
        raise Refusal(_("The painted layer is the photo itself. Choose another one for the damage."))
    return layer


def _painted(layer: Any, box: Box) -> bytes:
    pixels = read_encoded(layer, box)
    # Outside the layer there is nothing, which counts as transparent only where the layer has transparency at all.
    opaque = not layer.has_alpha() or is_opaque(read_encoded(layer, box_of(layer)))
    grey = read_encoded(layer, box, "Y'A u8") if opaque else None
    mask = mask_of(pixels, grey)
    if is_empty(mask):
        raise Refusal(_("Nothing is painted on the layer “{}”. Paint over what is damaged.").format(layer.get_name()))
    return mask
