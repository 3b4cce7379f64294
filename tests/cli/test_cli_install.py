"""``install`` and ``uninstall``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_pictures import everything_in

from installers import editors
from installers.record import record_path

Run = Callable[..., Any]


@pytest.fixture
def krita(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of a Krita that has been used."""
    resources, settings = tmp_path / "krita", tmp_path / "kritarc"
    resources.mkdir()
    settings.write_text("[krita]\na=b\n")
    return resources, settings


@pytest.fixture
def plug_ins(tmp_path: Path) -> Path:
    """The folder for plug-ins of a GIMP that has been used."""
    folder = tmp_path / "GIMP" / "3.0" / "plug-ins"
    folder.mkdir(parents=True)
    return folder


def options(krita: tuple[Path, Path]) -> tuple[object, ...]:
    return "--folder", krita[0], "--config", krita[1]


def without_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None is on the PATH, and settings are in the home."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "APPDATA", "GIMP3_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_krita(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A user who has none."""
    without_programs(monkeypatch, tmp_path)
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


def test_gimp_there_and_back(run: Run, plug_ins: Path, tmp_path: Path) -> None:
    before = everything_in(tmp_path)
    installed = run("install", "gimp", "--no-wheels", "--folder", plug_ins)
    assert installed.exit_code == 0, installed.stderr
    assert str(plug_ins / "restore_old_photo") in installed.stdout
    assert "If GIMP is running, restart it." in installed.stdout
    assert installed.stderr == ""
    assert json.loads(record_path().read_text())["python"] == sys.executable
    removed = run("uninstall", "gimp")  # its folder is known by now
    assert removed.exit_code == 0
    assert str(plug_ins / "restore_old_photo") in removed.stdout
    assert everything_in(tmp_path) == before
    assert not record_path().exists()
    assert run("uninstall", "gimp", "--folder", plug_ins).stdout == "There was no plug-in to remove.\n"


def test_gimps_of_this_user_are_found(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("where GIMP's folders are, test_gimp_places says for each system")
    without_programs(monkeypatch, tmp_path)
    boxed = home / ".var" / "app" / "org.gimp.GIMP" / "config" / "GIMP" / "3.0"
    folders = [home / ".config" / "GIMP" / "3.0", home / ".config" / "GIMP" / "3.2", boxed]
    for folder in folders:
        folder.mkdir(parents=True)
    installed = run("install", "gimp", "--no-wheels")
    assert installed.exit_code == 0, installed.stderr
    assert [line.partition(":")[0] for line in installed.stdout.splitlines() if ": version" in line] == [
        "GIMP 3.0",
        "GIMP 3.2",
        "GIMP 3.0 (Flatpak)",
    ]
    assert installed.stdout.count("run restore-old-photo serve first") == 1
    for folder in folders:
        assert os.access(folder / "plug-ins" / "restore_old_photo" / "restore_old_photo.py", os.X_OK)
    assert run("uninstall", "gimp").exit_code == 0
    assert [list(folder.iterdir()) for folder in folders] == [[], [], []]


def test_what_gimp_cannot_load_is_neither_fetched_nor_missed(
    run: Run, plug_ins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows and macOS."""
    gimp = replace(editors.EDITORS["gimp"], targets=lambda: (), bridged=lambda: True)
    monkeypatch.setitem(editors.EDITORS, "gimp", gimp)
    installed = run("install", "gimp", "--folder", plug_ins)
    assert installed.exit_code == 0
    assert installed.stderr == ""


def test_gimp_refusals(
    refused: Run, plug_ins: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("install", "uninstall"):
        assert "Krita alone" in refused(command, "gimp", "--config", tmp_path, status=2)
        assert "no folder" in refused(command, "gimp", "--folder", tmp_path / "missing", status=1)
        assert "folder plug-ins in it" in refused(command, "gimp", "--folder", plug_ins.parent, status=1)
    if sys.platform == "linux":
        without_programs(monkeypatch, tmp_path)
        assert "No GIMP was found" in refused("install", "gimp", "--no-wheels", status=1)
        (home / ".config" / "GIMP" / "2.10").mkdir(parents=True)
        assert "Install GIMP 3" in refused("install", "gimp", "--no-wheels", status=1)


def test_help_names_both(run: Run) -> None:
    for command in ("install", "uninstall"):
        said = run(command, "--help").stdout
        assert "krita|gimp" in said


@pytest.mark.skipif(os.name == "nt", reason="HOME")
def test_a_program_that_no_installer_has_installed_is_not_removed_by_itself(run, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    result = run("uninstall", "program")
    assert result.exit_code == 1
    assert "was not installed by its installer" in result.stderr
    assert not everything_in(tmp_path / ".local" / "share")
