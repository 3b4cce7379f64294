"""What lies in a folder, to be compared; and acting as a user who may not write everywhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest


def tree(folder: Path) -> dict[str, bytes | str | None]:
    """Everything below a folder: the bytes of files, the targets of links, None for folders."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return found


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that this process may not write to, even if it is root's: then it is a nobody meanwhile."""
    if os.name == "nt":
        pytest.skip("POSIX permissions")
    root = os.geteuid() == 0
    # A nobody must still come as far as the folder.
    closed = [path for path in folder.parents if root and not path.stat().st_mode & 0o001]
    modes = {path: path.stat().st_mode for path in (folder, *closed)}
    for path, mode in modes.items():
        path.chmod(0o555 if path == folder else mode | 0o001)
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)
