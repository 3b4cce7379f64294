"""A real GIMP 3 with the plug-in, and the real server outside it, once over ZeroMQ and once over the bridge."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trixie
from gimps import Gimp
from running_server import RunningServer, assert_nothing_left, processes_of
from screens import Screen

from installers.gimp_plugin import assemble
from server.connection import CONNECTION_VARIABLE
from server.launcher import PYTHON_VARIABLE

PROJECT = Path(__file__).parents[3]
#: This machine's own GIMP 3, or that of a Debian 13 in a folder; None where there is neither.
OWN = shutil.which("gimp-console-3.0") is not None
CHROOT = None if OWN else trixie.found()
_PYTHON = tuple({PROJECT, Path(sys.prefix), Path(sys.base_prefix)})

MakeGimp = Callable[..., Gimp]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if OWN or CHROOT is not None:
        return
    skip = pytest.mark.skip(reason="there is no GIMP 3 here, and it could not be fetched: see tests/editors/trixie.py")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(skip)


@pytest.fixture(scope="session", params=["zmq", "bridge"])
def way(request: pytest.FixtureRequest) -> str:
    """The two ways to the server. For the bridge, GIMP's Python finds no pyzmq."""
    return str(request.param)


@pytest.fixture(scope="session")
def assembled_gimp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plug-in, without pyzmq: GIMP's Python has its own in Debian."""
    folder = tmp_path_factory.mktemp("gimp-plugin") / "plug-ins"
    assemble(folder)
    return folder


@pytest.fixture(scope="session")
def entering(tmp_path_factory: pytest.TempPathFactory, screen: Screen) -> list[str]:
    """What leads to that GIMP."""
    if CHROOT is None:
        return []
    return CHROOT.entering(tmp_path_factory.getbasetemp(), screen.socket.parent, *_PYTHON)


@pytest.fixture(scope="session")
def gimp(
    way: str,
    tmp_path_factory: pytest.TempPathFactory,
    assembled_gimp: Path,
    shared_server: RunningServer,
    screen: Screen,
    entering: list[str],
) -> Gimp:
    """The GIMP of all tests that do the server no harm."""
    environ = {name: shared_server.environ[name] for name in (CONNECTION_VARIABLE, PYTHON_VARIABLE)}
    folder = tmp_path_factory.mktemp(f"gimp-{way}")
    return Gimp(folder, assembled_gimp, {**environ, "DISPLAY": screen.name}, entering, way == "bridge")


@pytest.fixture
def make_gimp(
    way: str, tmp_path: Path, assembled_gimp: Path, screen: Screen, entering: list[str]
) -> Iterator[MakeGimp]:
    """Makes GIMPs with a place of their own for a server, which must be left by nobody."""
    connection = tmp_path / "place" / "connection.json"

    def make(**environ: str) -> Gimp:
        environ = {
            CONNECTION_VARIABLE: str(connection),
            PYTHON_VARIABLE: sys.executable,
            "OMP_WAIT_POLICY": "passive",
            "DISPLAY": screen.name,
            **environ,
        }
        return Gimp(tmp_path / "gimp", assembled_gimp, environ, entering, way == "bridge")

    yield make
    for process in processes_of(connection):
        process.kill()
    assert_nothing_left(connection)
