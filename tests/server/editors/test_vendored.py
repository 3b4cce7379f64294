"""Which pyzmq an editor's Python gets, and that nothing else in that Python notices."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig

import pytest

from installers.wheels import Target, vendor_msgpack, vendor_pyzmq
from server.editors.vendored import TRANSPORT_VARIABLE, vendor_tag

OURS = vendor_tag(sys.version_info[:2], sysconfig.get_platform())
#: Without site-packages: an editor's Python has neither package.
SCRIPT = """
import importlib.util, json, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("vendored", sys.argv[1])
vendored = importlib.util.module_from_spec(spec)
spec.loader.exec_module(vendored)
sys.path.insert(0, sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else None
exec(sys.argv[4]) if len(sys.argv) > 4 else None
before = list(sys.path)
reason = vendored.use_vendored(Path(sys.argv[2]))
zmq = sys.modules.get("zmq")
half_made = [name for name in sys.modules if name.startswith("zmq.") and zmq is None]
answer = {"reason": reason, "zmq": getattr(zmq, "__file__", None), "msgpack": sys.modules["msgpack"].__file__}
print(json.dumps({**answer, "same_path": sys.path == before, "half_made": half_made}))
"""


@pytest.fixture
def vendor(tmp_path):
    """A ``vendor/`` with msgpack alone."""
    vendor_msgpack(tmp_path / "vendor")
    return tmp_path / "vendor"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """A ``vendor/`` with pyzmq for this Python."""
    vendor = tmp_path_factory.mktemp("wheel")
    missing = vendor_pyzmq([Target(min(sys.version_info[:2], (3, 12)), sysconfig.get_platform())], vendor)
    if missing:
        pytest.skip(f"no wheel can be had here: {next(iter(missing.values())).cause}")
    vendor_msgpack(vendor)
    return vendor


def asked(vendor, other="", first="pass", **environ):
    """What ``use_vendored`` says in a Python of its own, after ``first`` with the folder ``other`` on its path."""
    import server.editors.vendored as module

    command = [sys.executable, "-I", "-S", "-c", SCRIPT, module.__file__, str(vendor), str(other), first]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, env=environ)
    answer = json.loads(done.stdout)
    assert answer.pop("same_path")
    assert not answer.pop("half_made")
    assert answer["msgpack"].startswith(str(vendor))
    return answer


def pretend(folder, source):
    """A package ``zmq`` that another plug-in may have brought."""
    (folder / "zmq").mkdir(parents=True)
    (folder / "zmq" / "__init__.py").write_text(source)
    return folder


OLD = "pyzmq_version_info = lambda: (24, 0, 1); pyzmq_version = lambda: '24.0.1'; has = lambda what: True"
BARE = "pyzmq_version_info = lambda: (26, 0, 0); pyzmq_version = lambda: '26.0.0'; has = lambda what: False"
GOOD = "pyzmq_version_info = lambda: (26, 0, 0); pyzmq_version = lambda: '26.0.0'; has = lambda what: True"


def test_the_one_for_this_python_is_used(wheel):
    answer = asked(wheel)
    assert answer["reason"] is None
    assert answer["zmq"].startswith(str(wheel / OURS))


def test_it_goes_before_one_that_the_system_has(wheel, tmp_path):
    assert asked(wheel, pretend(tmp_path / "system", OLD))["zmq"].startswith(str(wheel / OURS))


def test_one_that_is_loaded_already_is_used_as_it_is(wheel, tmp_path):
    answer = asked(wheel, pretend(tmp_path / "theirs", GOOD), "import zmq")
    assert answer["reason"] is None
    assert answer["zmq"].startswith(str(tmp_path))


@pytest.mark.parametrize(("source", "why"), [(OLD, "older than 25"), (BARE, "CURVE"), ("", "no pyzmq")])
def test_one_that_is_loaded_already_and_will_not_do(vendor, tmp_path, source, why):
    answer = asked(vendor, pretend(tmp_path / "theirs", source), "import zmq")
    assert why in answer["reason"]


def test_where_there_is_none_the_reason_is_said(vendor):
    answer = asked(vendor)
    assert "No module named 'zmq'" in answer["reason"]
    assert answer["zmq"] is None


def test_one_that_does_not_load_leaves_nothing_behind(vendor):
    folder = pretend(vendor / OURS, "from . import backend")
    (folder / "zmq" / "backend.py").write_text("raise OSError('libzmq.so:\\n  not found')")
    answer = asked(vendor)
    assert "OSError: libzmq.so: not found" in answer["reason"]
    assert answer["zmq"] is None


def test_where_ours_does_not_load_the_system_s_is_used(vendor, tmp_path):
    pretend(vendor / OURS, "raise ImportError('GLIBC')")
    answer = asked(vendor, pretend(tmp_path / "system", GOOD))
    assert answer["reason"] is None
    assert answer["zmq"].startswith(str(tmp_path / "system"))


def test_the_environment_can_ask_for_the_bridge(wheel):
    answer = asked(wheel, **{TRANSPORT_VARIABLE: "bridge"})
    assert TRANSPORT_VARIABLE in answer["reason"]
    assert answer["zmq"] is None


@pytest.mark.parametrize(
    ("version", "system", "tag"),
    [
        ((3, 11), "linux-x86_64", "cp311-linux-x86_64"),
        ((3, 12), "win-amd64", "cp312abi3-win-amd64"),
        ((3, 15), "win-amd64", "cp312abi3-win-amd64"),
        ((3, 10), "macosx-10.9-universal2", "cp310-macosx-universal2"),
        ((3, 13), "macosx-11.0-arm64", "cp312abi3-macosx-universal2"),
        ((3, 12), "mingw_x86_64_ucrt", "cp312abi3-mingw_x86_64_ucrt"),  # there is none: the bridge
    ],
)
def test_names_of_folders(version, system, tag):
    assert vendor_tag(version, system) == tag
