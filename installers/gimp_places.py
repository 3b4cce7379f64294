"""Where the GIMPs of this user keep their things.

Each version has a folder of its own, such as ``GIMP/3.0``, that it makes when it is first started.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from installers.errors import told
from installers.place import Place

#: What is in a version's folder.
PLUG_INS = "plug-ins"
_FLATPAK = "org.gimp.GIMP"
#: GIMP 3 takes the folder that it names instead of its own.
_FOLDER_VARIABLE = "GIMP3_DIRECTORY"


def gimp_places(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> list[Place]:
    """The folders for plug-ins of each GIMP 3 that has been started.

    Raises:
        InstallError: a folder cannot be read.
    """
    with told("It cannot be seen which GIMPs there are"):
        places: dict[Path, Place] = {}
        chosen = _chosen(environ, system)
        if chosen is not None and chosen.is_dir():
            places[chosen.resolve()] = Place("GIMP 3", chosen / PLUG_INS)
        for parent, box in _parents(environ, system):
            for version, folder in _versions(parent):
                if version >= (3, 0):
                    place = Place(f"GIMP {folder.name}{box}", folder / PLUG_INS, sandboxed=bool(box))
                    # A Flatpak may see the folder of the system outside as its own.
                    places.setdefault(folder.resolve(), place)
        return list(places.values())


def gimp_folder(version: tuple[int, int], environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """The folder of a GIMP that runs outside of any sandbox, whether it is there or not."""
    chosen = _chosen(environ, system)
    return _parents(environ, system)[0][0] / f"{version[0]}.{version[1]}" if chosen is None else chosen


def older_gimps(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> list[tuple[int, int]]:
    """The versions below 3 that have left their folders here."""
    with told("It cannot be seen which GIMPs there are"):
        return [
            version for parent, _ in _parents(environ, system) for version, _ in _versions(parent) if version < (3, 0)
        ]


def version_in(name: str) -> tuple[int, int] | None:
    """The version that the name of a folder says; None if it says none."""
    said = re.fullmatch(r"(\d{1,3})\.(\d{1,3})", name)
    return (int(said[1]), int(said[2])) if said else None


def home_of(environ: Mapping[str, str], system: str) -> Path:
    """The user's own folder."""
    return Path(environ.get("USERPROFILE" if system == "win32" else "HOME") or Path.home())


def _parents(environ: Mapping[str, str], system: str) -> list[tuple[Path, str]]:
    """The folders in which the versions have theirs, and what is added to the name of a GIMP that has it there."""
    home = home_of(environ, system)
    if system == "win32":
        return [(Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "GIMP", "")]
    if system == "darwin":
        return [(home / "Library" / "Application Support" / "GIMP", "")]
    return [
        (Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "GIMP", ""),
        (home / ".var" / "app" / _FLATPAK / "config" / "GIMP", " (Flatpak)"),
    ]


def _chosen(environ: Mapping[str, str], system: str) -> Path | None:
    """The folder that the user has chosen instead; as GIMP reads it, relative to the user's own."""
    chosen = environ.get(_FOLDER_VARIABLE)
    return home_of(environ, system) / chosen if chosen else None


def _versions(parent: Path) -> Iterator[tuple[tuple[int, int], Path]]:
    """The versions that have a folder, the oldest first."""
    found = ((version_in(folder.name), folder) for folder in (parent.iterdir() if parent.is_dir() else ()))
    yield from sorted((version, folder) for version, folder in found if version is not None and folder.is_dir())
