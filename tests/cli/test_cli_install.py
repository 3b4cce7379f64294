"""``install`` and ``uninstall``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_pictures import everything_in

from installers.record import record_path

Run = Callable[..., Any]


@pytest.fixture
def krita(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of a Krita that has been used."""
    resources, settings = tmp_path / "krita", tmp_path / "kritarc"
    resources.mkdir()
    settings.write_text("[krita]\na=b\n")
    return resources, settings


def options(krita: tuple[Path, Path]) -> tuple[object, ...]:
    return "--folder", krita[0], "--config", krita[1]


@pytest.fixture
def no_krita(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A user who has none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if Path("/var/lib/flatpak/app/org.kde.krita").is_dir():
        pytest.skip("a Krita is installed for all users")


def test_there_and_back(run: Run, krita: tuple[Path, Path], tmp_path: Path) -> None:
    before = everything_in(tmp_path)
    installed = run("install", "krita", "--no-wheels", *options(krita))
    assert installed.exit_code == 0, installed.stderr
    assert str(krita[0] / "pykrita" / "restore_old_photo") in installed.stdout
    assert "restart" in installed.stdout
    assert installed.stderr == ""
    assert "enable_restore_old_photo=true" in krita[1].read_text()
    assert json.loads(record_path().read_text())["python"] == sys.executable
    removed = run("uninstall", "krita", *options(krita))
    assert removed.exit_code == 0
    assert "removed" in removed.stdout
    assert everything_in(tmp_path) == before
    assert not record_path().exists()


@pytest.mark.usefixtures("no_krita")
def test_what_was_named_once_is_removed_without_being_named(run: Run, krita: tuple[Path, Path], tmp_path: Path) -> None:
    before = everything_in(tmp_path)
    run("install", "krita", "--no-wheels", *options(krita))
    assert "removed" in run("uninstall", "krita").stdout
    assert everything_in(tmp_path) == before
    again = run("uninstall", "krita")
    assert again.exit_code == 0
    assert again.stdout == "There was no plug-in to remove.\n"


def test_a_krita_of_this_user_is_found(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("where Krita's folders are, test_krita_places says for each system")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    (home / "krita").mkdir()
    assert run("install", "krita", "--no-wheels").exit_code == 0
    assert (home / "krita" / "pykrita" / "restore_old_photo" / "remote" / "client.py").is_file()
    assert (home / "config" / "kritarc").is_file()
    assert run("uninstall", "krita").exit_code == 0
    assert list((home / "krita").iterdir()) == []
    assert not (home / "config").exists()


def test_wheels_that_cannot_be_had_are_no_failure(
    run: Run, krita: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    installed = run("install", "krita", *options(krita))
    assert installed.exit_code == 0
    assert "bridge" in installed.stderr
    assert (krita[0] / "pykrita" / "restore_old_photo" / "vendor" / "common" / "msgpack").is_dir()


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_refusals(refused: Run, krita: tuple[Path, Path], command: str, tmp_path: Path) -> None:
    assert "no plug-in for 'photoshop'" in refused(command, "photoshop", status=2)
    assert "belong together" in refused(command, "krita", "--folder", krita[0], status=2)
    assert "no folder" in refused(command, "krita", "--folder", tmp_path / "missing", "--config", krita[1], status=1)


@pytest.mark.usefixtures("no_krita")
def test_without_krita(refused: Run) -> None:
    assert "No Krita was found" in refused("install", "krita", "--no-wheels", status=1)


def test_somebody_else_s_folder(refused: Run, krita: tuple[Path, Path]) -> None:
    (krita[0] / "pykrita" / "restore_old_photo").mkdir(parents=True)
    for command in (("install", "krita", "--no-wheels"), ("uninstall", "krita")):
        assert "not from this program" in refused(*command, *options(krita), status=1)
