"""The groups that runs leave in an image, and the layers they were made from.

Groups and masks carry a note (GIMP: a parasite) that is saved with the image: GIMP renames layers whose name is taken,
and users rename theirs. A copy of a group carries the same note: it is only believed on the item it was written for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from gi.repository import Gimp

from .reading import Box, box_of, read_channel

#: On a group: the tattoo of the layer that it was made from. On a layer: what it is; on a scratch mask also a digest.
_SOURCE, _ROLE = "restore-old-photo-source", "restore-old-photo-role"
_PERSISTENT = 1
_MASK, _GROUP = "scratch_mask", "group"


def group_name(layer_name: str) -> str:
    """The name of the group of layers made from the layer of this name; as ``restoration.layers`` has it."""
    return f"Restored – {layer_name}"


def mark_group(group: Any, source: Any) -> None:
    """Note from which layer a group was made."""
    _mark(group, _SOURCE, str(source.get_tattoo()))


def mark_layer(layer: Any, role: str) -> None:
    """Note that a layer was made by a run, and as what."""
    _mark(layer, _ROLE, role)


def mark_inner_group(group: Any) -> None:
    """Note that a group within that of all layers was made by a run."""
    _mark(group, _ROLE, _GROUP)


def mark_mask(layer: Any, source: Any, *, edited: bool) -> None:
    """Note that a layer is the scratch mask of its group, and how it looks unless the user made it."""
    _mark(layer, _ROLE, _MASK if edited else f"{_MASK} {_digest(layer, source)}")


def source_for(image: Any, drawable: Any) -> Any:
    """The layer that is meant when this one is active: itself, or that which its group was made from."""
    for climbing in _upwards(drawable):
        tattoo = _note(climbing, _SOURCE)
        for layer in all_layers(image) if tattoo else ():
            if str(layer.get_tattoo()) == tattoo:
                return layer
    return drawable


def group_of(image: Any, source: Any, active: Any, *, masked: bool) -> Any | None:
    """The group made from a layer that is meant: that of the active layer, or else the topmost. None: there is none.

    Args:
        image: the image.
        source: the layer.
        active: the layer that the user has chosen.
        masked: whether the group must have a scratch mask.
    """
    tattoo = str(source.get_tattoo())
    chosen = list(_upwards(active)) if active.is_valid() else []
    for layer in (*chosen, *all_layers(image)):
        if _note(layer, _SOURCE) == tattoo and (not masked or mask_in(layer) is not None):
            return layer
    return None


def mask_in(group: Any | None) -> Any | None:
    """The scratch mask in a group, which may have been painted on; None if there is none."""
    children = [] if group is None or not group.is_group() else group.get_children()
    return next((layer for layer in children if _is_mask(layer)), None)


def alpha_of(mask: Any, box: Box) -> bytes:
    """What a scratch mask means, one byte a pixel of ``box``, 255 = damaged."""
    lies = box_of(mask)
    return read_channel(mask, box, "R'G'B'A u8", (lies.x, lies.y))[3::4]


def is_only_a_mask(group: Any) -> bool:
    """Whether a group holds a scratch mask and nothing else."""
    return [_is_mask(layer) for layer in group.get_children()] == [True]


def is_as_made(mask: Any, source: Any) -> bool:
    """Whether nobody has painted on a scratch mask, or moved it. One that is not known counts as painted."""
    return _note(mask, _ROLE) == f"{_MASK} {_digest(mask, source)}"


def users_layers(group: Any) -> tuple[list[Any], list[Any]]:
    """The layers that the user has put into a group, the topmost first: those that lie below all of ours come apart.

    Those within a group of ours count as lying where that does.
    """
    layers = group.get_children()
    ours = [number for number, layer in enumerate(layers) if _note(layer, _ROLE)]
    end = ours[-1] if ours else len(layers)
    upper: list[Any] = []
    for number, layer in enumerate(layers[: end + 1]):
        if number not in ours:
            upper.append(layer)
        elif _note(layer, _ROLE) == _GROUP:
            upper += [inner for inner in layer.get_children() if not _note(inner, _ROLE)]
    return upper, layers[end + 1 :]


def is_within(layer: Any, group: Any) -> bool:
    """Whether a layer lies in a group, however deep."""
    return any(one.get_id() == group.get_id() for one in _upwards(layer.get_parent()))


def all_layers(image: Any) -> Iterator[Any]:
    """Every layer, the topmost first, groups before what is in them."""
    waiting = list(image.get_layers())
    while waiting:
        layer = waiting.pop(0)
        yield layer
        if layer.is_group():
            waiting = [*layer.get_children(), *waiting]


def _upwards(item: Any | None) -> Iterator[Any]:
    while item is not None:
        yield item
        item = item.get_parent()


def _is_mask(layer: Any) -> bool:
    return _note(layer, _ROLE).split(" ")[0] == _MASK


def _digest(mask: Any, source: Any) -> str:
    lies, base = box_of(mask), box_of(source)
    alpha = alpha_of(mask, lies)
    place = f"{lies.x - base.x} {lies.y - base.y} {lies.width} {lies.height} "
    return hashlib.sha256(place.encode() + alpha).hexdigest()


def _mark(item: Any, name: str, text: str) -> None:
    note = f"{text}:{item.get_tattoo()}"
    item.attach_parasite(Gimp.Parasite.new(name, _PERSISTENT, note.encode()))


def _note(item: Any, name: str) -> str:
    parasite = item.get_parasite(name)
    text = "" if parasite is None else bytes(parasite.get_data()).decode("utf-8", "replace")
    note, _colon, own = text.rpartition(":")
    return note if own == str(item.get_tattoo()) else ""
