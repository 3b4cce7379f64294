"""Has the system start the server, and takes that back."""

from __future__ import annotations

import contextlib
import os
import plistlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from installers.errors import told
from installers.program.decisions import Plan
from installers.program.places import Places
from installers.program.texts import LABEL, MARK, SHORTCUT, launchd_agent, menu_entry, systemd_unit

_WAIT_S = 30.0


def add_service(plan: Plan, places: Places, python: Path, command: Path, tell: Callable[[str], None]) -> None:
    """Write what starts the server, and start it where the system keeps it running. One that is there is replaced.

    Args:
        plan: says which there are to be.
        places: of this user.
        python: of the new environment.
        command: of the new environment.
        tell: says a line to the user.

    Raises:
        InstallError: a file cannot be written.
    """
    if (
        "systemd" in plan.service
        and places.unit is not None
        and _write(places.unit, systemd_unit(python).encode(), tell)
    ):
        _systemctl("daemon-reload")
        started = _systemctl("enable", places.unit.name) and _systemctl("restart", places.unit.name)
        _say(tell, started, "The server runs, and starts when you log in (systemctl --user stop restore-old-photo).")
    if "launchd" in plan.service and places.agent is not None:
        agent = launchd_agent(python, places.data / "logs" / "server-start.log")
        if _write(places.agent, agent, tell):
            _quietly(["launchctl", "bootout", f"gui/{_uid()}/{LABEL}"])
            started = _quietly(["launchctl", "bootstrap", f"gui/{_uid()}", str(places.agent)])
            _say(tell, started, "The server runs, and starts when you log in.")
    if "menu" in plan.service and places.menu is not None:
        if places.menu.suffix == ".lnk":
            places.menu.parent.mkdir(parents=True, exist_ok=True)
            paths = {"ROP_LINK": str(places.menu), "ROP_TARGET": str(command)}
            done = _quietly(["powershell", "-NoProfile", "-NonInteractive", "-Command", SHORTCUT], **paths)
            _say(tell, done, "The start menu has: Restore Old Photo server.")
        elif _write(places.menu, menu_entry(command).encode(), tell):
            tell("The menu has: Restore Old Photo Server.")


def remove_service(places: Places) -> list[Path]:
    """Stop the server that the system keeps running, and remove what starts it.

    Returns:
        What was removed.

    Raises:
        InstallError: something cannot be removed.
    """
    removed = []
    if places.unit is not None and _ours(places.unit):
        _systemctl("disable", "--now", places.unit.name)
        # Where systemd does not answer, its link is removed by hand.
        for link in places.unit.parent.glob(f"*.wants/{places.unit.name}"):
            if link.is_symlink():
                link.unlink()
                with contextlib.suppress(OSError):
                    link.parent.rmdir()
        removed.append(_remove(places.unit))
        _systemctl("daemon-reload")
        _systemctl("reset-failed", places.unit.name)
    if places.agent is not None and _ours(places.agent):
        _quietly(["launchctl", "bootout", f"gui/{_uid()}/{LABEL}"])
        removed.append(_remove(places.agent))
    if places.menu is not None and (places.menu.suffix == ".lnk" or _ours(places.menu)) and places.menu.is_file():
        removed.append(_remove(places.menu))
    return removed


def _write(path: Path, content: bytes, tell: Callable[[str], None]) -> bool:
    """Write a file of ours; False, with a sentence, where somebody else's is in its place."""
    with told(f"{path} cannot be written"):
        if path.exists() and not _ours(path):
            tell(f"{path} is not from this program, and stays as it is: the server is not started by it.")
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content)
        part.replace(path)
        return True


def _remove(path: Path) -> Path:
    with told(f"{path} cannot be removed"):
        path.unlink(missing_ok=True)
    return path


def _ours(path: Path) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    if path.suffix == ".plist":
        with contextlib.suppress(plistlib.InvalidFileException, ValueError):
            return bool(plistlib.loads(content).get("Label") == LABEL)
        return False
    return MARK.encode() in content


def _systemctl(*order: str) -> bool:
    return _quietly(["systemctl", "--user", *order])


def _say(tell: Callable[[str], None], done: bool, sentence: str) -> None:
    tell(sentence if done else "The system could not be told to start the server: restore-old-photo serve does it.")


def _quietly(command: Sequence[str], **more: str) -> bool:
    """Whether a program of the system has done what it was told."""
    if shutil.which(command[0]) is None:
        return False
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(command, env={**os.environ, **more}, timeout=_WAIT_S, check=False, **streams)
        return done.returncode == 0
    return False


def _uid() -> int:
    return os.getuid() if os.name == "posix" else 0
