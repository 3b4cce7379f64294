"""Real Kritas with the plug-in, and the real server, once over ZeroMQ and once over the bridge.

Tests marked ``newer_krita`` run in the Krita of a newer Debian, too, where one has been made: see ``trixie``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trixie
from kritas import KRITA_CRASHED, RunningKrita
from running_server import RunningServer, assert_nothing_left, processes_of
from screens import Screen

from installers.krita_plugin import assemble
from installers.wheels import STABLE_ABI, Target
from server.connection import CONNECTION_VARIABLE
from server.launcher import PYTHON_VARIABLE

PROJECT = Path(__file__).parents[3]
SYSTEM = f"linux-{os.uname().machine}"
#: The Krita of Debian 13; None where there is none.
NEWER = trixie.found()
#: What the server's own Python, and with it the bridge, is made of.
_PYTHON = tuple({PROJECT, Path(sys.prefix), Path(sys.base_prefix)})
#: For Krita's plug-in: leave pyzmq alone.
_BRIDGE = {"RESTORE_OLD_PHOTO_TRANSPORT": "bridge"}

#: The resources of a Krita that was started once, if there was one.
_WARM: list[Path] = []

MakeKrita = Callable[..., RunningKrita]


@dataclass(frozen=True)
class Kind:
    """Which Krita, and how it reaches the server.

    Attributes:
        way: ``zmq`` or ``bridge``.
        newer: whether it is the newer one.
    """

    way: str
    newer: bool = False

    def __str__(self) -> str:
        return f"newer-{self.way}" if self.newer else self.way


def kinds(*, newer: bool) -> list[Kind]:
    """What there is here. What cannot be had is no test that is skipped, but none."""
    found = [Kind("zmq"), Kind("bridge")]
    if newer and NEWER is not None:
        found.append(Kind("zmq", newer=True))
        # The bridge is run by this machine's Python, which must not hide what that system has in the same place.
        if all(map(NEWER.has_room_for, _PYTHON)):
            found.append(Kind("bridge", newer=True))
    return found


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "newer_krita: runs in a newer Krita than this machine's, too")
    config.addinivalue_line("markers", "any_way: the way to the server plays no part: runs over one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("newer_krita") is not None
        found = kinds(newer=marked)
        if metafunc.definition.get_closest_marker("any_way") is not None:
            found = [kind for kind in found if kind.way == "bridge"]  # which is there without pyzmq, too
        metafunc.parametrize("kind", found, ids=str, indirect=True, scope="session")


def missing_programs() -> list[str]:
    """What these tests need and this machine lacks."""
    return [name for name in ("krita", "kritarunner", "Xvfb") if shutil.which(name) is None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Krita 5.1 was once ended by a fault of memory in a test that then passed more than a hundred times: one more try.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[KRITA_CRASHED]))
    missing = missing_programs()
    if missing:
        skip = pytest.mark.skip(reason=f"not installed, and not to be installed here: {', '.join(missing)}")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def krita_python(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int]:
    """The version of the Python in this machine's Krita."""
    folder = tmp_path_factory.mktemp("ask")
    (folder / "ask.py").write_text(
        "import os, sys\ndef main(_):\n    print(sys.version_info[:2], flush=True)\n    os._exit(0)\n"
    )
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(folder), "HOME": str(folder)}
    command = ["kritarunner", "-s", "ask", "-f", "main"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, cwd=folder)
    found = [line for line in done.stdout.splitlines() if line.startswith("(")]
    assert found, done.stdout + done.stderr
    major, minor = found[0].strip("()").split(", ")
    return int(major), int(minor)


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory, krita_python: tuple[int, int]) -> Path:
    """The plug-in as it is installed for the Kritas here, with pyzmq if that can be fetched."""
    folder = tmp_path_factory.mktemp("plugin") / "krita"
    pythons = [krita_python] if NEWER is None else [krita_python, STABLE_ABI]
    assemble(folder, [Target(python, SYSTEM) for python in pythons])
    return folder


@pytest.fixture(scope="session")
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which Krita, and how it reaches the server; see ``pytest_generate_tests``."""
    found: Kind = request.param
    return found


@pytest.fixture(scope="session")
def way(kind: Kind) -> str:
    """The two ways to the server."""
    return kind.way


@pytest.fixture(scope="session")
def way_environment(kind: Kind, krita_python: tuple[int, int], assembled: Path) -> dict[str, str]:
    """What makes the plug-in take this way to the server; skips where it cannot."""
    if kind.way == "bridge":
        return dict(_BRIDGE)
    wheel = Target(STABLE_ABI if kind.newer else krita_python, SYSTEM).tag
    if not (assembled / "pykrita/restore_old_photo/vendor" / wheel).is_dir():
        pytest.skip("pyzmq for Krita's Python cannot be fetched here")
    return {}


@pytest.fixture(scope="session")
def entering(kind: Kind, screen: Screen, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What leads into the system that Krita lives in; it sees the files of the tests where they are."""
    if NEWER is None or not kind.newer:
        return []
    python = [folder for folder in _PYTHON if NEWER.has_room_for(folder)]
    return NEWER.entering(tmp_path_factory.getbasetemp(), screen.socket.parent, *python)


@pytest.fixture(scope="session")
def warm(
    kind: Kind, tmp_path_factory: pytest.TempPathFactory, screen: Screen, assembled: Path, entering: list[str]
) -> Path | None:
    """The resources of a Krita that was started once; those of the newer one are its own."""
    if kind.newer:
        return None
    if not _WARM:
        one = RunningKrita(tmp_path_factory.mktemp("warm"), screen, assembled, _BRIDGE, entering=entering)
        one.run("window.leave")
        one.ended(30)
        one.close()
        _WARM.append(one.resources)
    return _WARM[0]


class _Shared:
    """A Krita that is started again if a test made it crash: the tests after that one shall tell their own story."""

    def __init__(self, start: Callable[[], RunningKrita]) -> None:
        self._start = start
        self._one = start()

    def living(self) -> RunningKrita:
        """The Krita."""
        if not self._one.lives:
            self._one.close()
            self._one = self._start()
        return self._one

    def close(self) -> None:
        """End it."""
        self._one.close()


@pytest.fixture(scope="session")
def shared_krita(
    kind: Kind,
    tmp_path_factory: pytest.TempPathFactory,
    screen: Screen,
    assembled: Path,
    way_environment: dict[str, str],
    entering: list[str],
    warm: Path | None,
    shared_server: RunningServer,
) -> Iterator[_Shared]:
    """The Krita of all tests that do it no harm, one of each kind."""
    environ = {name: shared_server.environ[name] for name in (CONNECTION_VARIABLE, PYTHON_VARIABLE)} | way_environment

    def start() -> RunningKrita:
        folder = tmp_path_factory.mktemp(str(kind))
        return RunningKrita(folder, screen, assembled, environ, entering=entering, warm=warm)

    one = _Shared(start)
    yield one
    one.close()


@pytest.fixture
def krita(shared_krita: _Shared) -> Iterator[RunningKrita]:
    """A Krita without a document."""
    one = shared_krita.living()
    yield one
    one.run("kit.reset")


@pytest.fixture
def make_krita(
    tmp_path: Path,
    screen: Screen,
    assembled: Path,
    way_environment: dict[str, str],
    entering: list[str],
    warm: Path | None,
) -> Iterator[MakeKrita]:
    """Makes Kritas that the test may harm, with a place of their own for a server, which must be left by nobody.

    ``make_krita(again=one)`` starts the same one again, with what it remembers.
    """
    made: list[RunningKrita] = []
    connection = tmp_path / "place" / "connection.json"

    def make(again: RunningKrita | None = None, **environ: str) -> RunningKrita:
        environ = {
            **way_environment,
            CONNECTION_VARIABLE: str(connection),
            PYTHON_VARIABLE: sys.executable,
            "OMP_WAIT_POLICY": "passive",
            **environ,
        }
        folder = tmp_path / "krita" if again is None else again.folder
        made.append(RunningKrita(folder, screen, assembled, environ, entering=entering, warm=warm))
        return made[-1]

    yield make
    for one in made:
        one.close()
    for process in processes_of(connection):
        process.kill()
    assert_nothing_left(connection)
