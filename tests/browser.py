"""A real Chromium without a window, driven through the two pipes that it offers for that."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--remote-debugging-pipe", "--window-size=1200,1000"),
)
_WAIT_S = 60


class Page:
    """A page that is open: asks it, and does what a user does.

    Args:
        to, back: file descriptors of the pipes.
    """

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back, self._number, self._heard, self._session = to, back, 0, b"", ""

    def call(self, method: str, **params: Any) -> Any:
        """One command of the DevTools protocol, and its result."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while True:
            while b"\0" not in self._heard:
                chunk = os.read(self._back, 1 << 20)
                assert chunk, "the browser has ended"
                self._heard += chunk
            one, _, self._heard = self._heard.partition(b"\0")
            answer = json.loads(one)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, address: str) -> None:
        """Open a page."""
        target = self.call("Target.createTarget", url=address)["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def evaluate(self, expression: str) -> Any:
        """What an expression of JavaScript gives, as plain data."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _WAIT_S
        while self.evaluate(expression) is not True:
            assert time.monotonic() < end, expression
            time.sleep(0.1)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag the mouse from one point of the window to another."""
        for kind, (x, y) in (("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def press(self, key: str, code: int) -> None:
        """Press a key: its name, and its number on Windows."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


@contextlib.contextmanager
def browser_page(chromium: str, profile: Path, address: str) -> Iterator[Page]:
    """A page in a browser of its own, which ends with it."""
    hears, to = os.pipe()
    back, says = os.pipe()

    def pipes() -> None:  # it wants them as 3 and 4
        kept = os.dup(hears), os.dup(says)
        os.dup2(kept[0], 3)
        os.dup2(kept[1], 4)

    process = subprocess.Popen(
        [chromium, *_OPTIONS, f"--user-data-dir={profile}"],
        preexec_fn=pipes,
        close_fds=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(hears)
    os.close(says)
    try:
        page = Page(to, back)
        page.open(address)
        yield page
    finally:
        os.close(to)
        os.close(back)
        process.kill()
        process.wait(10)
