"""What came back, inserted above its source as ONE undo step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .colour_spaces import Form, Space, space_of
from .qt import QtCore
from .reading import convert, new_layer


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


def insert_group(doc: Any, name: str, layers: Sequence[Any], above: Any) -> Any:
    """Insert a group of layers, the lowest first, above a layer; or on top of all where ``above`` is None.

    The group is filled before it hangs anywhere: each layer added to one that hangs would be an undo step of its own,
    and one added to a group that does not hang yet would be an undo step that undoes nothing.
    """
    group = doc.createGroupLayer(name)
    group.setChildNodes(list(layers))
    parent = doc.rootNode() if above is None else above.parentNode()
    parent.addChildNode(group, above)
    return group
