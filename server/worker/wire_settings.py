"""Settings as they came, as the library's: what it does not know is left out, and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from restoration.errors import SettingsError
from restoration.settings import (
    ColourSettings,
    FaceSettings,
    InpaintingSettings,
    QualitySettings,
    Region,
    ScratchSettings,
    Settings,
    StageSettings,
)
from restoration.stages.discovery import stages_that_run
from server.stages import inpaints_unasked

_PARTS: dict[str, type] = {
    "scratches": ScratchSettings,
    "quality": QualitySettings,
    "inpainting": InpaintingSettings,
    "faces": FaceSettings,
    "colour": ColourSettings,
    "region": Region,
}


#: What clients that know nothing of inpainting mean where they have no scratches repaired.
_NO_INPAINTING = {"enabled": False}


def read_settings(given: Mapping[str, Any]) -> tuple[Settings, list[str]]:
    """Settings from a message, and the names of those that this version does not know.

    Raises:
        SettingsError: a value is of the wrong kind or out of its range, or there is no further stage of a name.
    """
    unknown: list[str] = []
    known = _known("", given, Settings, unknown)
    if not inpaints_unasked(given):
        known["inpainting"] = _NO_INPAINTING
    for name, kind in _PARTS.items():
        if isinstance(known.get(name), Mapping):
            known[name] = _known(f"{name}.", known[name], kind, unknown)
    if isinstance(known.get("further"), Mapping):
        known["further"] = {
            name: _known(f"{name}.", stage, StageSettings, unknown) if isinstance(stage, Mapping) else stage
            for name, stage in known["further"].items()
        }
    try:
        settings = Settings.from_dict(known)
    except TypeError as error:  # a region without its width, a list for a map
        raise SettingsError("The settings are not complete, or a value is of the wrong kind.", f"({error})") from error
    stages_that_run(settings)
    return settings, unknown


def _known(prefix: str, given: Mapping[str, Any], kind: type, unknown: list[str]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    unknown += [f"{prefix}{key}" for key in given if key not in names]
    return {key: value for key, value in given.items() if key in names}
