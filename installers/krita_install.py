"""Puts the Krita plug-in into a Krita's folder, and takes out what was put there."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from pathlib import Path

from installers.errors import InstallError, told
from installers.krita_places import KritaPlace, krita_places
from installers.krita_plugin import ABOUT, ACTIONS, DESKTOP, MODULE, NAME, PROGRAM
from installers.kritarc import read_settings, remove_group, remove_key, set_key, write_settings
from installers.record import Installed, recorded, write_record
from installers.swap import delete_leftovers, discard, swapped

EDITOR = "krita"
#: Where Krita keeps which plug-ins are enabled.
_GROUP, _KEY = "python", f"enable_{NAME}"
#: The first makes Krita load the plug-in: it is the last to come and the first to go.
_PARTS = (DESKTOP, MODULE, ACTIONS)


def put(place: KritaPlace, assembled: Path) -> None:
    """Put the plug-in into a Krita, enable it, and record it. An older one is replaced as a whole.

    When this fails, everything is as it was before.

    Args:
        place: which Krita.
        assembled: the folder that ``krita_plugin.assemble`` has filled.

    Raises:
        InstallError: something else is in its place; or there is no permission, no space.
    """
    with told(f"The plug-in cannot be put into {place.resources}"):
        _put(place, assembled)


def _put(place: KritaPlace, assembled: Path) -> None:
    _check_ours(place)
    before = read_settings(place.settings)
    plugins = recorded()
    earlier = next((one for one in plugins if _is_of(one, place)), None)
    made: list[Path] = []
    try:
        for folder in (*(place.resources / part.parent for part in _PARTS), place.settings.parent):
            _make(folder, made)
        installed = Installed(
            EDITOR,
            str(place.resources),
            str(place.settings),
            (*(earlier.made if earlier else ()), *map(str, made)),
        )
        for part in _PARTS:
            delete_leftovers(place.resources / part)
        with swapped([(assembled / part, place.resources / part) for part in reversed(_PARTS)]):
            write_settings(place.settings, set_key(before, _GROUP, _KEY, "true"))
            try:
                write_record([*(one for one in plugins if one is not earlier), installed])
            except BaseException:
                write_settings(place.settings, before)
                raise
    except BaseException:
        _remove_empty(made)
        raise


def take_out(place: KritaPlace) -> bool:
    """Remove the plug-in from a Krita: its files, its settings, its record.

    Returns:
        Whether there was anything of it.

    Raises:
        InstallError: what is there is somebody else's; or there is no permission.
    """
    with told(f"The plug-in in {place.resources} cannot be removed"):
        return _take_out(place)


def _take_out(place: KritaPlace) -> bool:
    _check_ours(place)
    earlier = next((one for one in recorded() if _is_of(one, place)), None)
    parts = [place.resources / part for part in _PARTS]
    there = any(part.exists() or part.is_symlink() for part in parts)
    for part in parts:
        discard(part)
        delete_leftovers(part)
    before = read_settings(place.settings)
    after = remove_group(remove_key(before, _GROUP, _KEY), NAME)
    write_settings(place.settings, after)
    if earlier is not None:
        write_record([one for one in recorded() if not _is_of(one, place)])
        _remove_empty(Path(folder) for folder in earlier.made)
    return there or after != before


def named_place(folder: Path, settings: Path) -> KritaPlace:
    """A Krita whose folder of resources and settings file the user names.

    Raises:
        InstallError: there is no such folder.
    """
    place = KritaPlace("Krita", folder.absolute(), settings.absolute())
    if not place.resources.is_dir():
        raise InstallError(
            f"There is no folder {place.resources}.",
            "Name Krita's folder of resources; it holds the folder pykrita, or will.",
        )
    return place


def places_to_clean() -> list[KritaPlace]:
    """The Kritas of this user, and the folders that were named when the plug-in was installed there.

    Raises:
        InstallError: as ``krita_places``.
    """
    places = krita_places()
    for one in recorded():
        if one.editor == EDITOR and not any(_is_of(one, place) for place in places):
            places.append(KritaPlace("Krita", Path(one.folder), Path(one.settings)))
    return places


def _check_ours(place: KritaPlace) -> None:
    """Refuse to touch what this program has not made."""
    module = place.resources / MODULE
    strangers = [path for path in (place.resources / DESKTOP, place.resources / ACTIONS) if path.is_dir()]
    if (module.exists() or module.is_symlink()) and not _is_ours(module):
        strangers.append(module)
    for path in strangers:
        raise InstallError(f"{path} is not from this program.", "Move it away, then try again.")


def _is_ours(module: Path) -> bool:
    if module.is_symlink() or not module.is_dir():
        return False
    try:
        return bool(json.loads((module / ABOUT).read_bytes())["program"] == PROGRAM)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


def _is_of(one: Installed, place: KritaPlace) -> bool:
    return one.editor == EDITOR and Path(one.folder) == place.resources


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and note which were not there."""
    if folder.is_dir():
        return
    _make(folder.parent, made)
    folder.mkdir()
    made.append(folder)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders that were made for the plug-in, the innermost first, if nothing else is in them by now."""
    for folder in reversed(list(folders)):
        try:
            folder.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                raise
