"""As a user has it: a Debian with nothing but Python and Krita; installed, used, and removed without a trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import systems
from kritas import HERE as DRIVEN
from kritas import RunningKrita
from reaching import open_folder
from screens import Screen
from systems import System
from trixie import NoChrootError

from installers.program.source import copy_source, source_in
from restoration.photo_reading import read_photo

PROJECT = Path(__file__).parents[3]
DRIVER = "restore_old_photo_driver"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a chroot"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
]


@pytest.fixture
def system() -> Iterator[System]:
    """A fresh system whose user has unpacked the program, has a photo, and has used Krita."""
    try:
        with open_folder() as users, systems.fresh_system(users / "Jörg Müller") as one:
            unpacked = one.home / "Downloads" / "restore old photo"
            source = source_in(PROJECT)
            copy_source(source, unpacked)
            shutil.copy(PROJECT / "requirements.lock", unpacked)
            shutil.copy(PROJECT / "installers" / "install.sh", unpacked / "installers")
            shutil.copy(PROJECT / "examples" / "astronaut_aged.jpg", one.home / "Pictures.jpg")
            # What gives Krita its orders in this test.
            plugins = one.home / ".local/share/krita/pykrita"
            shutil.copytree(DRIVEN / "driver" / DRIVER, plugins / DRIVER)
            shutil.copy(DRIVEN / "driver" / f"{DRIVER}.desktop", plugins)
            (one.home / ".config").mkdir()
            (one.home / ".config/kritarc").write_text(f"[python]\nenable_{DRIVER}=true\n")
            yield one
    except NoChrootError as error:
        pytest.skip(str(error))


def kritas(system: System, screen: Screen) -> RunningKrita:
    """Krita in there, run by the user, who also writes the answers into the folder for orders."""
    (system.folder / "run").mkdir(mode=0o700, exist_ok=True)
    system.own()
    tests = PROJECT / "tests"
    entering = system.entering(screen.socket.parent, tests, capability="dac_override")
    return RunningKrita(system.folder, screen, Path(), {"PATH": "/usr/bin:/bin"}, entering=entering)


#: What Krita and its graphics keep for themselves, more of it each time.
_KRITAS = ("mesa_shader_cache", "qmlcache", "__pycache__")


def files(system: System) -> set[str]:
    """Everything of the user's, and of the whole system's, but what Krita keeps for itself."""
    everything = (*system.home.rglob("*"), *system.chroot.root.rglob("*"))
    return {str(path) for path in everything if not set(_KRITAS) & set(path.parts)}


def test_installed_used_and_removed_without_a_trace(system, screen, capsys):
    # Krita was there before, and has all that it makes when it is first started.
    kritas(system, screen).close()
    before = files(system)
    script = system.home / "Downloads" / "restore old photo" / "installers" / "install.sh"

    # Debian's Python alone cannot make an environment: a sentence, and nothing is done.
    ensurepip = system.chroot.root / "usr/lib/python3.11/ensurepip"
    ensurepip.rename(ensurepip.with_name("away"))
    refused = system.run(["sh", script, "--yes"], 60)
    ensurepip.with_name("away").rename(ensurepip)
    assert refused.returncode == 1
    assert "apt install python3-venv" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert files(system) == before

    began = time.monotonic()
    installed = system.run(["sh", script, "--yes", "--with", "pip"], 1200)
    took = time.monotonic() - began
    if installed.returncode and "cannot reach the package index" in installed.stderr:
        pytest.skip(f"no packages can be had here: {installed.stderr.strip()}")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert "Krita: version" in installed.stdout
    assert "No GIMP was found" in installed.stdout
    size = int(next(line.split()[0] for line in installed.stdout.splitlines() if " MB on the disk" in line))
    assert 500 < size < 4000

    # A photo, through the server.
    one_thread = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    restored = system.run(
        ["restore-old-photo", "restore", "Pictures.jpg", "-o", "restored.png", "--server"], 300, **one_thread
    )
    assert restored.returncode == 0, restored.stderr
    aged, result = (read_photo(system.home / name).pixels for name in ("Pictures.jpg", "restored.png"))
    assert result.shape == aged.shape
    assert np.abs(result.astype(int) - aged).mean() > 5
    assert "idle" in system.run(["restore-old-photo", "status"], 60).stdout

    # The same in Krita, with the plug-in that the installer has put there.
    krita = kritas(system, screen)
    try:
        out = system.folder / "seen"
        out.mkdir(mode=0o777)
        system.own()
        told = krita.run("restoring.restored", 200, photo=str(system.home / "Pictures.jpg"), folder=str(out))
        assert told["outcome"] == "done", told
        assert told["tree"][1]["children"][0]["name"] == "Restored"
    finally:
        krita.close()

    removed = system.run(["sh", script, "--uninstall", "--yes"], 120)
    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert "The server was ended." in removed.stdout
    after = files(system)
    assert sorted(after - before) == [str(system.home / "restored.png")]
    assert sorted(before - after) == []
    assert (system.home / ".config/kritarc").read_text().count("restore_old_photo=") == 0
    left = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert str(system.home) not in left
    with capsys.disabled():
        print(f"\n[installed in {took:.0f} s, {size} MB]")  # noqa: T201
