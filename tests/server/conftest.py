"""Real servers for tests: each with a connection file of its own, none left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from server.connection import CONNECTION_VARIABLE, Connection, read_connection
from server.launcher import PYTHON_VARIABLE

MakeServer = Callable[..., "RunningServer"]


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

    def __init__(self, folder: Path, **environ: str) -> None:
        self.path = folder / "connection.json"
        self.environ = {
            **os.environ,
            CONNECTION_VARIABLE: str(self.path),
            PYTHON_VARIABLE: sys.executable,
            **environ,
        }
        self._process = subprocess.Popen([sys.executable, "-I", "-m", "server"], env=self.environ, cwd=folder)
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that the tests share which do it no harm."""
    running = RunningServer(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    """Makes servers, with more of an environment if wanted, each in a folder of its own."""
    made: list[RunningServer] = []

    def make(**environ: str) -> RunningServer:
        folder = tmp_path / f"server-{len(made)}"
        folder.mkdir()
        made.append(RunningServer(folder, **environ))
        return made[-1]

    yield make
    for running in made:
        running.stop()


@pytest.fixture
def own_server(make_server: MakeServer) -> RunningServer:
    """A server that the test may harm."""
    return make_server()


@pytest.fixture(params=["zmq", "bridge"])
def kind(request: pytest.FixtureRequest) -> str:
    """The two ways to the server, which look the same from above."""
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The path of a connection file that is not there yet, known to clients; whoever is started for it must end."""
    path = tmp_path / "place" / "connection.json"
    monkeypatch.setenv(CONNECTION_VARIABLE, str(path))
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    # A server that is killed leaves its folder of sockets. The path stays short, for theirs have a limit.
    folder = tempfile.mkdtemp(prefix="rop-")
    monkeypatch.setenv("TMPDIR", folder)
    yield path
    # At once, because a worker that still imports its libraries takes seconds to leave; that it does leave is the
    # servers' own test. Bridges must have ended by themselves.
    for kind in ("server", "server.worker"):
        for one in processes_of(path):
            with contextlib.suppress(psutil.Error):
                if one.cmdline()[-1:] == [kind]:
                    one.kill()
    assert_nothing_left(path)
    shutil.rmtree(folder)
