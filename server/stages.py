"""Which stages a job's settings will bring, asked of the settings as they are on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Names of the stages of progress, in their order; which of them come depends on the settings.
STAGES = ("detection", "quality", "scratches", "faces")


def planned_stages(settings: Mapping[str, Any], has_mask: bool) -> list[str]:
    """The stages of progress that will come, as far as that can be known before.

    Args:
        settings: as of ``submit``. What is missing, or of a kind that the worker will refuse, counts as the default.
        has_mask: whether the user gives a mask of his own.
    """
    scratches, quality, faces = (_part(settings, name) for name in ("scratches", "quality", "faces"))
    repairs = scratches.get("repair") is not False
    finds = _enabled(scratches) and (_strong(scratches) or not repairs)
    restores = _enabled(quality) and _strong(quality)
    mode = scratches.get("mask_mode") or ("user" if has_mask else "auto")
    wanted = {
        "detection": finds and mode != "user",
        "quality": restores,
        "scratches": finds and repairs and not restores,
        "faces": _enabled(faces) and _strong(faces),
    }
    return [stage for stage in STAGES if wanted[stage]]


def _part(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = settings.get(name)
    return part if isinstance(part, Mapping) else {}


def _enabled(stage: Mapping[str, Any]) -> bool:
    return stage.get("enabled") is not False


def _strong(stage: Mapping[str, Any]) -> bool:
    return stage.get("strength", 1.0) != 0
