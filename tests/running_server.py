"""A real server for tests, with a connection file of its own; nothing of it is left behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from server.connection import CONNECTION_VARIABLE, Connection, read_connection
from server.launcher import PYTHON_VARIABLE


def processes_of(path: Path) -> list[psutil.Process]:
    """Servers, workers and bridges that were started for this connection file and live."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(CONNECTION_VARIABLE) == str(path) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return [process for process in found if process.pid != os.getpid()]


def assert_nothing_left(path: Path, seconds: float = 10.0) -> None:
    """Fail if processes live that belong to this connection file, after they had a moment to end; and end them."""
    end = time.monotonic() + seconds
    while (left := processes_of(path)) and time.monotonic() < end:
        time.sleep(0.05)
    told = []
    for process in left:
        with contextlib.suppress(psutil.Error):
            told.append((process.pid, process.cmdline()))
            process.kill()
    assert not told


class RunningServer:
    """A server process of a test's own.

    Attributes:
        path: its connection file.
        connection: what stands in it.
        environ: with which clients find it.
    """

    def __init__(self, folder: Path, python: str = sys.executable, **environ: str) -> None:
        self.path = folder / "connection.json"
        self.environ = {
            **os.environ,
            CONNECTION_VARIABLE: str(self.path),
            PYTHON_VARIABLE: python,
            **environ,
        }
        self._process = subprocess.Popen([python, "-I", "-m", "server"], env=self.environ, cwd=folder)
        end = time.monotonic() + 20
        while (connection := read_connection(self.path)) is None:
            assert self._process.poll() is None, "the server ended while it started"
            assert time.monotonic() < end, "the server does not start"
            time.sleep(0.02)
        self.connection: Connection = connection

    def wait(self, seconds: float) -> None:
        """Wait until it has ended."""
        self._process.wait(seconds)

    def stop(self) -> None:
        """End it, and see that nothing of it is left."""
        self._process.terminate()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()
            assert_nothing_left(self.path)
