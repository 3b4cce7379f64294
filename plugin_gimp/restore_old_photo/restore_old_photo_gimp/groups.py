"""The groups that runs leave in an image, and the layers they were made from.

Groups and masks carry a note (GIMP: a parasite) that is saved with the image: GIMP renames layers whose name is taken,
and users rename theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gi.repository import Gimp

#: On a group: the tattoo of the layer that it was made from. On a scratch mask: that it is one.
_SOURCE, _ROLE = "restore-old-photo-source", "restore-old-photo-role"
_PERSISTENT = 1
_MASK = "scratch_mask"


def group_name(layer_name: str) -> str:
    """The name of the group of layers made from the layer of this name; as ``restoration.layers`` has it."""
    return f"Restored – {layer_name}"


def mark_group(group: Any, source: Any) -> None:
    """Note from which layer a group was made."""
    _mark(group, _SOURCE, str(source.get_tattoo()))


def mark_mask(layer: Any) -> None:
    """Note that a layer is the scratch mask of its group."""
    _mark(layer, _ROLE, _MASK)


def source_for(image: Any, drawable: Any) -> Any:
    """The layer that is meant when this one is active: itself, or that which its group was made from."""
    climbing = drawable
    while climbing is not None:
        tattoo = _note(climbing, _SOURCE)
        if tattoo:
            for layer in all_layers(image):
                if str(layer.get_tattoo()) == tattoo:
                    return layer
        climbing = climbing.get_parent()
    return drawable


def group_of(image: Any, source: Any) -> Any | None:
    """The topmost group made from a layer; None if there is none."""
    tattoo = str(source.get_tattoo())
    return next((layer for layer in all_layers(image) if _note(layer, _SOURCE) == tattoo), None)


def mask_for(image: Any, source: Any) -> Any | None:
    """The scratch mask made from a layer, which may have been painted on; None if there is none."""
    group = group_of(image, source)
    children = [] if group is None else group.get_children()
    return next((layer for layer in children if _note(layer, _ROLE) == _MASK), None)


def is_only_a_mask(group: Any) -> bool:
    """Whether a group holds a scratch mask and nothing else."""
    return [_note(layer, _ROLE) for layer in group.get_children()] == [_MASK]


def all_layers(image: Any) -> Iterator[Any]:
    """Every layer, the topmost first, groups before what is in them."""
    waiting = list(image.get_layers())
    while waiting:
        layer = waiting.pop(0)
        yield layer
        if layer.is_group():
            waiting = [*layer.get_children(), *waiting]


def _mark(item: Any, name: str, text: str) -> None:
    item.attach_parasite(Gimp.Parasite.new(name, _PERSISTENT, text.encode()))


def _note(item: Any, name: str) -> str:
    parasite = item.get_parasite(name)
    return "" if parasite is None else bytes(parasite.get_data()).decode("utf-8", "replace")
