"""Pixels out of Krita's layers, which are never changed by it."""

from __future__ import annotations

from typing import Any

from .colour_spaces import Space
from .qt import QtCore
from .remote.editors.box import Box
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _

#: Layers that show what lies below them, and have no picture.
_WITHOUT_PICTURE = ("filterlayer", "adjustmentlayer")
#: Krita counts the bytes that it hands over with 31 bits, and crashes above that.
_KRITAS_LIMIT = 1 << 31
#: Models whose conversions between 16-bit integers are coarse.
_COARSE = {"GRAYA", "LABA"}


def layer_of(node: Any) -> Any:
    """The layer itself, where ``node`` is a mask that hangs on it."""
    while node is not None and str(node.type()).endswith("mask") and node.parentNode() is not None:
        node = node.parentNode()
    return node


def find_layer(doc: Any, identity: str) -> Any:
    """The layer of this id; None if it is gone. (Krita's own ``nodeByUniqueID`` gives an object that is no layer.)"""
    waiting = list(doc.rootNode().childNodes())
    while waiting:
        node = waiting.pop()
        if id_of(node) == identity:
            return node
        waiting += node.childNodes()
    return None


def id_of(node: Any) -> str:
    """Names a layer for as long as it lives: each call to Krita makes a new object for the same one."""
    return str(node.uniqueId().toString())


def check_has_picture(node: Any) -> None:
    """See that a layer has pixels of its own.

    Raises:
        Refusal: it has not.
    """
    if node.type() in _WITHOUT_PICTURE:
        raise Refusal(
            _("A filter layer has no picture of its own. Choose the layer with the photo in the list of layers.")
        )


def box_of(node: Any) -> Box:
    """Where a layer has pixels.

    Raises:
        Refusal: nowhere.
    """
    bounds = node.bounds()
    if bounds.isEmpty():
        raise Refusal(
            _("The layer “{}” is empty. Choose the layer with the photo in the list of layers.").format(node.name())
        )
    return Box(bounds.x(), bounds.y(), bounds.width(), bounds.height())


def own_space(node: Any) -> Space:
    """In which a layer's pixels are."""
    return Space(node.colorModel(), node.colorDepth(), node.colorProfile())


def read_pixels(doc: Any, node: Any, box: Box, space: Space) -> QtCore.QByteArray:
    """A layer's pixels within ``box``, as they look with the masks on it, in ``space``.

    Raises:
        Refusal: Krita gives none, or cannot convert them.
    """
    if box.width * box.height * _bytes_a_pixel(node) >= _KRITAS_LIMIT:
        raise Refusal(_("The layer is too large for Krita to hand over. Convert the image to 8 or 16 bits."))
    has_own = node.type() == "paintlayer" and not node.childNodes()
    read = node.pixelData if has_own else node.projectionPixelData
    pixels = read(box.x, box.y, box.width, box.height)
    own = own_space(node)
    if pixels.isEmpty():
        raise Refusal(_("Krita gives no pixels of the layer “{}”. Flatten it, or choose another.").format(node.name()))
    if own == space:
        return pixels
    # A layer beside the document takes the conversion: neither the photo nor its undo steps are touched.
    copy = new_layer(doc, "", own)
    copy.setPixelData(pixels, 0, 0, box.width, box.height)
    convert(copy, space)
    return copy.pixelData(0, 0, box.width, box.height)


def _bytes_a_pixel(node: Any) -> int:
    channels = {"GRAYA": 2, "CMYKA": 5}.get(node.colorModel(), 4)
    return channels * {"U8": 1, "U16": 2, "F16": 2, "F32": 4}.get(node.colorDepth(), 8)


def new_layer(doc: Any, name: str, space: Space) -> Any:
    """A paint layer that hangs nowhere yet."""
    layer = doc.createNode(name, "paintlayer")
    convert(layer, space)
    return layer


def convert(layer: Any, space: Space) -> None:
    """Bring a layer, which must not hang in a document, into another space.

    Raises:
        Refusal: Krita does not know the space.
    """
    own = own_space(layer)
    if own == space:
        return
    if space.depth == "U16" and {own.model, space.model} & _COARSE and own.profile != space.profile:
        # Straight from integers to integers Krita 5.1 errs by up to 8 of 255 levels.
        _convert(layer, Space(space.model, "F32", space.profile))
    _convert(layer, space)


def _convert(layer: Any, space: Space) -> None:
    if not layer.setColorSpace(space.model, space.depth, space.profile):
        raise Refusal(
            _("Krita cannot convert to the colour profile “{}”. Convert the image to sRGB first.").format(space.profile)
        )
