"""Which Kritas are found, and where each keeps its things."""

from __future__ import annotations

from pathlib import Path

import pytest

from installers.krita_places import krita_places


def on_linux(home, **environ):
    return krita_places({"HOME": str(home), "PATH": str(home / "bin"), **environ}, "linux")


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def without_system_wide_flatpak(places):
    return [place for place in places if not place.sandboxed]


def test_without_krita_there_is_none(tmp_path):
    assert without_system_wide_flatpak(on_linux(tmp_path)) == []
    assert krita_places({"USERPROFILE": str(tmp_path), "PROGRAMFILES": str(tmp_path)}, "win32") == []


def test_a_krita_that_was_never_started(tmp_path):
    program(tmp_path / "bin" / "krita")
    place = on_linux(tmp_path)[0]
    assert place.folder == tmp_path / ".local/share/krita"
    assert place.settings == tmp_path / ".config/kritarc"
    assert not place.sandboxed


def test_a_krita_that_is_not_on_the_path_has_left_its_folder(tmp_path):
    (tmp_path / "data" / "krita").mkdir(parents=True)
    place = on_linux(tmp_path, XDG_DATA_HOME=str(tmp_path / "data"), XDG_CONFIG_HOME=str(tmp_path / "config"))[0]
    assert place.folder == tmp_path / "data/krita"
    assert place.settings == tmp_path / "config/kritarc"


def test_a_flatpak_beside_another(tmp_path):
    program(tmp_path / "bin" / "krita")
    box = tmp_path / ".var/app/org.kde.krita"
    (box / "data" / "krita").mkdir(parents=True)
    both = on_linux(tmp_path)
    assert [place.sandboxed for place in both] == [False, True]
    assert both[1].folder == box / "data/krita"
    assert both[1].settings == box / "config/kritarc"


def test_on_windows(tmp_path):
    environ = {
        "USERPROFILE": str(tmp_path),
        "APPDATA": str(tmp_path / "AppData/Roaming"),
        "LOCALAPPDATA": str(tmp_path / "AppData/Local"),
        "PROGRAMFILES": str(tmp_path / "Program Files"),
    }
    (tmp_path / "Program Files" / "Krita (x64)").mkdir(parents=True)
    (place,) = krita_places(environ, "win32")
    assert place.folder == tmp_path / "AppData/Roaming/krita"
    assert place.settings == tmp_path / "AppData/Local/kritarc"


def test_on_a_mac(tmp_path):
    (tmp_path / "Applications" / "krita.app").mkdir(parents=True)
    (place,) = krita_places({"HOME": str(tmp_path)}, "darwin")
    assert place.folder == tmp_path / "Library/Application Support/krita"
    assert place.settings == tmp_path / "Library/Preferences/kritarc"


@pytest.mark.parametrize(
    ("line", "followed"),
    [("ResourceDirectory={folder}", True), ("ResourceDirectory=", False), ("[krita]\nResourceDirectory=/other", False)],
)
def test_the_folder_that_the_user_has_chosen_in_krita(tmp_path, line, followed):
    chosen = tmp_path / "my resources"
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "kritarc").write_text(line.format(folder=chosen) + "\n")
    assert on_linux(tmp_path)[0].folder == (chosen if followed else Path(tmp_path / ".local/share/krita"))
