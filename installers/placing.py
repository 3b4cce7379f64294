"""Puts a plug-in into an editor's folder, and takes out what was put there."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from pathlib import Path

from installers.assembling import ABOUT, PROGRAM
from installers.editor import Editor
from installers.errors import InstallError, told
from installers.place import Place
from installers.record import Installed, recorded, write_record
from installers.settings_file import read_settings, write_settings
from installers.swap import delete_leftovers, discard, swapped


def put(editor: Editor, place: Place, assembled: Path) -> None:
    """Put the plug-in into an editor, enable it, and record it. An older one is replaced as a whole.

    When this fails, everything is as it was before.

    Args:
        editor: which editor.
        place: where in it.
        assembled: the folder that ``editor.assemble`` has filled.

    Raises:
        InstallError: something else is in its place; or there is no permission, no space.
    """
    with told(f"The plug-in cannot be put into {place.folder}"):
        _put(editor, place, assembled)


def _put(editor: Editor, place: Place, assembled: Path) -> None:
    _check_ours(editor, place)
    before = _settings(place)
    plugins = recorded()
    earlier = next((one for one in plugins if _is_of(one, editor, place)), None)
    made: list[Path] = []
    try:
        for folder in _folders(editor, place):
            _make(folder, made)
        installed = Installed(
            editor.name,
            str(place.folder),
            str(place.settings or ""),
            (*(earlier.made if earlier else ()), *map(str, made)),
        )
        for part in editor.parts:
            delete_leftovers(place.folder / part)
        with swapped([(assembled / part, place.folder / part) for part in reversed(editor.parts)]):
            _set_settings(place, editor.enabled(before))
            try:
                write_record([*(one for one in plugins if one is not earlier), installed])
            except BaseException:
                _set_settings(place, before)
                raise
    except BaseException:
        _remove_empty(made)
        raise


def take_out(editor: Editor, place: Place) -> bool:
    """Remove the plug-in from an editor: its files, its settings, its record.

    Returns:
        Whether there was anything of it.

    Raises:
        InstallError: what is there is somebody else's; or there is no permission.
    """
    with told(f"The plug-in in {place.folder} cannot be removed"):
        return _take_out(editor, place)


def _take_out(editor: Editor, place: Place) -> bool:
    _check_ours(editor, place)
    earlier = next((one for one in recorded() if _is_of(one, editor, place)), None)
    parts = [*(place.folder / part for part in editor.parts), *editor.leavings(place)]
    there = any(part.exists() or part.is_symlink() for part in parts)
    for part in parts:
        discard(part)
        delete_leftovers(part)
    before = _settings(place)
    after = editor.forgotten(before)
    _set_settings(place, after)
    if earlier is not None:
        write_record([one for one in recorded() if not _is_of(one, editor, place)])
        _remove_empty(Path(folder) for folder in earlier.made)
    return there or after != before


def places_to_clean(editor: Editor) -> list[Place]:
    """The places of this user, and those that were named when the plug-in was installed there.

    Raises:
        InstallError: it cannot be seen which there are.
    """
    places = editor.known()
    for one in recorded():
        if one.editor == editor.name and not any(_is_of(one, editor, place) for place in places):
            places.append(Place(editor.title, Path(one.folder), Path(one.settings) if one.settings else None))
    return places


def _check_ours(editor: Editor, place: Place) -> None:
    """Refuse to touch what this program has not made."""
    module = place.folder / editor.module
    others = (place.folder / part for part in editor.parts if part != editor.module)
    strangers = [path for path in others if path.is_dir()]
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


def _is_of(one: Installed, editor: Editor, place: Place) -> bool:
    return one.editor == editor.name and Path(one.folder) == place.folder


def _settings(place: Place) -> bytes:
    return b"" if place.settings is None else read_settings(place.settings)


def _set_settings(place: Place, content: bytes) -> None:
    if place.settings is not None:
        write_settings(place.settings, content)


def _folders(editor: Editor, place: Place) -> list[Path]:
    """The folders that must be there."""
    folders = [(place.folder / part).parent for part in editor.parts]
    return folders if place.settings is None else [*folders, place.settings.parent]


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
