"""Where the Kritas of this user keep their things."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from installers.errors import told
from installers.kritarc import get_key
from installers.place import Place
from installers.settings_file import read_settings

_FLATPAK = "org.kde.krita"


def krita_places(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> list[Place]:
    """The Kritas that are installed for this user, or have left their folders here.

    Raises:
        InstallError: the settings of one cannot be read.
    """
    with told("It cannot be seen which Kritas there are"):
        return [_followed(place) for place, there in _candidates(environ, system) if there]


def _candidates(environ: Mapping[str, str], system: str) -> list[tuple[Place, bool]]:
    """Each place where a Krita may keep its things, and whether there is one."""
    home = Path(environ.get("USERPROFILE" if system == "win32" else "HOME") or Path.home())
    if system == "win32":
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        programs = Path(environ.get("PROGRAMFILES") or "C:/Program Files")
        place = Place("Krita", roaming / "krita", local / "kritarc")
        return [(place, _is_used(place) or (programs / "Krita (x64)").is_dir())]
    if system == "darwin":
        library = home / "Library"
        place = Place("Krita", library / "Application Support" / "krita", library / "Preferences" / "kritarc")
        applications = [Path("/Applications"), home / "Applications"]
        return [(place, _is_used(place) or any((folder / "krita.app").is_dir() for folder in applications))]
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    place = Place("Krita", data / "krita", config / "kritarc")
    box = home / ".var" / "app" / _FLATPAK
    flatpak = Place("Krita (Flatpak)", box / "data" / "krita", box / "config" / "kritarc", sandboxed=True)
    installed = [home / ".local" / "share" / "flatpak" / "app" / _FLATPAK, Path("/var/lib/flatpak/app") / _FLATPAK]
    return [
        (place, _is_used(place) or shutil.which("krita", path=environ.get("PATH")) is not None),
        (flatpak, _is_used(flatpak) or any(folder.is_dir() for folder in installed)),
    ]


def _is_used(place: Place) -> bool:
    return place.folder.is_dir() or (place.settings is not None and place.settings.is_file())


def _followed(place: Place) -> Place:
    """The place with the folder of resources that the user has chosen in Krita's settings, if one was chosen."""
    chosen = get_key(read_settings(place.settings), None, "ResourceDirectory") if place.settings else None
    if not chosen or not Path(chosen).is_absolute():
        return place
    return Place(place.name, Path(chosen), place.settings, place.sandboxed)
