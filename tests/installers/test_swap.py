"""All take their places, or none does."""

from __future__ import annotations

import os
import shutil

import pytest
from trees import read_only, tree

from installers.swap import delete, delete_leftovers, discard, swapped


@pytest.fixture
def pairs(tmp_path):
    """A folder and a file, each with an old one in its place."""
    for where, text in (("new", "new"), ("place", "old")):
        (tmp_path / where / "folder" / "deep").mkdir(parents=True)
        (tmp_path / where / "folder" / "deep" / text).write_text(text)
        (tmp_path / where / "file").write_text(text)
    return [(tmp_path / "new" / name, tmp_path / "place" / name) for name in ("folder", "file")]


def test_all_are_replaced_as_a_whole(tmp_path, pairs):
    with swapped(pairs):
        pass
    assert tree(tmp_path / "place") == tree(tmp_path / "new")


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_a_program_stays_one(tmp_path, pairs):
    (tmp_path / "new" / "folder" / "deep" / "new").chmod(0o755)
    with swapped(pairs):
        pass
    assert (tmp_path / "place" / "folder" / "deep" / "new").stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "place" / "file").stat().st_mode & 0o111


def test_what_was_not_there_is_put_there(tmp_path, pairs):
    shutil.rmtree(tmp_path / "place")
    (tmp_path / "place").mkdir()
    with swapped(pairs):
        pass
    assert tree(tmp_path / "place") == tree(tmp_path / "new")


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_block_that_fails_leaves_the_old_ones(tmp_path, pairs, error):
    before = tree(tmp_path)
    with pytest.raises(error), swapped(pairs):
        assert tree(tmp_path / "place") != before
        raise error
    assert tree(tmp_path) == before


def test_a_block_that_fails_leaves_nothing_where_nothing_was(tmp_path, pairs):
    delete(tmp_path / "place" / "folder")
    delete(tmp_path / "place" / "file")
    with pytest.raises(KeyboardInterrupt), swapped(pairs):
        raise KeyboardInterrupt
    assert tree(tmp_path / "place") == {}


def test_a_source_that_cannot_be_copied_changes_nothing(tmp_path, pairs):
    before = tree(tmp_path)
    with pytest.raises(FileNotFoundError), swapped([*pairs, (tmp_path / "missing", tmp_path / "place" / "third")]):
        raise AssertionError("it must not come so far")
    assert tree(tmp_path) == before


def test_a_folder_that_may_not_be_written_changes_nothing(tmp_path, pairs):
    before = tree(tmp_path)
    with read_only(tmp_path / "place"), pytest.raises(PermissionError), swapped(pairs):
        raise AssertionError("it must not come so far")
    assert tree(tmp_path) == before


def test_what_a_killed_one_left_is_deleted_and_nothing_else(tmp_path):
    for name in (".folder.0123abcd.new", ".folder.89abcdef.old"):
        (tmp_path / name / "deep").mkdir(parents=True)
    others = (".folder.mine.old", "folder", ".folder.0123abcd.new.txt", ".other.0123abcd.new")
    for name in others:
        (tmp_path / name).mkdir()
    delete_leftovers(tmp_path / "folder")
    assert sorted(tree(tmp_path)) == sorted(others)


def test_discarded_it_is_gone(tmp_path, pairs):
    for _, place in pairs:
        discard(place)
        discard(place)
    assert tree(tmp_path / "place") == {}


def test_a_link_is_deleted_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    delete(tmp_path / "link")
    delete(tmp_path / "link")
    assert sorted(tree(tmp_path)) == ["kept"]
