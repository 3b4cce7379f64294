"""Real servers for tests: each with a connection file of its own, none left behind."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from running_server import RunningServer, assert_nothing_left, processes_of

from server.connection import CONNECTION_VARIABLE
from server.launcher import PYTHON_VARIABLE

MakeServer = Callable[..., RunningServer]


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
