"""What the doctor finds out about the editors and the plug-ins in them. Nothing is installed or changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from installers.assembling import ABOUT
from installers.editor import Editor
from installers.editors import EDITORS
from installers.errors import InstallError
from installers.place import Place
from installers.record import recorded
from installers.settings_file import read_settings
from restoration.doctor import Finding

#: Seconds within which an editor must say its version.
_PATIENCE_S = 2.5
#: On Windows, what is no console answers in a window, and waits until somebody closes it.
_WINDOWS = sys.platform == "win32"
_PROGRAMS = {
    # The first needs no display.
    "krita": () if _WINDOWS else ("krita_version", "krita"),
    "gimp": (
        *("gimp-console-3", "gimp-console-3.0", "gimp-console-3.2", "gimp-console"),
        *(() if _WINDOWS else ("gimp-3", "gimp")),
    ),
}
_FLATPAKS = {"krita": "org.kde.krita", "gimp": "org.gimp.GIMP"}


def editors(own_version: str) -> list[Finding]:
    """The editors of this user, their versions, and whether the plug-in in them is there, enabled and of this version.

    Args:
        own_version: of this program.
    """
    findings: list[Finding] = []
    for editor in EDITORS.values():
        findings += _programs(editor)
        try:
            places = editor.known()
        except InstallError as error:
            said = f"{editor.title}'s folders cannot be read"
            findings.append(Finding(editor.title, "broken", error.cause, error.remedy, said))
            continue
        findings += [plugin(editor, place, own_version) for place in places]
        if not places:
            findings.append(Finding(editor.title, "note", "none has been started by this user"))
    return findings


def plugin(editor: Editor, place: Place, own_version: str) -> Finding:
    """The plug-in in one editor.

    Args:
        editor: which editor.
        place: where in it.
        own_version: of this program.
    """
    install = f"Run: restore-old-photo install {editor.name}"
    module = place.folder / editor.module
    where = f" in {place.folder}"
    if not module.is_dir():
        if any(one.editor == editor.name and Path(one.folder) == place.folder for one in recorded()):
            said = "the plug-in was installed and is gone"
            return Finding(place.name, "broken", said + where, install, said)
        return Finding(
            place.name, "note", f"found; the plug-in is not installed{where}", install, "without the plug-in"
        )
    version = _version_of(module)
    if version is None:
        said = "what lies in the plug-in's place is not ours, or not whole"
        return Finding(place.name, "broken", said + where, f"Move it away. {install}", said)
    missing = [part.name for part in editor.parts if not (place.folder / part).exists()]
    if missing:
        said = f"of the plug-in {', '.join(missing)} is missing"
        return Finding(place.name, "broken", said + where, install, said)
    said = f"plug-in {version}"
    if not _is_enabled(editor, place):
        remedy = (
            f"{install}, with {editor.title} closed; or Settings → Configure {editor.title} → Python Plugin Manager."
        )
        return Finding(place.name, "broken", f"{said} is there and not enabled{where}", remedy, f"{said}, not enabled")
    if own_version not in ("0", version):
        return Finding(
            place.name, "warning", f"{said}, this program is {own_version}{where}", install, f"{said}, older"
        )
    box = "; it is sandboxed and cannot start the server" if place.sandboxed else ""
    remedy = "Run restore-old-photo serve before you use it." if box else ""
    return Finding(place.name, "note" if box else "ok", f"{said}, enabled{box}{where}", remedy, f"{said}, enabled{box}")


def _version_of(module: Path) -> str | None:
    """The version that the plug-in's own file says; None if there is none, or it is not ours."""
    try:
        about = json.loads((module / ABOUT).read_text(encoding="utf-8"))
        return str(about["version"]) if about["program"] == "restore-old-photo" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_enabled(editor: Editor, place: Place) -> bool:
    """Whether the editor's settings are as installing leaves them."""
    if place.settings is None:
        return True
    settings = read_settings(place.settings)
    return editor.enabled(settings) == settings


def _programs(editor: Editor) -> list[Finding]:
    """The versions of the editor that PATH and Flatpak lead to."""
    findings = []
    path = next((found for name in _PROGRAMS[editor.name] if (found := shutil.which(name))), None)
    if path is not None:
        findings.append(_version_finding(editor, f"at {path}", _answer([path, "--version"])))
    flatpak = shutil.which("flatpak")
    if flatpak is not None:
        said = _answer([flatpak, "info", _FLATPAKS[editor.name]])
        if said:
            findings.append(_version_finding(editor, "as a Flatpak", said.partition("Version:")[2]))
    return findings


def _version_finding(editor: Editor, where: str, said: str) -> Finding:
    found = re.search(r"\d+\.\d+(?:\.\d+)?[\w.-]*", said)
    if found is None:
        # Krita without a display, for one.
        return Finding(editor.title, "note", f"is {where}, and does not say its version here", public="says no version")
    if editor.name == "gimp" and found[0].startswith(("0.", "1.", "2.")):
        sentence = f"{found[0]} {where} is too old for the plug-in"
        return Finding(editor.title, "note", sentence, "Install GIMP 3.", found[0])
    return Finding(editor.title, "ok", f"{found[0]} {where}", public=found[0])


def _answer(command: list[str]) -> str:
    """What a program writes; empty if it does not end in time."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
