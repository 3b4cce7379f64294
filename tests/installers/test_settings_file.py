"""A settings file is written whole, and only if it changes."""

from __future__ import annotations

import os

import pytest
from trees import read_only

from installers.errors import InstallError
from installers.settings_file import read_settings, write_settings


def test_the_file_keeps_its_mode_and_its_link(tmp_path):
    path, link = tmp_path / "kept", tmp_path / "settings"
    path.write_bytes(b"a=b\n")
    path.chmod(0o640)
    link.symlink_to(path)
    write_settings(link, b"a=c\n")
    assert link.is_symlink()
    assert path.read_bytes() == b"a=c\n"
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o640


def test_what_does_not_change_is_not_written(tmp_path):
    path = tmp_path / "settings"
    path.write_bytes(b"a=b\n")
    before = path.stat()
    write_settings(path, b"a=b\n")
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_that_is_missing_is_made_and_an_empty_one_removed(tmp_path):
    path = tmp_path / "config" / "settings"
    assert read_settings(path) == b""
    write_settings(path, b"")
    assert not path.parent.exists()
    write_settings(path, b"a=b\n")
    assert read_settings(path) == b"a=b\n"
    write_settings(path, b"")
    assert not path.exists()


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path):
    with read_only(tmp_path), pytest.raises(InstallError) as caught:
        write_settings(tmp_path / "settings", b"a=b\n")
    assert str(tmp_path / "settings") in caught.value.cause
    assert caught.value.remedy
    assert not list(tmp_path.iterdir())
