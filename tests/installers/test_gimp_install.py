"""What is put into a GIMP can be taken out again; Krita's tests show what is the same for both."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest
from fake_gimps import fake_gimp
from trees import read_only, tree

from installers.editors import EDITORS
from installers.errors import InstallError
from installers.gimp import GIMP, installed
from installers.krita import KRITA
from installers.place import Place
from installers.placing import places_to_clean, put, take_out
from installers.record import record_path, recorded

MODULE = "restore_old_photo"


@pytest.fixture
def gimp(home):
    """A GIMP that has been used, with a plug-in of somebody's."""
    folder = home / ".config" / "GIMP" / "3.0" / "plug-ins"
    (folder / "theirs").mkdir(parents=True)
    (folder / "theirs" / "theirs.py").write_text("theirs")
    return Place("GIMP 3.0", folder)


@pytest.fixture
def no_programs(monkeypatch, tmp_path):
    """A machine without any GIMP on its PATH."""
    (tmp_path / "bin").mkdir()
    for name in ("sh", "mkdir"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("installers.gimp_programs._applications", lambda environ, system: [])
    return tmp_path / "bin"


def test_there_and_back(gimp, assembled_gimp):
    before = tree(gimp.folder.parent)
    put(GIMP, gimp, assembled_gimp)
    lies = tree(gimp.folder)
    assert {name: content for name, content in lies.items() if not name.startswith("theirs")} == tree(assembled_gimp)
    if os.name != "nt":
        assert (gimp.folder / MODULE / f"{MODULE}.py").stat().st_mode & 0o777 == 0o755
    assert take_out(GIMP, gimp)
    assert tree(gimp.folder.parent) == before
    assert not take_out(GIMP, gimp)
    assert not record_path().exists()


def test_an_older_one_is_replaced_as_a_whole_and_looks_new_to_gimp(gimp, assembled_gimp):
    put(GIMP, gimp, assembled_gimp)
    program = gimp.folder / MODULE / f"{MODULE}.py"
    (program.parent / "gone.py").write_text("old")
    os.utime(program, (1e9, 1e9))
    put(GIMP, gimp, assembled_gimp)
    assert tree(gimp.folder / MODULE) == tree(assembled_gimp / MODULE)
    assert program.stat().st_mtime > 1e9  # GIMP asks it anew what it can do


def test_what_gimp_remembers_of_it_goes_too(gimp, assembled_gimp):
    settings = gimp.folder.parent / "plug-in-settings"
    settings.mkdir()
    (settings / "GimpProcedureConfig-plug-in-theirs.last").write_text("theirs")
    before = tree(gimp.folder.parent)
    put(GIMP, gimp, assembled_gimp)
    for name in ("", "-from-mask"):
        (settings / f"GimpProcedureConfig-plug-in-restore-old-photo{name}.last").write_text("ours")
    (gimp.folder / MODULE / "__pycache__").mkdir()
    assert take_out(GIMP, gimp)
    assert tree(gimp.folder.parent) == before


def test_a_folder_for_plug_ins_that_was_not_there_goes_again(gimp, assembled_gimp):
    shutil.rmtree(gimp.folder)
    before = tree(gimp.folder.parent)
    put(GIMP, gimp, assembled_gimp)
    assert take_out(GIMP, gimp)
    assert tree(gimp.folder.parent) == before


def test_without_permission(gimp, assembled_gimp):
    put(GIMP, gimp, assembled_gimp)
    before = tree(gimp.folder)
    for attempt in (lambda: put(GIMP, gimp, assembled_gimp), lambda: take_out(GIMP, gimp)):
        with read_only(gimp.folder), pytest.raises(InstallError, match=r"cannot be (put|removed)"):
            attempt()
        assert tree(gimp.folder) == before


def test_what_is_not_ours_is_not_touched(gimp, assembled_gimp):
    (gimp.folder / MODULE).mkdir()
    before = tree(gimp.folder)
    for attempt in (lambda: put(GIMP, gimp, assembled_gimp), lambda: take_out(GIMP, gimp)):
        with pytest.raises(InstallError, match="not from this program"):
            attempt()
        assert tree(gimp.folder) == before


def test_the_record_knows_both_editors(gimp, place, assembled, assembled_gimp):
    put(KRITA, place, assembled)
    put(GIMP, gimp, assembled_gimp)
    assert [(one.editor, one.settings) for one in recorded()] == [("krita", str(place.settings)), ("gimp", "")]
    assert [one.folder for one in places_to_clean(GIMP)] == [gimp.folder]
    assert gimp.folder not in [one.folder for one in places_to_clean(KRITA)]
    assert take_out(KRITA, place)
    assert [one["editor"] for one in json.loads(record_path().read_text())["plugins"]] == ["gimp"]
    assert take_out(GIMP, gimp)
    assert not record_path().exists()


def test_a_folder_that_was_named_once_is_cleaned_without_being_named_again(tmp_path, assembled_gimp):
    (tmp_path / "elsewhere").mkdir()
    put(GIMP, Place("GIMP", tmp_path / "elsewhere"), assembled_gimp)
    (again,) = places_to_clean(GIMP)
    assert again == Place("GIMP", tmp_path / "elsewhere")
    assert take_out(GIMP, again)


linux = pytest.mark.skipif(sys.platform != "linux", reason="where the folders are, test_gimp_places says")


@linux
def test_every_gimp_3_and_none_below(no_programs, gimp, home):
    for version in ("3.2", "2.10"):
        (home / ".config" / "GIMP" / version).mkdir()
    assert [place.name for place in installed()] == ["GIMP 3.0", "GIMP 3.2"]


@linux
def test_one_that_was_never_started_makes_its_folder_itself_and_only_then(no_programs, gimp, home):
    fake_gimp(no_programs / "gimp-console-3.0", "3.0.4")
    fake_gimp(no_programs / "gimp-3.2", "3.2.6")
    fake_gimp(no_programs / "gimp", "2.10.36")
    for _ in range(2):
        assert [place.name for place in installed()] == ["GIMP 3.0", "GIMP 3.2"]
        assert (home / "started").read_text().count("\n") == 1
    assert not (home / ".config" / "GIMP" / "2.10").exists()


@linux
@pytest.mark.parametrize("trace", ["program", "folder"])
def test_gimp_2_alone_is_refused_with_what_to_do(no_programs, home, trace):
    if trace == "program":
        fake_gimp(no_programs / "gimp", "2.10.36")
    else:
        (home / ".config" / "GIMP" / "2.10").mkdir(parents=True)
    with pytest.raises(InstallError) as caught:
        installed()
    assert "Only GIMP 2.10 was found" in caught.value.cause
    assert "Install GIMP 3" in caught.value.remedy


def test_without_any(no_programs):
    with pytest.raises(InstallError, match="No GIMP was found"):
        installed()


def test_the_editors_are_those_of_the_command_line():
    from restoration.cli.install import _EDITORS

    assert tuple(EDITORS) == _EDITORS
