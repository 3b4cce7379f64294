"""A user's hands and eyes on the virtual screen: xdotool, and pictures of the screen."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path


class Hands:
    """Moves the pointer, presses keys, looks for windows.

    Args:
        display: the screen's name.
    """

    def __init__(self, display: str) -> None:
        self._environ = {**os.environ, "DISPLAY": display}

    def window(self, name: str, seconds: float = 60.0, known: set[str] | None = None) -> str:
        """The id of a window whose title holds ``name``, and that is not among those known, once it is there."""
        end = time.monotonic() + seconds
        while True:
            for one in self.windows(name):
                if one not in (known or set()):
                    return one
            assert time.monotonic() < end, f"no window {name!r}"
            time.sleep(0.1)

    def windows(self, name: str) -> list[str]:
        """The windows on the screen whose titles hold ``name``."""
        return self._do("search", "--onlyvisible", "--name", name).split()

    def size(self, window: str) -> tuple[int, int, int, int]:
        """Left, top, width and height."""
        lines = self._do("getwindowgeometry", "--shell", window).splitlines()
        found = dict(line.split("=") for line in lines if "=" in line)
        assert found, "the window is gone"
        return int(found["X"]), int(found["Y"]), int(found["WIDTH"]), int(found["HEIGHT"])

    def settled(self, window: str) -> tuple[int, int, int, int]:
        """The size, once it has not changed for a while."""
        last, since = self.size(window), time.monotonic()
        while time.monotonic() - since < 1.0:
            time.sleep(0.1)
            if (now := self.size(window)) != last:
                last, since = now, time.monotonic()
        return last

    def place(self, window: str, left: int, top: int, width: int = 0, height: int = 0) -> None:
        """Move a window, in front of all others, and make it so large, if that is said."""
        if width:
            self._do("windowsize", "--sync", window, str(width), str(height))
        self._do("windowmove", window, str(left), str(top), "windowraise", window)

    def click(self, x: int, y: int) -> None:
        """One click."""
        self._do("mousemove", "--sync", str(x), str(y), "click", "1")

    def point(self, x: int, y: int) -> None:
        """Put the pointer somewhere."""
        self._do("mousemove", "--sync", str(x), str(y))

    def press(self, window: str, keys: str) -> None:
        """Keys, into a window. There is no window manager that would give it the focus."""
        self._do("windowfocus", "--sync", window, "key", keys)

    def _do(self, *arguments: str) -> str:
        done = subprocess.run(["xdotool", *arguments], env=self._environ, capture_output=True, text=True, timeout=30)
        return done.stdout


def photograph(display: str, entering: list[str], path: Path) -> None:
    """A picture of the screen, made by ImageMagick where GIMP lives."""
    command = [*entering, "import", "-window", "root", str(path)]
    subprocess.run(command, env={**os.environ, "DISPLAY": display}, check=True, timeout=60, capture_output=True)
