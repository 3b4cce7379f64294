"""Which stages a job's settings will bring, asked of the settings as they are on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Names of the stages of progress, in their order; which of them come depends on the settings. Further stages come
#: before colour, the last one.
STAGES = ("detection", "quality", "scratches", "inpainting", "faces", "colour")


def planned_stages(settings: Mapping[str, Any], has_mask: bool, further: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """The stages of progress that will come, as far as that can be known before.

    Args:
        settings: as of ``submit``. What is missing, or of a kind that the worker will refuse, counts as the default.
        has_mask: whether the user gives a mask of his own.
        further: the further stages that there are, as the message ``models`` lists them.
    """
    scratches = _part(settings, "scratches")
    unasked = {"quality": True, "inpainting": inpaints_unasked(settings), "faces": True, "colour": False}
    quality, inpainting, faces, colour = (_is_on(_part(settings, name), unless) for name, unless in unasked.items())
    repairs = scratches.get("repair") is not False
    finds = _is_on(scratches, True) or (not repairs and scratches.get("enabled") is not False)
    mode = scratches.get("mask_mode") or ("user" if has_mask else "auto")
    wanted = {
        "detection": (finds or inpainting) and mode != "user",
        "quality": quality,
        "scratches": finds and repairs and not quality,
        "inpainting": inpainting,
        "faces": faces,
        "colour": colour,
    }
    restores = quality or (finds and repairs) or inpainting or faces or colour
    named = _part(settings, "further")
    joining = [
        one["name"]
        for one in further
        if (_is_on(_part(named, one["name"]), True) if one["name"] in named else one["on_by_default"] and restores)
    ]
    built_in = [stage for stage in STAGES if wanted[stage]]
    place = len(built_in) - colour
    return [*built_in[:place], *joining, *built_in[place:]]


def inpaints_unasked(settings: Mapping[str, Any]) -> bool:
    """Whether holes are filled where the settings do not say it.

    They are not for clients from before there was inpainting that have no scratches repaired: these want damage shown,
    or left alone.
    """
    scratches = _part(settings, "scratches")
    return settings.get("inpainting") is not None or (_is_on(scratches, True) and scratches.get("repair") is not False)


def _part(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = settings.get(name)
    return part if isinstance(part, Mapping) else {}


def _is_on(stage: Mapping[str, Any], unless: bool) -> bool:
    """Whether a stage does anything.

    Args:
        stage: its settings.
        unless: whether it is on where they do not say it.
    """
    enabled = stage.get("enabled")
    return (enabled if isinstance(enabled, bool) else unless) and stage.get("strength", 1.0) != 0
