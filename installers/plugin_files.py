"""Which files make a plug-in: its own, and copies of those of the server's that a client needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PROJECT = Path(__file__).parents[1]

#: The package that clients are copied from.
SERVER = _PROJECT / "server"
#: The Krita plug-in as it lies in the project.
KRITA_PLUGIN = _PROJECT / "plugin_krita"
#: The GIMP plug-in as it lies in the project.
GIMP_PLUGIN = _PROJECT / "plugin_gimp"

#: The modules of ``server/`` that an editor gets; they import nothing of it but each other.
CLIENT_FILES = (
    *("protocol", "connection", "launcher", "stdio", "mailbox", "events", "transport", "finding"),
    *("bridge_transport", "client"),
)
#: The folder of ``server/`` that an editor gets whole: what all plug-ins share.
EDITORS = "editors"

_LEFT_OUT = {"__pycache__", ".DS_Store"}


def files_below(folder: Path) -> Iterator[Path]:
    """The files below a folder, relative to it, in a fixed order; without what Python and desktops leave there."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and _LEFT_OUT.isdisjoint(relative.parts) and path.suffix not in {".pyc", ".pyo"}:
            yield relative


def client_files() -> Iterator[tuple[Path, Path]]:
    """What is copied out of ``server/``: each file, and its place relative to the copy."""
    for name in CLIENT_FILES:
        yield SERVER / f"{name}.py", Path(f"{name}.py")
    for relative in files_below(SERVER / EDITORS):
        yield SERVER / EDITORS / relative, EDITORS / relative
