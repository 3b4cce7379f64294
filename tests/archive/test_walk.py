"""Which files of a tree are photos to be restored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from restoration.archive import walk
from restoration.archive.walk import RECORD_NAME, find_photos

needs_links = pytest.mark.skipif(os.name != "posix", reason="links need no permission on POSIX alone")


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def names(root: Path, *, recursive: bool = True, out: str = "out") -> list[str]:
    return [path.as_posix() for path in find_photos(root, recursive=recursive, out=root.parent / out).photos]


def test_photos_of_the_tree_in_order(tmp_path: Path) -> None:
    make(tmp_path / "in", "b.jpg", "a.TIF", "z/c.png", "m/n/d.jpeg", "m/list.txt", "m/e.png")
    assert names(tmp_path / "in") == ["a.TIF", "b.jpg", "m/e.png", "m/n/d.jpeg", "z/c.png"]
    assert names(tmp_path / "in", recursive=False) == ["a.TIF", "b.jpg"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    make(tmp_path / "in", "a.png", "._a.png", ".thumbnails/b.png", "c/.d.png")
    assert names(tmp_path / "in") == ["a.png"]


def test_results_are_no_photos(tmp_path: Path) -> None:
    """Neither those of this run nor those of an earlier one that lie in the tree."""
    make(tmp_path / "in", "a.png", "now/a.png", "before/a.png", f"before/{RECORD_NAME}", "before/deep/b.png", "c/d.png")
    found = find_photos(tmp_path / "in", recursive=True, out=tmp_path / "in" / "now")
    assert [path.as_posix() for path in found.photos] == ["a.png", "c/d.png"]
    assert [path.as_posix() for path in found.left_out] == ["before", "now"]


@needs_links
def test_links_that_lead_back_end(tmp_path: Path) -> None:
    make(tmp_path / "in", "a.png", "b/c.png")
    make(tmp_path / "elsewhere", "d.png")
    (tmp_path / "in" / "b" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "b" / "itself").symlink_to("itself")
    (tmp_path / "in" / "broken.png").symlink_to("nowhere.png")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    assert names(tmp_path / "in") == ["a.png", "b/c.png", "link/d.png"]


def test_a_folder_that_cannot_be_read_does_not_keep_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "in", "a.png", "locked/b.png", "z/c.png")
    real = os.scandir

    def scandir(path: Path) -> object:  # the tests may run as root, who may read everything
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walk.os, "scandir", scandir)
    found = find_photos(tmp_path / "in", recursive=True, out=tmp_path / "out")
    assert [path.as_posix() for path in found.photos] == ["a.png", "z/c.png"]
    ((folder, error),) = found.failures
    assert folder == Path("locked")
    assert "cannot be read: Permission denied." in str(error)
