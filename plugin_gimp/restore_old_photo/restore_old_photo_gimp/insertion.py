"""What came back, inserted above its source as ONE undo step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Babl, Gegl, Gimp

from .former import Former
from .groups import group_name, mark_group, mark_inner_group, mark_layer, mark_mask, users_layers
from .reading import Box, Form, box_of
from .remote.editors.pixel_bytes import alpha_alone
from .remote.events import LayerMade

_TYPES = {
    "GRAY": Gimp.ImageType.GRAY_IMAGE,
    "GRAYA": Gimp.ImageType.GRAYA_IMAGE,
    "RGB": Gimp.ImageType.RGB_IMAGE,
    "RGBA": Gimp.ImageType.RGBA_IMAGE,
}
#: GIMP's HSL Color keeps the lightness of HSL, which is far from luminosity; that of LCH is near to it.
_MODES = {"normal": Gimp.LayerMode.NORMAL, "color": Gimp.LayerMode.LCH_COLOR}


@dataclass(frozen=True)
class Manner:
    """How layers are inserted.

    Attributes:
        shown: whether all are shown, whatever they say of themselves.
        covered: whether the source's layer mask hides the new group, too.
        edited: whether the scratch mask is the user's own.
    """

    shown: bool
    covered: bool
    edited: bool


def insert(
    image: Any,
    source: Any | None,
    name: str,
    box: Box,
    form: Form,
    layers: Sequence[LayerMade],
    *,
    former: Former | None,
    manner: Manner,
) -> Any:
    """Insert a group of layers above their source. If anything fails, the image is as it was.

    Args:
        image: the image.
        source: the layer that they were made from; None if it is gone: then they lie on top of all.
        name: of that layer.
        box: where it lies, or lay.
        form: in which its pixels went.
        layers: the lowest first.
        former: a group of an earlier run, which the new one lies above.
        manner: how.

    Returns:
        The group.
    """
    # Made before anything is inserted: what fails, fails without a trace.
    filled = [(made, _layer(image, made, form)) for made in layers]
    moves = _Moves(image)
    image.undo_group_start()
    group = Gimp.GroupLayer.new(image, group_name(name))
    _blend_encoded(group)
    if any(made.blend_mode == "color" for made in layers):
        # Colours take their light from what lies below, also where that is no layer of this group.
        group.set_mode(Gimp.LayerMode.PASS_THROUGH)
    try:
        above = former.group if former is not None else source
        parent, position = (None, 0) if above is None else (above.get_parent(), image.get_item_position(above))
        _succeed(image.insert_layer(group, parent, position))
        inner: dict[str, Any] = {}
        for made, layer in filled:
            if made.group and made.group not in inner:
                inner[made.group] = _inner_group(image, made.group, group)
            _succeed(image.insert_layer(layer, inner[made.group] if made.group else group, 0))
            _succeed(layer.set_offsets(box.x + made.x, box.y + made.y))
            layer.set_visible(manner.shown or made.visible)
            mark_layer(layer, made.role)
            if made.role == "scratch_mask" and source is not None:
                mark_mask(layer, source, edited=manner.edited)
        if source is not None:
            mark_group(group, source)
            if manner.covered:
                _cover(group, source)
        # Last: nothing of the user's goes before everything else is there.
        if former is not None and former.fate == "hide":
            _succeed(former.group.set_visible(False))
        elif former is not None and former.fate == "remove":
            upper, lower = users_layers(former.group)
            for place, layer in enumerate(upper):
                moves.move(layer, group, place)
            for layer in lower:
                moves.move(layer, group, len(group.get_children()))
            _succeed(image.remove_layer(former.group))
    except BaseException:
        # Where a layer of the user's cannot be put back, the new group that holds it has to stay.
        if moves.take_back() and group.is_valid():
            image.remove_layer(group)
        raise
    else:
        # The names may have been taken until now.
        group.set_name(group_name(name))
        for inner_name, layer in (*inner.items(), *((made.name, layer) for made, layer in filled)):
            layer.set_name(inner_name)
        image.set_selected_layers([group])
    finally:
        image.undo_group_end()
    return group


def _inner_group(image: Any, name: str, group: Any) -> Any:
    """A group on top of what is in ``group`` so far."""
    inner = Gimp.GroupLayer.new(image, name)
    _blend_encoded(inner)
    _succeed(image.insert_layer(inner, group, 0))
    mark_inner_group(inner)
    return inner


class _Moves:
    """Layers of the user's that are put elsewhere, and back again if what comes after fails."""

    def __init__(self, image: Any) -> None:
        self._image = image
        self._moved: list[tuple[Any, Any, int]] = []

    def move(self, layer: Any, group: Any, place: int) -> None:
        """Put a layer into a group, at a place from its top."""
        was = layer, layer.get_parent(), self._image.get_item_position(layer)
        _succeed(self._image.reorder_item(layer, group, place))
        self._moved.append(was)

    def take_back(self) -> bool:
        """Put all of them where they were; whether that went well."""
        stuck = 0
        for layer, parent, place in reversed(self._moved):
            stuck += not self._image.reorder_item(layer, parent, place)
        return not stuck


def _succeed(done: bool) -> None:
    """libgimp says False where it might raise."""
    if not done:
        raise RuntimeError(Gimp.get_pdb().get_last_error())


def _cover(group: Any, source: Any) -> None:
    """Hide what the source's layer mask hides: ``Restored`` has pixels there, too."""
    mask = source.get_mask()
    if mask is None or not source.get_apply_mask():
        return
    own = group.create_mask(Gimp.AddMaskType.WHITE)
    _succeed(group.add_mask(own))
    lies, base = box_of(group), box_of(source)
    part = Gegl.Rectangle.new(lies.x - base.x, lies.y - base.y, lies.width, lies.height)
    kind = str(Babl.get_name(mask.get_format()))
    pixels = mask.get_buffer().get(part, 1.0, kind, Gegl.AbyssPolicy.NONE)
    _write(own, lies.width, lies.height, kind, pixels)


def _layer(image: Any, made: LayerMade, form: Form) -> Any:
    layout, pixels = made.picture.layout, bytes(made.pixels)
    if form.grey and not layout.startswith("GRAY"):
        # A grey image has no red: the mask, whose alpha is what counts, is white there.
        layout, pixels = "GRAYA", alpha_alone(made.picture, pixels)
    width, height = made.picture.width, made.picture.height
    layer = Gimp.Layer.new(
        image, made.name, width, height, _TYPES[layout], 100.0 * made.opacity, _MODES[made.blend_mode]
    )
    _blend_encoded(layer)
    _write(layer, width, height, form.babl(layout, layer), pixels)
    return layer


def _blend_encoded(layer: Any) -> None:
    """Blend encoded values, as the library does with strengths and soft edges; GIMP by itself blends linear light."""
    layer.set_composite_space(Gimp.LayerColorSpace.RGB_NON_LINEAR)
    layer.set_blend_space(Gimp.LayerColorSpace.RGB_NON_LINEAR)


def _write(drawable: Any, width: int, height: int, kind: str, pixels: bytes) -> None:
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), kind, pixels)
    buffer.flush()
    drawable.update(0, 0, width, height)
