"""A virtual screen, for editors that have windows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any


class Screen:
    """A virtual screen.

    Attributes:
        name: for ``DISPLAY``.
        socket: how programs reach it.
    """

    def __init__(self, size: str = "1280x800") -> None:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
        command.append("-noreset")  # it would not answer for a moment after each Krita that ends
        streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, pass_fds=[write], **streams)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        self.name = f":{number}"
        self.socket = Path(f"/tmp/.X11-unix/X{number}")
        # Another one that ends may take the socket of the same name with it.
        assert number and self.socket.exists(), "Xvfb does not start"

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)
