"""A home of each test's own, the plug-in put together once, and a wheel if one can be had."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from trees import tree

from installers import gimp_plugin
from installers.krita_plugin import assemble
from installers.place import Place
from installers.plugin_files import SERVER
from installers.wheels import Target, vendor_pyzmq

PROJECT = SERVER.parent


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the record is written, and editors are looked for."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA", "GIMP3_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A Krita that has been used."""
    resources, settings = tmp_path / "krita" / "share", tmp_path / "krita" / "kritarc"
    (resources / "brushes").mkdir(parents=True)
    (resources / "brushes" / "mine.gbr").write_bytes(b"brush")
    settings.write_bytes(b"ResourceDirectory=\n\n[krita]\nname=a value\n\n[python]\nenable_other=true\n")
    return Place("Krita", resources, settings)


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plug-in without pyzmq. Not to be changed."""
    folder = tmp_path_factory.mktemp("plugin") / "krita"
    assert assemble(folder) == {}
    return folder


@pytest.fixture(scope="session")
def assembled_gimp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The GIMP plug-in without pyzmq. Not to be changed."""
    folder = tmp_path_factory.mktemp("plugin") / "gimp"
    assert gimp_plugin.assemble(folder) == {}
    return folder


@pytest.fixture(scope="session")
def assembled_by_wheel(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], dict]:
    """Puts a plug-in together with what ``pip install`` would put into a Python; what lies in the folder then."""
    folder = tmp_path_factory.mktemp("wheel")
    project = folder / "project"
    for name in ("installers", "plugin_krita", "plugin_gimp", "server", "restoration"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "*.safetensors"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, project)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run([*command, "-w", str(folder), str(project)], check=True, timeout=120, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder / "site")
    script = (
        "import sys, importlib; sys.path.insert(0, sys.argv[1]); from pathlib import Path;"
        "made = importlib.import_module('installers.' + sys.argv[2]); assert made.__file__.startswith(sys.argv[1]);"
        "made.assemble(Path(sys.argv[3]))"
    )

    def assembled_with(module: str, into: Path) -> dict:
        command = [sys.executable, "-I", "-c", script, str(folder / "site"), module, str(into)]
        subprocess.run(command, check=True, timeout=60)
        return tree(into)

    return assembled_with


@pytest.fixture(scope="session")
def pyzmq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ``vendor/`` with pyzmq for this Python and that of a Krita 5.1 or 5.2. Not to be changed."""
    vendor = tmp_path_factory.mktemp("pyzmq")
    system = sysconfig.get_platform()
    wanted = {Target((3, 11), system), Target(min(sys.version_info[:2], (3, 12)), system)}
    try:
        missing = vendor_pyzmq(wanted, vendor)
    except KeyError:
        pytest.skip(f"there is no pyzmq for {system}")
    if missing:
        pytest.skip(f"no wheel can be had here: {next(iter(missing.values())).cause}")
    return vendor
