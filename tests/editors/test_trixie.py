"""Chroots: made whole or not at all, entered without a trace, and removed without harm."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import trixie
from trixie import Chroot, NoChrootError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a chroot")

NEWER = trixie.found()
needs_chroot = pytest.mark.skipif(NEWER is None, reason="no chroot has been made: make editors")


@pytest.fixture
def newer() -> Chroot:
    assert NEWER is not None
    return NEWER


def mounts() -> str:
    return Path("/proc/self/mountinfo").read_text()


@needs_chroot
def test_what_runs_there_sees_that_system_and_the_shared_folder(newer, tmp_path):
    before = mounts()
    script = 'cat /etc/debian_version; echo $$; pwd; test -e /proc/self/stat -a -e /dev/null && echo told >"$1"; exit 7'
    command = [*newer.entering(tmp_path), "sh", "-c", script, "sh", str(tmp_path / "file")]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    version, pid, folder = process.communicate(timeout=30)[0].splitlines()
    assert version.startswith("13")
    assert (int(pid), process.returncode) == (process.pid, 7)  # the process is the command's own
    assert folder == str(tmp_path)
    assert (tmp_path / "file").read_text() == "told\n"
    assert mounts() == before
    assert not any((newer.root / "tmp").iterdir())


@needs_chroot
def test_a_folder_that_would_hide_something_is_refused(newer, tmp_path):
    assert newer.has_room_for(tmp_path)
    assert not newer.has_room_for(Path("/usr"))
    with pytest.raises(NoChrootError, match="it would hide what is there"):
        newer.entering(tmp_path, Path("/usr"))


@needs_chroot
def test_a_folder_within_another_is_shared_with_it(newer, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    subprocess.run([*newer.entering(inner, tmp_path), "test", "-d", str(inner)], check=True, timeout=30)
    assert newer.has_room_for(tmp_path)


@needs_chroot
def test_nothing_tells_where_it_came_from(newer):
    for path in ("etc/apt/sources.list", "etc/apt/apt.conf.d/00host", "etc/resolv.conf", "debootstrap", "var/log/apt"):
        assert not (newer.root / path).exists()
    assert not list(newer.root.glob("var/cache/apt/archives/*.deb"))


@pytest.mark.skipif(shutil.which("debootstrap") is None, reason="debootstrap is not installed")
def test_what_cannot_be_made_leaves_nothing_and_says_why(tmp_path):
    with pytest.raises(NoChrootError, match=r"could not be made \(status 1\)"):
        trixie.made(["krita"], tmp_path, mirror=f"file://{tmp_path}/nothing")
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    assert trixie.found(["krita"], tmp_path) is None


@pytest.mark.skipif(shutil.which("debootstrap") is None, reason="debootstrap is not installed")
def test_what_was_not_made_to_its_end_is_not_found_and_makes_room(tmp_path):
    part = tmp_path / "part-of-one-that-was-killed"
    (part / "usr").mkdir(parents=True)
    assert trixie.found(["krita"], tmp_path) is None
    with pytest.raises(NoChrootError):
        trixie.made(["krita"], tmp_path, mirror="file:///nothing")
    assert not part.exists()


def test_what_is_mounted_in_a_folder_outlives_its_removal(tmp_path):
    root, precious = tmp_path / "root", tmp_path / "precious"
    (root / "dev").mkdir(parents=True)
    precious.mkdir()
    (precious / "file").write_text("kept")
    subprocess.run(["mount", "--bind", str(precious), str(root / "dev")], check=True)
    trixie.remove(root)
    assert not root.exists()
    assert (precious / "file").read_text() == "kept"


def test_other_packages_are_another_chroot(tmp_path):
    packages = ["b", "a"]
    root = trixie.place(packages, tmp_path)
    assert root == trixie.place(reversed(packages), tmp_path) != trixie.place(["a"], tmp_path)
    root.mkdir()
    assert trixie.found(packages, tmp_path) == Chroot(root)
    assert trixie.found(["a"], tmp_path) is None


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="this machine has no apt")
def test_the_mirror_is_the_machines_own():
    if "ID=debian\n" not in Path("/etc/os-release").read_text():
        pytest.skip("this machine is no Debian")
    assert "://" in trixie.machines_mirror()
