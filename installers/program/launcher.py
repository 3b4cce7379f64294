"""The command ``restore-old-photo`` in a folder that is in PATH."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from installers.errors import told
from installers.program.texts import MARK, windows_command


def put_launcher(launcher: Path, command: Path, target: Path, tell: Callable[[str], None]) -> bool:
    """Have the launcher start this command. What is not from this program stays.

    Args:
        launcher: a link, or on Windows a command file.
        command: in the new environment.
        target: where environments are; a link into it is ours.
        tell: says a line to the user.

    Returns:
        Whether it is there.

    Raises:
        InstallError: it cannot be written.
    """
    with told(f"{launcher} cannot be written"):
        if (launcher.exists() or launcher.is_symlink()) and not is_ours(launcher, target):
            tell(f"{launcher} is not from this program, and stays as it is.")
            return False
        launcher.parent.mkdir(parents=True, exist_ok=True)
        part = launcher.with_name(f".{launcher.name}.{secrets.token_hex(4)}")
        if launcher.suffix == ".cmd":
            part.write_text(windows_command(command, launcher), encoding="utf-8", newline="")
        else:
            part.symlink_to(command)
        part.replace(launcher)
        return True


def remove_launcher(launcher: Path, target: Path) -> bool:
    """Remove the launcher if it is ours; whether it was.

    Raises:
        InstallError: it cannot be removed.
    """
    with told(f"{launcher} cannot be removed"):
        for part in launcher.parent.glob(f".{launcher.name}.*"):
            if is_ours(part, target):
                part.unlink()
        if not is_ours(launcher, target):
            return False
        launcher.unlink()
        return True


def is_ours(launcher: Path, target: Path) -> bool:
    """Whether it leads to this program, even to one that is gone."""
    if launcher.is_symlink():
        return launcher.readlink().is_relative_to(target)
    return ".cmd" in launcher.name and launcher.is_file() and MARK.encode() in launcher.read_bytes()
