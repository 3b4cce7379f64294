"""Starting the server, and the bridge, from a program whose own Python may be an editor's."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Dict, List, Optional

from .connection import (
    CONNECTION_VARIABLE,
    connection_path,
    data_folder,
    log_folder,
    make_private_folder,
    read_private_file,
)
from .protocol import ProtocolError

#: Names the interpreter in which this program is installed.
PYTHON_VARIABLE = "RESTORE_OLD_PHOTO_PYTHON"
#: The installer's record in the data folder: ``{"python": "/path/of/the/interpreter"}``.
RECORD = "installation.json"

_ON_WINDOWS = os.name == "nt"
_MAX_RECORD_BYTES = 16 << 10
_MAX_LOG_BYTES = 1 << 20
_INSTALL = "Install Restore Old Photo, or name its Python in the environment variable RESTORE_OLD_PHOTO_PYTHON."

#: What an editor sets for its own libraries, and what would make another Python load them.
_FOREIGN_PREFIXES = ("PYTHON", "DYLD_", "GI_", "GTK_", "GTK2_", "GDK_", "GIO_", "GST_", "GSETTINGS_", "QT_", "QML")
_FOREIGN = {
    *("LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "APPIMAGE", "APPDIR", "OWD", "ARGV0"),
    # A framework's Python on macOS sets it, and the next Python takes it for its own name.
    "__PYVENV_LAUNCHER__",
}


def cleaned_environment(environ: Mapping[str, str] = os.environ) -> Dict[str, str]:
    """The environment without what an editor has set for its own libraries: for any Python that is not the editor's.

    An AppImage's own folder is also taken out of every list of folders, such as PATH.
    """
    appdir = environ.get("APPDIR", "").rstrip("/")
    cleaned = {}
    for name, value in environ.items():
        upper = name.upper()  # as Windows sees them
        if upper in _FOREIGN or upper.startswith(_FOREIGN_PREFIXES):
            continue
        if appdir and appdir in value:
            value = os.pathsep.join(part for part in value.split(os.pathsep) if not _lies_in(part, appdir))
            if not value:
                continue
        cleaned[name] = value
    return cleaned


def find_python(environ: Mapping[str, str] = os.environ) -> str:
    """The interpreter in which the server is installed: as the environment says, or the installer's record, or ours.

    Raises:
        ProtocolError: ``no-server``, there is none, or the one that is named cannot be used.
    """
    named = environ.get(PYTHON_VARIABLE)
    if named:
        return _checked(named, f"The environment variable {PYTHON_VARIABLE}", "Correct it, or unset it.")
    if Path("/.flatpak-info").exists():
        # The record names a program of the system outside, which cannot run in here.
        raise ProtocolError(
            "no-server", "From inside a Flatpak no server can be started.", "Start it outside: restore-old-photo serve"
        )
    record = data_folder(environ) / RECORD
    python = _recorded(record)
    if python is not None:
        return _checked(python, f"The record {record}", _INSTALL)
    if __package__ == "server" and sys.executable:  # not a copy in an editor, whose executable is anything but that
        return sys.executable
    raise ProtocolError("no-server", "Restore Old Photo is not installed on this machine.", _INSTALL)


def start_server(python: str, environ: Mapping[str, str] = os.environ) -> "subprocess.Popen[bytes]":
    """Start the server; it outlives this process. If one runs already, the new one ends at once with status 0.

    Returns:
        The process. When it ends it is reaped without anybody's doing; ``poll`` tells.

    Raises:
        ProtocolError: ``no-server``, the interpreter cannot be run.
    """
    with open_log(start_log(environ)) as log:
        process = spawn([python, "-I", "-m", "server"], environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    # A child that ends while nobody waits for it stays a zombie for as long as the editor lives.
    threading.Thread(target=process.wait, name="restore-old-photo-reaper", daemon=True).start()
    return process


def start_log(environ: Mapping[str, str] = os.environ) -> Path:
    """What a server writes that fails before it has a log of its own."""
    return log_folder(environ) / "server-start.log"


def spawn(command: List[str], environ: Mapping[str, str], **streams: Any) -> "subprocess.Popen[bytes]":
    """Start a program with a cleaned environment, in a neutral folder, without a window, apart from our terminal.

    Raises:
        ProtocolError: ``no-server``, it cannot be run.
    """
    cleaned = cleaned_environment(environ)
    if CONNECTION_VARIABLE in cleaned:
        cleaned[CONNECTION_VARIABLE] = str(connection_path(environ))  # its folder is not ours
    apart: Dict[str, Any] = {"start_new_session": True}
    if _ON_WINDOWS:
        # Not DETACHED_PROCESS: without a console, each worker that the server starts would open a window for its own.
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
    home = Path.home()
    try:
        return subprocess.Popen(
            command,
            env=cleaned,
            cwd=home if home.is_dir() else os.sep,
            close_fds=True,
            bufsize=0,
            **streams,
            **apart,
        )
    except OSError as error:
        raise ProtocolError(
            "no-server", f"The program {command[0]} cannot be started ({error.strerror}).", _INSTALL
        ) from error


def open_log(path: Path) -> IO[bytes]:
    """A log to append to, its owner's alone, begun anew when it has grown; the null device where none can be written.

    That a log cannot be written is no reason not to restore a photo.
    """
    try:
        make_private_folder(path.parent.parent)
        make_private_folder(path.parent)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > _MAX_LOG_BYTES:
                path.unlink()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)
    except OSError:
        return Path(os.devnull).open("ab", buffering=0)


def _recorded(record: Path) -> Optional[str]:
    """The interpreter that the installer's record names; None if there is no record."""
    try:
        # Whoever can write it decides which program is run.
        fields = json.loads(read_private_file(record, 0o022, _MAX_RECORD_BYTES))
        python = fields["python"]
        if not isinstance(python, str):
            raise TypeError("no text")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError, KeyError, TypeError, ProtocolError) as error:
        why = error.details["why"] if isinstance(error, ProtocolError) else f"{type(error).__name__}"
        raise ProtocolError("no-server", f"The record {record} cannot be used: {why}.", _INSTALL) from error
    return python


def _checked(python: str, who: str, remedy: str) -> str:
    path = Path(python)
    if not path.is_absolute() or not path.is_file() or not os.access(path, os.X_OK):
        raise ProtocolError("no-server", f"{who} names {python!r}, which is no program with its full path.", remedy)
    return python


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
