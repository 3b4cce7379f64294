"""By what it is known whether a photo, the settings and the program are those of an earlier run."""

from __future__ import annotations

import functools
import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from restoration.settings import Settings

#: Settings that say where and how well-off the program runs, and not what is to come out.
_OF_THE_MACHINE = ("device", "memory_gigabytes", "models")


def settings_digest(settings: Settings) -> str:
    """Names settings: equal names, equal wishes. Device, memory and the place of weights are no wishes."""
    wishes = {name: value for name, value in settings.to_dict().items() if name not in _OF_THE_MACHINE}
    # The letter keeps spreadsheets from taking twelve digits and an e for a number.
    return "s" + hashlib.sha256(json.dumps(wishes, sort_keys=True).encode()).hexdigest()[:16]


@functools.cache
def program_version() -> str:
    """The version of this program, or ``unknown`` where it is run from its source."""
    try:
        return version("restore-old-photo")
    except PackageNotFoundError:
        return "unknown"


@functools.cache
def weights_digest(preset: str) -> str:
    """Names the bundled weights: equal names, equal bytes. The published ones, whose files are large, have one name."""
    if preset != "compact":
        return preset
    digest = hashlib.sha256()
    folder = files("restoration.weights") / "bundled"
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".safetensors")):
        digest.update(name.encode() + (folder / name).read_bytes())
    return "w" + digest.hexdigest()[:16]
