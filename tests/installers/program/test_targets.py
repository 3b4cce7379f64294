"""The folder that ``--target`` names is the user's: the program goes into one of its own in there."""

from __future__ import annotations

from pathlib import Path

import pytest

from installers.errors import InstallError
from installers.program.main import main, target_of
from installers.program.marker import Marker, write_marker
from installers.program.places import NAME, Places, places


@pytest.fixture
def mine(home: Path) -> Places:
    one = places({"HOME": str(home)}, "linux")
    one.data.mkdir(parents=True)
    return one


def test_it_is_one_of_our_own_in_the_folder_that_is_named(mine, tmp_path):
    (tmp_path / "scratch").mkdir()
    assert target_of(str(tmp_path), mine) == tmp_path / NAME
    assert target_of(str(tmp_path / NAME), mine) == tmp_path / NAME
    assert target_of(str(tmp_path / "not" / "there"), mine) == tmp_path / "not" / "there" / NAME


def test_the_usual_place_may_be_named_too(mine):
    usual = mine.data / "program"
    assert [target_of(one, mine) for one in (None, str(mine.data), str(mine.data.parent), str(usual))] == [usual] * 4


def test_an_update_remembers_it_and_may_name_it_again(mine, tmp_path):
    target = tmp_path / NAME
    (target / "env-1").mkdir(parents=True)
    write_marker(mine.marker, Marker(str(target), "env-1"))
    assert [target_of(one, mine) for one in (None, str(tmp_path), str(target))] == [target] * 3


def test_one_with_files_of_somebody_else_is_refused_and_nothing_is_changed(mine, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(mine.home))
    monkeypatch.delenv("SUDO_USER", raising=False)
    photo = tmp_path / NAME / "scratch" / "photo.tif"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"mine")
    with pytest.raises(InstallError, match="holds files that are not from this program"):
        target_of(str(tmp_path), mine)
    assert main(["--yes", "--target", str(tmp_path), "--no-space-check"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"Error: The folder {tmp_path / NAME} holds files")
    assert said.out == ""
    assert photo.read_bytes() == b"mine"
    assert not list(mine.data.iterdir())
