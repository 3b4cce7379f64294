"""The record of the installation: which Python starts the server, and which editors have the plug-in.

Plug-ins read ``python`` out of it (``server.launcher.find_python``).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from installers.errors import told
from restoration.atomic_file import atomic_file
from server.connection import data_folder, make_private_folder, read_private_file
from server.launcher import RECORD
from server.protocol import ProtocolError

_MAX_BYTES = 16 << 10


@dataclass(frozen=True)
class Installed:
    """A plug-in that was installed.

    Attributes:
        editor: ``krita`` or ``gimp``.
        folder: of the editor, in which the plug-in was put.
        settings: the editor's settings file that was changed; empty if none was.
        made: folders that were not there before, the outermost first.
    """

    editor: str
    folder: str
    settings: str
    made: tuple[str, ...] = ()


def record_path() -> Path:
    """Where the record is, or will be."""
    return data_folder() / RECORD


def recorded() -> list[Installed]:
    """The plug-ins that were installed; none where there is no record, or none that can be read."""
    try:
        plugins = json.loads(read_private_file(record_path(), 0o022, _MAX_BYTES))["plugins"]
        return [
            Installed(str(one["editor"]), str(one["folder"]), str(one["settings"]), tuple(map(str, one["made"])))
            for one in plugins
        ]
    except (OSError, ValueError, RecursionError, KeyError, TypeError, ProtocolError):
        return []  # only the list is lost: whoever installs or removes looks in the usual places, too


def write_record(plugins: list[Installed]) -> None:
    """Write the record, naming this Python. Without plug-ins it is removed, and its folder if nothing else is in it.

    Raises:
        InstallError: it cannot be written.
    """
    path = record_path()
    with told(f"The record {path} cannot be written"):
        if not plugins:
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
            return
        make_private_folder(path.parent)
        if path.is_symlink():  # would be refused by whoever reads it, and atomic_file would write through it
            path.unlink()
        text = json.dumps({"python": sys.executable, "plugins": [asdict(one) for one in plugins]}, indent=2)
        with atomic_file(path, overwrite=True) as file:
            Path(file.name).chmod(0o600)  # whoever can write it decides which program is run
            file.write(text.encode() + b"\n")
        path.chmod(0o600)  # atomic_file keeps the mode that was there
