"""The marker is whole or not there; and only what it names as ours is deleted."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from trees import read_only, tree

from installers.errors import InstallError
from installers.program.folders import make_folder, missing_folders, remove_empty, size_of, sweep
from installers.program.lock import locked
from installers.program.marker import Marker, read_marker, write_marker
from installers.program.places import places

MARKER = Marker("/home/me/program", "env-0a1b2c3d", "1.0", "f" * 64, "cpu", ("/old",), ("/home/me", "/home/me/program"))


def test_what_is_written_is_read(tmp_path):
    write_marker(tmp_path / "program.json", MARKER)
    assert read_marker(tmp_path / "program.json") == MARKER
    assert [path.name for path in tmp_path.iterdir()] == ["program.json"]
    assert read_marker(tmp_path / "missing.json") is None


def test_where_it_cannot_be_written_it_is_a_sentence_and_the_old_one_stays(tmp_path):
    write_marker(tmp_path / "program.json", MARKER)
    with read_only(tmp_path), pytest.raises(InstallError, match="cannot be written"):
        write_marker(tmp_path / "program.json", Marker("/elsewhere"))
    assert read_marker(tmp_path / "program.json") == MARKER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"target": "relative"}',
        '{"environment": "env-1"}',
        '{"target": "/a", "environment": "../../home"}',
        '{"target": "/a", "environment": ".."}',
        '{"target": "/a", "others": ["relative"]}',
        '{"target": "/a", "unknown": 1}',
    ],
)
def test_one_that_is_not_ours_is_refused(tmp_path, text):
    (tmp_path / "program.json").write_text(text)
    with pytest.raises(InstallError, match=r"cannot be read .* Delete it"):
        read_marker(tmp_path / "program.json")


def test_sweeping_deletes_what_is_out_of_use_and_nothing_of_others(tmp_path):
    for name in ("env-00000001/lib", "env-00000002", "mine", "scratch/pip", "scratch/tmp/x", "environment", "env-mine"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "env-0.txt").touch()
    sweep(tmp_path, keep="env-00000002", cache=True)
    assert sorted(tree(tmp_path)) == sorted(
        ["env-00000002", "mine", "scratch", "scratch/pip", "environment", "env-mine", "env-0.txt"]
    )
    sweep(tmp_path)
    assert sorted(tree(tmp_path)) == sorted(["mine", "environment", "env-mine", "env-0.txt"])
    sweep(tmp_path / "missing")


def test_folders_that_were_missing_are_removed_if_they_are_empty(home):
    (home / ".config").mkdir()
    missing = missing_folders(places({"HOME": str(home)}, "linux"), home / "large disk" / "program")
    assert str(home / ".config") not in missing
    assert str(home / "large disk") in missing
    make_folder(home / ".local/share/restore-old-photo", private=True)
    assert (home / ".local/share/restore-old-photo").stat().st_mode & 0o777 == 0o700
    (home / ".local/bin").mkdir()
    (home / ".local/bin/mine").touch()
    remove_empty(missing)
    assert sorted(tree(home)) == [".config", ".local", ".local/bin", ".local/bin/mine"]


def test_two_names_of_a_file_count_once(tmp_path):
    (tmp_path / "a").write_bytes(os.urandom(100_000))
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert 100_000 <= size_of(tmp_path) < 110_000


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_a_second_installation_waits_and_then_refuses(tmp_path, monkeypatch):
    monkeypatch.setattr("installers.program.lock._PATIENCE_S", 0.3)
    path = tmp_path / "lock"
    hold = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "1\n"
    with pytest.raises(InstallError, match="Another installation of this program is running"), locked(path):
        raise AssertionError("it must not come so far")
    other.kill()
    other.communicate()
    with locked(path):
        pass


def test_nothing_secret_or_strange_is_in_it(tmp_path):
    write_marker(tmp_path / "program.json", MARKER)
    assert set(json.loads((tmp_path / "program.json").read_text())) == {
        *("target", "environment", "version", "fingerprint", "torch", "others", "made")
    }
