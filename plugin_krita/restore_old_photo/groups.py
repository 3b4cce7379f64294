"""The groups that runs leave in documents, and the layers they were made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .reading import find_layer, id_of

#: As ``restoration.layers`` names them.
_PREFIX = "Restored – "
MASK_NAME = "Scratch mask"
_RESULTS = re.compile(rf"Restored|Inpainted|Scratch repair|{MASK_NAME}|Face \d+|Colour")
#: The group among whose layers the user chooses, and their names.
_CANDIDATES, _CANDIDATE = "Candidates", re.compile(r"Candidate \d+")


def group_name(layer_name: str) -> str:
    """The name of the group of layers made from the layer of this name."""
    return _PREFIX + layer_name


class Results:
    """Which group was made from which layer.

    What was made since Krita was started is remembered; what came out of a file is found by name and place.
    """

    def __init__(self) -> None:
        self._source_of: dict[str, str] = {}
        self._name_of: dict[str, str] = {}

    def made(self, group: Any, source: Any) -> None:
        """Remember a group, and each layer in it: Krita takes them apart when the group is removed."""
        for node in _all_in(group):
            self._source_of[id_of(node)] = id_of(source)
            self._name_of[id_of(node)] = node.name()

    def holds_strangers(self, group: Any) -> bool:
        """Whether somebody has put layers of their own into a group, or renamed ours to keep them.

        Layers of further stages have any name: they are known as long as Krita runs, and kept after that.
        """
        return _holds_strangers(group, self._name_of)

    def source_for(self, doc: Any, node: Any) -> Any:
        """The layer that is to be restored when ``node`` is the active one: itself, or what its group was made from.

        After a run its group is the active layer; to restore again means the photo, not what was made of it.
        """
        climbing = node
        while climbing is not None and climbing.parentNode() is not None:
            if _is_group(climbing):
                for sibling in reversed(_siblings(climbing)):
                    if self._belongs(climbing, sibling):
                        return sibling
            climbing = climbing.parentNode()
        # For a moment after a group was replaced, Krita calls it or a layer of it, which hang nowhere, the active one.
        known = None if climbing is None else self._source_of.get(id_of(climbing))
        source = None if known is None else find_layer(doc, known)
        return node if source is None else source

    def top_group(self, source: Any) -> Any | None:
        """The topmost group made from a layer; None if there is none."""
        groups = self._groups(source)
        return groups[-1] if groups else None

    def edited_group(self, source: Any, active: Any) -> Any | None:
        """The group whose mask is meant: that in which the active layer is, else the topmost that has a mask."""
        groups = [group for group in self._groups(source) if mask_in(group) is not None]
        around, climbing = set(), active
        while climbing is not None:
            around.add(id_of(climbing))
            climbing = climbing.parentNode()
        meant = [group for group in groups if id_of(group) in around] or groups
        return meant[-1] if meant else None

    def _groups(self, source: Any) -> list[Any]:
        return [node for node in _siblings(source) if _is_group(node) and self._belongs(node, source)]

    def _belongs(self, group: Any, layer: Any) -> bool:
        known = self._source_of.get(id_of(group))
        if known is not None:
            return known == id_of(layer)
        if group.name() != group_name(layer.name()):
            return False
        siblings = [id_of(one) for one in _siblings(group)]
        return siblings.index(id_of(layer)) < siblings.index(id_of(group))


def mask_in(group: Any | None) -> Any | None:
    """The scratch mask in a group, which may have been painted on; None if there is none."""
    children = [] if group is None else group.childNodes()
    return next((node for node in children if node.name() == MASK_NAME), None)


def holds(group: Any, identity: str) -> bool:
    """Whether the layer of this id lies in a group."""
    return any(id_of(node) == identity or holds(node, identity) for node in group.childNodes())


def _holds_strangers(group: Any, known: dict[str, str]) -> bool:
    for node in group.childNodes():
        if _is_group(node) and node.name() == _CANDIDATES:
            if any(_CANDIDATE.fullmatch(inner.name()) is None for inner in node.childNodes()):
                return True
        elif _RESULTS.fullmatch(node.name()) is None and known.get(id_of(node)) != node.name():
            return True
    return False


def _all_in(group: Any) -> Iterator[Any]:
    """A group, and all that lies in it, however deep."""
    yield group
    for node in group.childNodes():
        yield from _all_in(node)


def _is_group(node: Any) -> bool:
    return bool(node.type() == "grouplayer")


def _siblings(node: Any) -> list[Any]:
    """A node and its siblings, the lowest first."""
    parent = node.parentNode()
    return [node] if parent is None else list(parent.childNodes())
