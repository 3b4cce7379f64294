"""A file is there whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from restoration.atomic_file import atomic_file, check_output
from restoration.errors import OutputError


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with atomic_file(path, overwrite=False) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()], ids=repr)
def test_nothing_is_left_and_nothing_changes_when_the_block_fails(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")
    with pytest.raises(type(error)), atomic_file(path, overwrite=True) as file:
        file.write(b"half of it")
        raise error
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    words = r"a\.bin cannot be written: No space left on device\."
    with pytest.raises(OutputError, match=words), atomic_file(tmp_path / "a.bin", overwrite=False):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_replaced_only_when_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")
    with pytest.raises(OutputError, match=r"a\.bin exists already"), atomic_file(path, overwrite=False):
        pytest.fail("the block must not run")
    with atomic_file(path, overwrite=True) as file:
        file.write(b"after")
    assert path.read_bytes() == b"after"


def test_a_file_that_came_into_being_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with pytest.raises(OutputError, match="exists already"), atomic_file(path, overwrite=False):
        path.write_bytes(b"another program's")
    assert path.read_bytes() == b"another program's"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("overwrite", [False, True])
def test_folders(tmp_path: Path, overwrite: bool) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path, overwrite=overwrite)
    with pytest.raises(OutputError, match="There is no folder"):
        check_output(tmp_path / "no" / "a.bin", overwrite=overwrite)


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An administrator may write everywhere, so that the system's answer is given here.
    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OutputError, match="may not be written to"), atomic_file(tmp_path / "a.bin", overwrite=False):
        pytest.fail("the block must not run")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_permissions_are_the_usual_ones_or_those_of_the_file_replaced(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    with atomic_file(tmp_path / "new", overwrite=False):
        pass
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode
    usual.chmod(0o640)
    with atomic_file(usual, overwrite=True):
        pass
    assert usual.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    target = tmp_path / "album" / "a.bin"
    target.write_bytes(b"before")
    link = tmp_path / "link.bin"
    link.symlink_to(target)
    with atomic_file(link, overwrite=True) as file:
        file.write(b"after")
    assert link.is_symlink()
    assert target.read_bytes() == b"after"
