"""What came back, inserted above its source as ONE undo step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gi.repository import Gegl, Gimp

from .groups import group_name, mark_group, mark_mask
from .reading import Box, Form
from .remote.editors.pixel_bytes import alpha_alone
from .remote.events import LayerMade

_TYPES = {
    "GRAY": Gimp.ImageType.GRAY_IMAGE,
    "GRAYA": Gimp.ImageType.GRAYA_IMAGE,
    "RGB": Gimp.ImageType.RGB_IMAGE,
    "RGBA": Gimp.ImageType.RGBA_IMAGE,
}
_MODES = {"normal": Gimp.LayerMode.NORMAL, "color": Gimp.LayerMode.HSL_COLOR}


def insert(
    image: Any, source: Any, box: Box, form: Form, layers: Sequence[LayerMade], *, replaces: Any | None, shown: bool
) -> Any:
    """Insert a group of layers above their source.

    Args:
        image: the image.
        source: the layer that they were made from.
        box: where it lies.
        form: in which its pixels went.
        layers: the lowest first.
        replaces: a group whose place the new one takes, or None.
        shown: whether all are shown, whatever they say of themselves.

    Returns:
        The group.
    """
    # Made before anything is inserted: what fails, fails without a trace.
    filled = [(made, _layer(image, made, form)) for made in layers]
    image.undo_group_start()
    try:
        above = replaces or source
        group = Gimp.GroupLayer.new(image, group_name(source.get_name()))
        image.insert_layer(group, above.get_parent(), image.get_item_position(above))
        mark_group(group, source)
        if replaces is not None:
            image.remove_layer(replaces)
            group.set_name(group_name(source.get_name()))  # it was taken until now
        for made, layer in filled:
            image.insert_layer(layer, group, 0)
            layer.set_offsets(box.x + made.x, box.y + made.y)
            layer.set_visible(shown or made.visible)
            if made.role == "scratch_mask":
                mark_mask(layer)
        image.set_selected_layers([group])
    finally:
        image.undo_group_end()
    return group


def _layer(image: Any, made: LayerMade, form: Form) -> Any:
    layout, pixels = made.picture.layout, bytes(made.pixels)
    if form.grey and not layout.startswith("GRAY"):
        # A grey image has no red: the mask, whose alpha is what counts, is white there.
        layout, pixels = "GRAYA", alpha_alone(made.picture, pixels)
    width, height = made.picture.width, made.picture.height
    layer = Gimp.Layer.new(
        image, made.name, width, height, _TYPES[layout], 100.0 * made.opacity, _MODES[made.blend_mode]
    )
    buffer = layer.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), form.babl(layout, layer), pixels)
    buffer.flush()
    layer.update(0, 0, width, height)
    return layer
