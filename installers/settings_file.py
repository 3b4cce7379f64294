"""An editor's settings file, read and written whole."""

from __future__ import annotations

from pathlib import Path

from installers.errors import told
from restoration.atomic_file import atomic_file


def read_settings(path: Path) -> bytes:
    """The content of the file; nothing where there is none.

    Raises:
        InstallError: it cannot be read.
    """
    with told(f"The editor's settings {path} cannot be read"):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""


def write_settings(path: Path, content: bytes) -> None:
    """Write the file, whole or not at all, if its content changes. One that becomes empty is removed.

    Raises:
        InstallError: it cannot be written.
    """
    if read_settings(path) == content:
        return
    with told(f"The editor's settings {path} cannot be written"):
        if not content:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path, overwrite=True) as file:
            file.write(content)
