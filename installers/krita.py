"""Krita, for installing."""

from __future__ import annotations

from pathlib import Path

from installers.assembling import NAME
from installers.editor import Editor
from installers.errors import InstallError
from installers.krita_places import krita_places
from installers.krita_plugin import ACTIONS, DESKTOP, MODULE, assemble
from installers.kritarc import remove_group, remove_key, set_key
from installers.place import Place
from installers.wheels import local_targets

#: Where Krita keeps which plug-ins are enabled.
_GROUP, _KEY = "python", f"enable_{NAME}"


def enabled(settings: bytes) -> bytes:
    """Krita's settings with the plug-in enabled."""
    return set_key(settings, _GROUP, _KEY, "true")


def forgotten(settings: bytes) -> bytes:
    """Krita's settings as if there had never been a plug-in."""
    return remove_group(remove_key(settings, _GROUP, _KEY), NAME)


def installed() -> list[Place]:
    """The Kritas of this user.

    Raises:
        InstallError: there is none.
    """
    places = krita_places()
    if not places:
        raise InstallError(
            "No Krita was found for this user.",
            "Start Krita once, then install again; or name its folders with --folder and --config.",
        )
    return places


def named(folder: Path, settings: Path | None) -> Place:
    """A Krita whose folder of resources and settings file the user names.

    Raises:
        InstallError: there is no such folder; or no file was named.
    """
    if settings is None:
        raise InstallError("Krita's settings file was not named.", "Name it with --config.")
    place = Place("Krita", folder.absolute(), settings.absolute())
    if not place.folder.is_dir():
        raise InstallError(
            f"There is no folder {place.folder}.",
            "Name Krita's folder of resources; it holds the folder pykrita, or will.",
        )
    return place


KRITA = Editor(
    name="krita",
    title="Krita",
    parts=(DESKTOP, MODULE, ACTIONS),
    module=MODULE,
    installed=installed,
    known=krita_places,
    named=named,
    assemble=assemble,
    targets=local_targets,
    enabled=enabled,
    forgotten=forgotten,
)
