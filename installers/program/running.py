"""Ends the server that runs, before its files go."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from installers.program.places import Places
from installers.program.tools import Tools

_END_S = 15.0
_HERE = re.compile(r"tcp://(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+")


def stop_server(
    places: Places, targets: Sequence[Path], python: Path | None, tools: Tools, keep: Path | None = None
) -> bool:
    """End the server of this user, if one runs from these folders. That of another machine is left alone.

    Args:
        places: say where its connection file is.
        targets: where environments are.
        python: of an environment by which it can be asked to end; None if there is none that works.
        tools: to run that.
        keep: an environment whose server may run on.

    Returns:
        Whether one was ended.
    """
    file = places.connection or places.data / "connection.json"
    try:
        fields = json.loads(file.read_bytes())
        pid, endpoint = int(fields["pid"]), str(fields["endpoint"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if keep is not None and os.name == "posix" and (not _is_of(pid, targets) or _is_of(pid, [keep])):
        return False
    here = bool(_HERE.fullmatch(endpoint))
    if here and python is not None and tools.ask([python, "-I", "-m", "restoration.cli", "stop"])[0] == 0:
        return True
    if os.name != "posix" or not _is_of(pid, targets):
        return False
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _END_S
    while time.monotonic() < end:
        if not _is_of(pid, targets):
            return True
        time.sleep(0.05)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    return True


def _is_of(pid: int, targets: Sequence[Path]) -> bool:
    """Whether a process is a server out of one of these folders; its number may be another program's by now."""
    try:
        listed = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, timeout=10
        )
        said = listed.stdout
    except (OSError, subprocess.TimeoutExpired):
        with contextlib.suppress(OSError):
            return _names(Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " "), targets)
        return False
    return _names(said, targets)


def _names(command: str, targets: Sequence[Path]) -> bool:
    return any(f"{target}{os.sep}" in command for target in targets)
