"""A home of each test's own, the plug-in put together once, and a wheel if one can be had."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from installers.krita_places import KritaPlace
from installers.krita_plugin import assemble
from installers.wheels import Target, vendor_pyzmq


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the record is written, and Kritas are looked for."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> KritaPlace:
    """A Krita that has been used."""
    resources, settings = tmp_path / "krita" / "share", tmp_path / "krita" / "kritarc"
    (resources / "brushes").mkdir(parents=True)
    (resources / "brushes" / "mine.gbr").write_bytes(b"brush")
    settings.write_bytes(b"ResourceDirectory=\n\n[krita]\nname=a value\n\n[python]\nenable_other=true\n")
    return KritaPlace("Krita", resources, settings)


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plug-in without pyzmq. Not to be changed."""
    folder = tmp_path_factory.mktemp("plugin") / "krita"
    assert assemble(folder) == {}
    return folder


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
