"""What is put into a Krita can be taken out again, and whatever fails changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace

import pytest
from trees import read_only, tree

from installers.errors import InstallError
from installers.krita import KRITA
from installers.placing import places_to_clean, put, take_out
from installers.record import record_path, recorded
from server.launcher import find_python

MODULE = "pykrita/restore_old_photo"


@pytest.fixture
def older(assembled, tmp_path):
    """An older version of the plug-in, with a file that the new one has not."""
    folder = tmp_path / "older"
    shutil.copytree(assembled, folder)
    (folder / MODULE / "gone.py").write_text("old")
    (folder / "actions" / "restore_old_photo.action").write_text("old")
    return folder


def everything(place):
    return tree(place.folder.parent)


def test_it_lies_where_krita_looks_and_is_enabled(place, assembled):
    before = place.settings.read_bytes()
    put(KRITA, place, assembled)
    lies = tree(place.folder)
    assert {name: content for name, content in lies.items() if not name.startswith("brushes")} == tree(assembled)
    assert place.settings.read_bytes() == before.replace(b"[python]\n", b"[python]\nenable_restore_old_photo=true\n")


def test_taken_out_the_tree_is_as_it_was(place, assembled, home):
    before, home_before = everything(place), tree(home)
    put(KRITA, place, assembled)
    assert take_out(KRITA, place)
    assert everything(place) == before
    assert not record_path().exists()
    assert set(tree(home)) - set(home_before) <= {".local", ".local/share"}


def test_with_a_krita_that_was_never_started(place, assembled, tmp_path):
    fresh = replace(place, folder=tmp_path / "no" / "such" / "krita", settings=tmp_path / "nor" / "this" / "kritarc")
    before = tree(tmp_path)
    put(KRITA, fresh, assembled)
    put(KRITA, fresh, assembled)
    assert fresh.settings.read_bytes() == b"[python]\nenable_restore_old_photo=true\n"
    assert take_out(KRITA, fresh)
    assert tree(tmp_path) == before


def test_what_krita_and_the_plug_in_have_added_since_goes_too(place, assembled):
    before = everything(place)
    put(KRITA, place, assembled)
    cache = place.folder / MODULE / "__pycache__"
    cache.mkdir()
    (cache / "reading.pyc").write_bytes(b"")
    with place.settings.open("ab") as file:
        file.write(b"\n[restore_old_photo]\nstages=scratches\n\n[theme]\nTheme=dark\n")
    assert take_out(KRITA, place)
    after = everything(place)
    assert after.pop("kritarc") == before.pop("kritarc") + b"\n[theme]\nTheme=dark\n"
    assert after == before


def test_taken_out_twice_there_was_nothing(place, assembled):
    put(KRITA, place, assembled)
    assert take_out(KRITA, place)
    before = everything(place)
    assert not take_out(KRITA, place)
    assert everything(place) == before


def test_one_that_krita_itself_has_imported_is_removed_and_replaced_too(place, assembled, older):
    shutil.copytree(older, place.folder, dirs_exist_ok=True)
    put(KRITA, place, assembled)
    assert not (place.folder / MODULE / "gone.py").exists()
    shutil.copytree(older, place.folder, dirs_exist_ok=True)
    record_path().unlink()
    assert take_out(KRITA, place)
    assert not (place.folder / MODULE).exists()


def test_an_older_one_is_replaced_as_a_whole(place, assembled, older):
    put(KRITA, place, older)
    put(KRITA, place, assembled)
    assert tree(place.folder / MODULE) == tree(assembled / MODULE)
    assert sorted(path.name for path in (place.folder / "pykrita").iterdir()) == [
        "restore_old_photo",
        "restore_old_photo.desktop",
    ]


def test_what_a_killed_installation_has_left_is_cleared(place, assembled):
    put(KRITA, place, assembled)
    left = place.folder / "pykrita" / ".restore_old_photo.0123abcd.new"
    left.mkdir()
    put(KRITA, place, assembled)
    assert not left.exists()


def test_when_the_settings_cannot_be_written_the_older_one_stays(place, assembled, older):
    put(KRITA, place, older)
    place.settings.unlink()
    place.settings.mkdir()  # nobody can write a file there
    before, record = everything(place), record_path().read_bytes()
    with pytest.raises(InstallError):
        put(KRITA, place, assembled)
    assert everything(place) == before
    assert record_path().read_bytes() == record


def test_when_the_record_cannot_be_written_the_older_one_stays(place, assembled, older):
    put(KRITA, place, older)
    record_path().unlink()
    record_path().mkdir()
    before = everything(place)
    with pytest.raises(InstallError, match="record"):
        put(KRITA, place, assembled)
    assert everything(place) == before


def test_when_the_first_installation_fails_nothing_is_left(place, assembled, tmp_path):
    fresh = replace(place, folder=tmp_path / "no" / "krita", settings=tmp_path / "nor" / "kritarc")
    record_path().mkdir(parents=True)
    before = tree(tmp_path)
    with pytest.raises(InstallError):
        put(KRITA, fresh, assembled)
    assert tree(tmp_path) == before


def test_without_permission(place, assembled, older):
    put(KRITA, place, older)
    before = everything(place)
    for attempt in (lambda: put(KRITA, place, assembled), lambda: take_out(KRITA, place)):
        with read_only(place.folder / "pykrita"), pytest.raises(InstallError) as caught:
            attempt()
        assert str(place.folder) in caught.value.cause
        assert "yours to write" in caught.value.remedy
        assert everything(place) == before


def test_without_space(place, assembled, older):
    """A limit on the size of files stands for a full disk: the copy fails in its middle."""
    resource = pytest.importorskip("resource")
    put(KRITA, place, older)
    before = everything(place)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(InstallError) as caught:
            put(KRITA, place, assembled)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.cause == f"The plug-in cannot be put into {place.folder}: File too large."
    assert everything(place) == before


@pytest.mark.parametrize("what", ["folder", "link", "file"])
def test_what_is_not_ours_is_not_touched(place, assembled, tmp_path, what):
    stranger = place.folder / MODULE
    stranger.parent.mkdir()
    if what == "folder":
        stranger.mkdir()
        (stranger / "__init__.py").write_text("theirs")
    elif what == "link":  # somebody develops it there
        stranger.symlink_to(assembled / MODULE)
    else:
        stranger.write_text("theirs")
    before = everything(place)
    for attempt in (lambda: put(KRITA, place, assembled), lambda: take_out(KRITA, place)):
        with pytest.raises(InstallError, match="not from this program"):
            attempt()
        assert everything(place) == before
    assert not record_path().exists()


def test_the_record_names_this_python_and_the_launcher_takes_it(place, assembled, monkeypatch):
    put(KRITA, place, assembled)
    assert json.loads(record_path().read_text())["python"] == sys.executable
    if os.name != "nt":
        assert record_path().stat().st_mode & 0o777 == 0o600
        assert record_path().parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(sys, "executable", "/nowhere")  # as in an editor
    assert find_python({"HOME": os.environ["HOME"]}) == json.loads(record_path().read_text())["python"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_a_record_that_others_could_write_is_made_private(place, assembled):
    record_path().parent.mkdir(parents=True)
    record_path().write_text('{"python": "/tmp/evil"}')
    record_path().chmod(0o666)
    put(KRITA, place, assembled)
    assert record_path().stat().st_mode & 0o777 == 0o600


def test_a_record_that_is_a_link_is_replaced_and_not_followed(place, assembled, tmp_path):
    record_path().parent.mkdir(parents=True)
    (tmp_path / "elsewhere").write_text("kept")
    record_path().symlink_to(tmp_path / "elsewhere")
    put(KRITA, place, assembled)
    assert (tmp_path / "elsewhere").read_text() == "kept"
    assert not record_path().is_symlink()


def test_the_record_stays_until_the_last_one_is_gone(place, assembled, tmp_path):
    second = replace(place, folder=tmp_path / "second" / "krita", settings=tmp_path / "second" / "kritarc")
    put(KRITA, place, assembled)
    put(KRITA, second, assembled)
    assert take_out(KRITA, place)
    assert [one.folder for one in recorded()] == [str(second.folder)]
    assert take_out(KRITA, second)
    assert not record_path().exists()


def test_a_folder_that_was_named_once_is_cleaned_without_being_named_again(place, assembled):
    put(KRITA, place, assembled)
    assert place.folder in [one.folder for one in places_to_clean(KRITA)]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"plugins": 3}', '{"plugins": [{"editor": "krita"}]}', "\udcff"])
def test_a_record_that_is_no_record_is_as_good_as_none(place, assembled, content):
    record_path().parent.mkdir(parents=True)
    record_path().write_text(content, errors="surrogateescape")
    assert recorded() == []
    put(KRITA, place, assembled)
    assert [one.folder for one in recorded()] == [str(place.folder)]
