"""The GIMP plug-in put together: all of it, a file that can be run, nothing that GIMP cannot load."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from trees import tree

from installers import gimp_plugin
from installers.errors import InstallError
from installers.gimp_plugin import GIMP_TARGETS, assemble, is_bridged, local_gimp_targets, write_zip
from installers.plugin_files import GIMP_PLUGIN

MODULE = Path("restore_old_photo")
PACKAGE = MODULE / "restore_old_photo_gimp"
PROGRAM = MODULE / "restore_old_photo.py"


def files(folder):
    return {name for name, content in tree(folder).items() if content is not None and "__pycache__" not in name}


def test_the_plug_in_is_its_source(assembled_gimp):
    source = GIMP_PLUGIN / MODULE
    assert PACKAGE.name in {name.split("/")[0] for name in files(source)}
    for name in files(source):
        assert (assembled_gimp / MODULE / name).read_bytes() == (source / name).read_bytes()


def test_beside_it_lies_what_all_plug_ins_have(assembled, assembled_gimp):
    krita = assembled / "pykrita" / "restore_old_photo"
    for name in ("remote", "vendor"):
        assert tree(assembled_gimp / PACKAGE / name) == tree(krita / name)
    assert (assembled_gimp / MODULE / "about.json").read_bytes() == (krita / "about.json").read_bytes()
    assert json.loads((assembled_gimp / MODULE / "about.json").read_text())["program"] == "restore-old-photo"


def test_nothing_else_is_in_it(assembled_gimp):
    rest = files(assembled_gimp) - {f"{MODULE}/{name}" for name in files(GIMP_PLUGIN / MODULE)}
    assert {name for name in rest if not name.startswith((f"{PACKAGE}/remote/", f"{PACKAGE}/vendor/"))} == {
        f"{MODULE}/about.json"
    }
    assert [path.name for path in assembled_gimp.iterdir()] == [MODULE.name]


def test_gimp_finds_the_program_by_its_name_and_can_start_it(assembled_gimp):
    assert PROGRAM.stem == PROGRAM.parent.name
    assert (assembled_gimp / PROGRAM).read_bytes().startswith(b"#!/usr/bin/env python3\n")
    if os.name != "nt":
        modes = {name: (assembled_gimp / name).stat().st_mode & 0o777 for name in files(assembled_gimp)}
        assert modes.pop(PROGRAM.as_posix()) == 0o755
        assert not any(mode & 0o111 for mode in modes.values())


def test_whichever_modules_there_are(tmp_path, monkeypatch):
    package = tmp_path / "source" / PACKAGE
    package.mkdir(parents=True)
    monkeypatch.setattr(gimp_plugin, "GIMP_PLUGIN", tmp_path / "source")
    with pytest.raises(InstallError, match=r"restore_old_photo\.py is missing"):
        assemble(tmp_path / "without")
    for path in (tmp_path / "source" / PROGRAM, package / "new.py", package / "deep" / "picture.png"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assemble(tmp_path / "with")
    assert {f"{PACKAGE}/new.py", f"{PACKAGE}/deep/picture.png", f"{PACKAGE}/remote/client.py"} <= files(
        tmp_path / "with"
    )


def test_an_installed_program_carries_it(tmp_path, assembled_gimp, assembled_by_wheel):
    made, expected = assembled_by_wheel("gimp_plugin", tmp_path / "made"), tree(assembled_gimp)
    about = f"{MODULE}/about.json"
    assert made.pop(about) and expected.pop(about)
    assert made == expected
    if os.name != "nt":
        assert (tmp_path / "made" / PROGRAM).stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("system", "count"),
    [("linux-x86_64", 3), ("linux-aarch64", 3), ("linux-armv7l", 0), ("win-amd64", 0), ("macosx-11.0-arm64", 0)],
)
def test_pyzmq_comes_along_only_where_a_gimp_can_load_it(system, count):
    assert len(local_gimp_targets(system)) == count


def test_where_the_bridge_is_meant_nothing_is_missing():
    assert is_bridged("win32")
    assert is_bridged("darwin")
    assert not is_bridged("linux")
    assert {target.system for target in GIMP_TARGETS} == {"linux-x86_64", "linux-aarch64"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "gimp.zip"
    assert write_zip(path, ()) == {}
    return path


def test_the_zip_holds_the_same_and_keeps_the_run_bit(archive, assembled_gimp):
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        held = {name.rstrip("/"): None if name.endswith("/") else opened.read(name) for name in opened.namelist()}
        modes = {entry.filename: entry.external_attr >> 16 for entry in opened.infolist() if not entry.is_dir()}
        assert all(entry.create_system == 3 for entry in opened.infolist())
    assert held == tree(assembled_gimp)
    assert modes.pop(PROGRAM.as_posix()) == 0o100755
    assert set(modes.values()) == {0o100644}


def test_the_same_sources_make_the_same_zip(archive, tmp_path):
    write_zip(tmp_path / "again.zip", ())
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_gimp_and_python_see_by_the_dates_that_the_plug_in_is_another(archive, tmp_path, monkeypatch):
    shutil.copytree(GIMP_PLUGIN, tmp_path / "source")
    (tmp_path / "source" / PACKAGE / "more.py").write_text("")
    monkeypatch.setattr(gimp_plugin, "GIMP_PLUGIN", tmp_path / "source")
    write_zip(tmp_path / "other.zip", ())
    dates = []
    for path in (archive, tmp_path / "other.zip"):
        with zipfile.ZipFile(path) as opened:
            (date,) = {entry.date_time for entry in opened.infolist()}
            dates.append(date)
    assert dates[0] != dates[1]
    assert all((1980, 1, 2) < date < (2001, 1, 1) for date in dates)


def test_the_name_says_the_version(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(gimp_plugin, "write_zip", lambda path: path.write_bytes(b"zip") and {})
    assert gimp_plugin.main(str(tmp_path)) == 0
    assert re.search(r"restore-old-photo-gimp-[\w.]+\.zip \(", capsys.readouterr().out)
