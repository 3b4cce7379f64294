"""A way for another user to a folder, for a while."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that others can come to. Pytest's own are closed, and belong to other runs of it, too."""
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_way(folder):
            yield folder


@contextlib.contextmanager
def open_way(*folders: Path) -> Iterator[None]:
    """Let others pass through all folders above these; afterwards each has the permissions that it had."""
    closed = {parent for folder in folders for parent in folder.parents if not parent.stat().st_mode & 0o001}
    modes = {parent: parent.stat().st_mode for parent in closed}
    try:
        for parent, mode in modes.items():
            parent.chmod(mode | 0o001)
        yield
    finally:
        for parent, mode in modes.items():
            parent.chmod(mode)
