"""Folders: which are missing, made, measured, and removed again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from installers.errors import told
from installers.program.marker import NAMES
from installers.program.places import Places

#: In a target, beside the environments: caches, temporary files.
SCRATCH = "scratch"
DENIED = "See that the folder is yours to write, then run this again."


def missing_folders(places: Places, target: Path) -> tuple[str, ...]:
    """The folders that are not there and may be once the program is installed and used, the outermost first."""
    ends = [target, places.data, places.launcher.parent, *places.others]
    ends += [file.parent for file in (places.unit, places.menu, places.agent) if file is not None]
    chains = {folder for end in ends for folder in (end, *end.parents)}
    return tuple(str(folder) for folder in sorted(chains, key=lambda one: len(one.parts)) if not folder.exists())


def make_folder(folder: Path, private: bool = False) -> None:
    """Make a folder and those above it, if it is not there.

    Raises:
        InstallError: it cannot be made, or not be written.
    """
    with told(f"The folder {folder} cannot be written", DENIED):
        there = folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        if private and not there:
            folder.chmod(0o700)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "Permission denied")


def sweep(target: Path, keep: str = "", cache: bool = False) -> None:
    """Delete what earlier runs have left in a target, and nothing that is not ours.

    Args:
        target: need not be there.
        keep: the name of an environment that stays.
        cache: whether caches stay, too, so that what was fetched is not fetched again.

    Raises:
        InstallError: something cannot be deleted.
    """
    with told(f"Old files in {target} cannot be deleted", "Close what uses them, then run this again."):
        if not target.is_dir():
            return
        for path in target.iterdir():
            if re.fullmatch(NAMES, path.name) and path.name != keep:
                shutil.rmtree(path)
        scratch = target / SCRATCH
        for path in scratch.iterdir() if scratch.is_dir() else ():
            if not (cache and path.name in ("pip", "uv")):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if scratch.is_dir() and not cache:
            scratch.rmdir()


def remove_empty(folders: Iterable[str]) -> None:
    """Remove those of these folders, the innermost first, that are empty."""
    for folder in sorted(folders, key=lambda one: -len(Path(one).parts)):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def size_of(folder: Path) -> int:
    """Bytes on the disk of all files below a folder; what has two names counts once."""
    seen, size = set(), 0
    for parent, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - ten thousands of them
            if status.st_ino not in seen:
                seen.add(status.st_ino)
                size += getattr(status, "st_blocks", -(-status.st_size // 512)) * 512
    return size
