"""The group of an earlier run: what becomes of it when a new one is inserted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .groups import alpha_of, is_as_made, is_only_a_mask, is_within, mask_in
from .reading import Box
from .remote.editors.translation import _


@dataclass(frozen=True)
class Former:
    """A group above which the new one is inserted.

    Attributes:
        group: the group.
        fate: ``remove`` for the new one takes its place, ``hide``, or ``keep`` as it is.
        sentence: for the user.
    """

    group: Any
    fate: str
    sentence: str = ""


def former_of(group: Any | None, source: Any, box: Box, sent: bytes | None) -> Former | None:
    """What becomes of a group, as it is now; None if it has nothing to do with the new one. No work of the user's goes.

    Args:
        group: of the same source; may be gone by now.
        source: where both were made from.
        box: where that lies now.
        sent: the group's scratch mask as it was sent, in a run from it; None in all other runs.
    """
    if group is None or not group.is_valid():
        return None
    mask = mask_in(group)
    if sent is None:
        if not is_only_a_mask(group):
            return Former(group, "keep")  # the new one lies above it, or it would hide the new one
        return Former(group, "remove") if is_as_made(mask, source) else _hidden(group)
    if is_within(source, group):
        return Former(group, "keep", _("The photo lies within the last result, which was kept below the new one."))
    # The user may have gone on painting during the run.
    return Former(group, "remove") if mask is not None and alpha_of(mask, box) == sent else _hidden(group)


def _hidden(group: Any) -> Former:
    sentence = _(
        "Your edited scratch mask was kept, in the hidden group “{}”. To restore with it, choose that group, then “{}”."
    )
    return Former(group, "hide", sentence.format(group.get_name(), _("Restore Photo: Use Edited Mask…")))
