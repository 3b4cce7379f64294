"""The mask of the damage, and the part to work in, from what the user has selected or painted."""

from __future__ import annotations

from typing import Any

from .colour_spaces import SRGB, Space
from .groups import Results, mask_in
from .reading import Box, find_layer, id_of, read_pixels
from .remote.editors.choices import Choices
from .remote.editors.pixel_bytes import is_empty, is_opaque, mask_of
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _

_PAINTED = Space("RGBA", "U8", SRGB)
_GREY = Space("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc")


def damage_mask(doc: Any, source: Any, box: Box, choices: Choices, results: Results) -> bytes | None:
    """What the user says is damaged: one byte a pixel of ``box``, 255 = damaged. None: what is found automatically.

    Raises:
        Refusal: there is nothing where the user points to.
    """
    if not choices.minds_damage:
        return None
    if choices.mask_source == "selection":
        mask = selected(doc, box)
        if mask is None:
            raise Refusal(_("Nothing is selected. Select what is damaged, or let the damage be found automatically."))
        if is_empty(mask):
            raise Refusal(_("The selection lies outside the layer. Select what is damaged in the photo."))
        return mask
    if choices.mask_source == "layer":
        return _painted(doc, _named_layer(doc, source, choices.mask_layer), box)
    if choices.mask_source == "edited":
        layer = mask_in(results.edited_group(source, doc.activeNode()))
        if layer is None:
            raise Refusal(_("There is no scratch mask of this layer yet. Find scratches first."))
        return edited_mask(doc, layer, box)
    return None


def work_area(doc: Any, box: Box, choices: Choices) -> bytes | None:
    """The selection that limits the work, one byte a pixel of ``box``; None if nothing does.

    Raises:
        Refusal: it lies outside the layer.
    """
    if not _limits(choices):
        return None
    area = selected(doc, box)
    if area is not None and is_empty(area):
        raise Refusal(_("The selection lies outside the layer. Select a part of the photo, or nothing."))
    return area


def work_region(doc: Any, box: Box, choices: Choices) -> dict[str, int] | None:
    """The rectangle around the work area, in pixels of ``box``, as of the settings; None where nothing limits the work.

    It costs nothing to know, and with it the server can say what a run will take before it has the area.
    """
    selection = doc.selection() if _limits(choices) else None
    if selection is None:
        return None
    left, top = max(selection.x(), box.x), max(selection.y(), box.y)
    right = min(selection.x() + selection.width(), box.x + box.width)
    bottom = min(selection.y() + selection.height(), box.y + box.height)
    if left >= right or top >= bottom:
        return None
    return {"x": left - box.x, "y": top - box.y, "width": right - left, "height": bottom - top}


def _limits(choices: Choices) -> bool:
    """A selection that is the mask limits nothing; nor does one that was left from painting on the scratch mask."""
    own_mask = choices.minds_damage and choices.mask_source in ("selection", "edited")
    return choices.within_selection and not own_mask


def selected(doc: Any, box: Box) -> bytes | None:
    """The selection within ``box``, 255 = fully selected; None if there is none."""
    selection = doc.selection()
    if selection is None:
        return None
    return bytes(selection.pixelData(box.x, box.y, box.width, box.height))


def _named_layer(doc: Any, source: Any, name: str) -> Any:
    if not name:
        raise Refusal(_("Add a paint layer, paint over what is damaged there, and choose that layer for the damage."))
    layer = find_layer(doc, name)
    if layer is None:
        raise Refusal(_("The painted layer is gone. Choose another one for the damage."))
    if id_of(layer) == id_of(source):
        raise Refusal(_("The painted layer is the photo itself. Choose the photo in the list of layers, then restore."))
    return layer


def _painted(doc: Any, layer: Any, box: Box) -> bytes:
    bgra = bytes(read_pixels(doc, layer, box, _PAINTED))
    grey = bytes(read_pixels(doc, layer, box, _GREY)) if is_opaque(bgra) else None
    mask = mask_of(bgra, grey)
    if is_empty(mask):
        raise Refusal(_("Nothing is painted on the layer “{}”. Paint over what is damaged.").format(layer.name()))
    return mask


def edited_mask(doc: Any, layer: Any, box: Box) -> bytes:
    """A scratch mask's alpha: whoever erases all of it says that nothing is damaged."""
    return bytes(read_pixels(doc, layer, box, _PAINTED))[3::4]
