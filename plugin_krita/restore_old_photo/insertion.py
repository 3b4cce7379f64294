"""What came back, inserted above its source as ONE undo step."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .colour_spaces import Form, Space, space_of
from .qt import QtCore
from .reading import convert, new_layer

#: Krita's name of the blend mode that keeps the light of what lies below.
_COLOUR = "color"


@dataclass(frozen=True, eq=False)
class Returned:
    """A layer that came back.

    Attributes:
        number: names it in the job's order.
        name: for the list of layers.
        layout: BGRA or GRAYA.
        x, y: in the photo that was sent.
        width, height: pixels.
        blend_mode: ``normal`` or ``color``, which are also Krita's names.
        opacity: 0 to 1.
        visible: whether it is shown.
        note: a sentence for the user, or nothing.
        pixels: its bytes.
        memory: where those are; it must live as long as they do.
        group: name of the group, within that of all layers, in which it lies; empty for none.
    """

    number: int
    name: str
    layout: str
    x: int
    y: int
    width: int
    height: int
    blend_mode: str
    opacity: float
    visible: bool
    note: str
    pixels: QtCore.QByteArray
    memory: object
    group: str = ""


def make_layer(doc: Any, returned: Returned, form: Form, own: Space, left: int, top: int) -> Any:
    """A layer that hangs nowhere yet, filled, in the source's own space.

    Args:
        doc: the document it is for.
        returned: what came back.
        form: in which its photo travelled.
        own: the source's space.
        left, top: where the photo lies in the image.

    Raises:
        Refusal: Krita does not know the space.
    """
    layer = new_layer(doc, returned.name, space_of(returned.layout, form))
    layer.setPixelData(returned.pixels, left + returned.x, top + returned.y, returned.width, returned.height)
    if returned.layout == form.layout:
        convert(layer, own)
    layer.setBlendingMode(returned.blend_mode)
    layer.setOpacity(round(returned.opacity * 255))
    layer.setVisible(returned.visible)
    return layer


def nested(doc: Any, layers: Sequence[tuple[str, Any]]) -> list[Any]:
    """Layers, the lowest first, those next to each other that name the same group within a group of that name.

    Args:
        doc: the document they are for.
        layers: the group of each, empty for none, and the layer, which hangs nowhere yet.
    """
    found = []
    for name, members in itertools.groupby(layers, key=lambda one: one[0]):
        inner = [layer for _name, layer in members]
        if name:
            group = doc.createGroupLayer(name)
            group.setChildNodes(inner)
            inner = [group]
        found += inner
    return found


def insert_group(doc: Any, name: str, layers: Sequence[Any], above: Any) -> Any:
    """Insert a group of layers, the lowest first, above a layer; or on top of all where ``above`` is None.

    A group with colours passes through to what lies below it: they take their light from there. Any other does not, so
    that its own opacity weakens all of it.

    The group is filled before it hangs anywhere: each layer added to one that hangs would be an undo step of its own,
    and one added to a group that does not hang yet would be an undo step that undoes nothing.
    """
    group = doc.createGroupLayer(name)
    group.setChildNodes(list(layers))
    if any(layer.blendingMode() == _COLOUR for layer in layers):
        group.setPassThroughMode(True)
    parent = doc.rootNode() if above is None else above.parentNode()
    parent.addChildNode(group, above)
    return group
