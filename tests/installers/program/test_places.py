"""Where things lie is where the program itself has them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import platformdirs
import pytest

from installers.program.places import places
from installers.record import record_path
from restoration.cli.reporting import log_file
from server.connection import connection_path, data_folder

KINDS = ("data", "cache", "config", "log", "state")


@pytest.mark.parametrize("xdg", [False, True])
def test_everything_that_the_program_may_write_is_known(monkeypatch, home, xdg):
    monkeypatch.setenv("HOME", str(home))
    for kind in KINDS:
        monkeypatch.delenv(f"XDG_{kind.upper()}_HOME", raising=False)
        if xdg and kind != "log":
            monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(home / f"my {kind}"))
    mine = places()
    assert mine.data == data_folder()
    assert mine.record == record_path()
    known = (mine.data, *mine.others)
    written = [getattr(platformdirs, f"user_{kind}_path")("restore-old-photo") for kind in KINDS]
    for path in (*written, log_file(), connection_path()):
        assert any(path.is_relative_to(folder) for folder in known), path


def test_a_connection_file_elsewhere_is_known(monkeypatch, home):
    monkeypatch.setenv("RESTORE_OLD_PHOTO_CONNECTION", str(home / "server" / "connection.json"))
    assert places().connection == connection_path() == home / "server" / "connection.json"


@pytest.mark.skipif(os.name == "nt", reason="paths as POSIX has them")
def test_on_macos():
    mine = places({"HOME": "/Users/jörg müller"}, "darwin")
    library = Path("/Users/jörg müller/Library")
    assert mine.data == library / "Application Support/restore-old-photo"
    assert library / "Logs/restore-old-photo" in mine.others
    assert library / "Caches/restore-old-photo" in mine.others
    assert mine.agent == library / "LaunchAgents/restore-old-photo.plist"
    assert (mine.unit, mine.menu) == (None, None)


def test_on_windows():
    environ = {
        "USERPROFILE": "C:/Users/Jörg Müller",
        "LOCALAPPDATA": "C:/Users/Jörg Müller/AppData/Local",
        "APPDATA": "C:/Users/Jörg Müller/AppData/Roaming",
    }
    mine = places(environ, "win32")
    data = PurePosixPath("C:/Users/Jörg Müller/AppData/Local/restore-old-photo")
    assert mine.data.as_posix() == str(data)
    assert mine.launcher.as_posix() == str(data / "bin/restore-old-photo.cmd")
    assert mine.menu is not None
    assert mine.menu.as_posix().endswith("Roaming/Microsoft/Windows/Start Menu/Programs/Restore Old Photo server.lnk")
    assert (mine.unit, mine.agent) == (None, None)


def test_no_module_of_the_installer_needs_what_is_not_installed_yet():
    """Beside it, nothing but the standard library is imported: it runs before anything else is there."""
    project = Path(__file__).parents[3]
    script = (
        f"import sys; sys.path.insert(0, {str(project)!r}); import installers.program.main;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    # -S: without what is installed in this Python.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert {"installers", "restoration"} <= set(done.stdout.split()) <= {"__main__", "installers", "restoration"}
