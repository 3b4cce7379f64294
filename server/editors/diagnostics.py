"""A text for a bug report: versions, the server's state, the ends of the logs. Nothing private is in it."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Dict, List

from ..connection import connection_path, log_folder
from ..launcher import find_python
from ..protocol import PROTOCOL, ProtocolError
from .state import ServerState

_LINES, _MOST_BYTES = 40, 32 << 10


def diagnostics(facts: Mapping[str, str], state: ServerState, status: Mapping[str, Any]) -> str:
    """The text.

    Args:
        facts: of the editor and the plug-in: what, and its version or kind.
        state: of the server, as it was shown.
        status: what the server says of itself; may be empty.
    """
    told: Dict[str, str] = {
        **facts,
        "Python of the editor": sys.version.split()[0],
        "System": platform.platform(),
        "Protocol": str(PROTOCOL),
        "Connection file": str(connection_path()) + ("" if connection_path().exists() else " (there is none)"),
        "Python of the server": _python(),
        "Server": f"{state.kind} {state.version} {state.sentence}".strip(),
        "Workers": str(status.get("workers", [])),
    }
    lines = [f"{name}: {value}" for name, value in told.items()]
    folder = log_folder()
    for log in sorted(folder.glob("*.log")):
        lines += ["", f"--- {log.name}, its end", *_end(log)]
    return _without_home("\n".join(lines) + "\n")


def _python() -> str:
    try:
        return find_python()
    except ProtocolError as error:
        return error.cause


def _end(log: Path) -> List[str]:
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _MOST_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()[-_LINES:]
    except OSError as error:
        return [f"cannot be read: {error.strerror}"]


def _without_home(text: str) -> str:
    """The user's name stands in the path of the home folder, which is written in more than one way."""
    homes = {Path.home(), Path.home().resolve(), Path("~").expanduser()}
    written = {form for home in homes for form in (str(home), home.as_posix(), repr(str(home))[1:-1])}
    for one in sorted(written, key=len, reverse=True):
        if len(one) > 1:
            text = re.sub(re.escape(one) + r"(?![\w.-])", "~", text)
    return text
