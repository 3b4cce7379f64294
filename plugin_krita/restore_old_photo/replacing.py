"""Which earlier group a new one takes the place of. What the user has painted is never thrown away by it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from .damage import edited_mask
from .groups import MASK_NAME, Results, holds, mask_in
from .reading import Box, find_layer, id_of
from .remote.editors.choices import Choices
from .remote.editors.translation import _


@dataclass(frozen=True)
class Replaced:
    """A group that is to make way.

    Attributes:
        group: its id.
        mask: names what was painted on its mask when the run began.
    """

    group: str
    mask: str


class Masks:
    """What the masks were like when they were inserted, so that it is known which were painted on."""

    def __init__(self) -> None:
        self._inserted: dict[str, str] = {}

    def inserted(self, doc: Any, group: Any, box: Box) -> None:
        """Remember a group's mask."""
        if mask_in(group) is not None:
            self._inserted[id_of(group)] = digest_of_mask(doc, group, box)

    def replaced(
        self, doc: Any, source: Any, box: Box, choices: Choices, results: Results, *, finds: bool
    ) -> Replaced | None:
        """The group that makes way: the one with the edited mask, or one that is nothing but a mask as it was found."""
        if choices.mask_source == "edited" and not finds:
            old = results.edited_group(source, doc.activeNode())
            return None if old is None else Replaced(id_of(old), digest_of_mask(doc, old, box))
        old = results.top_group(source)
        if old is None or [layer.name() for layer in old.childNodes()] != [MASK_NAME]:
            return None
        digest = digest_of_mask(doc, old, box)
        return Replaced(id_of(old), digest) if self._inserted.get(id_of(old)) == digest else None


def make_way(doc: Any, replaced: Replaced, source_id: str, box: Box, results: Results) -> str:
    """Remove the old group; or hide it where it holds what would be lost. The sentence about that, or nothing."""
    old = find_layer(doc, replaced.group)
    if old is None:
        return ""
    if holds(old, source_id):
        return _("The last result was kept, because the photo lies in its group.")
    if mask_in(old) is None or digest_of_mask(doc, old, box) != replaced.mask:
        old.setVisible(False)
        return _("The last result was kept, hidden, because its scratch mask was painted on meanwhile.")
    if results.holds_strangers(old):
        old.setVisible(False)
        return _("The last result was kept, hidden, because it holds layers of your own.")
    old.remove()
    return ""


def digest_of_mask(doc: Any, group: Any, box: Box) -> str:
    """Names what is painted on a group's mask."""
    mask = mask_in(group)
    return "" if mask is None else hashlib.blake2b(edited_mask(doc, mask, box), digest_size=16).hexdigest()
