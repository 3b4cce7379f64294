"""Which GIMPs are found, and where each keeps its things."""

from __future__ import annotations

import pytest

from installers.errors import InstallError
from installers.gimp import named
from installers.gimp_places import gimp_folder, gimp_places, older_gimps


def on_linux(home, **environ):
    return [(place.name, place.folder) for place in gimp_places({"HOME": str(home), **environ}, "linux")]


def make(*folders):
    for folder in folders:
        folder.mkdir(parents=True)
    return folders[0]


def test_without_gimp_there_is_none(tmp_path):
    for system in ("linux", "darwin", "win32"):
        environ = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
        assert gimp_places(environ, system) == []
        assert older_gimps(environ, system) == []


def test_every_gimp_3_that_was_started_in_order(tmp_path):
    gimp = tmp_path / ".config" / "GIMP"
    make(*(gimp / version for version in ("3.10", "3.2", "3.0", "2.10", "2.99", "themes", "3.0.bak")))
    (gimp / "3.4").write_text("no folder")
    expected = [(f"GIMP {version}", gimp / version / "plug-ins") for version in ("3.0", "3.2", "3.10")]
    assert on_linux(tmp_path) == expected
    assert older_gimps({"HOME": str(tmp_path)}, "linux") == [(2, 10), (2, 99)]


def test_where_the_user_keeps_settings(tmp_path):
    make(tmp_path / "settings" / "GIMP" / "3.0")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "settings")}
    assert on_linux(tmp_path, **environ) == [("GIMP 3.0", tmp_path / "settings/GIMP/3.0/plug-ins")]
    assert gimp_folder((3, 2), {"HOME": str(tmp_path), **environ}, "linux") == tmp_path / "settings/GIMP/3.2"


def test_a_flatpak_beside_another(tmp_path):
    box = tmp_path / ".var/app/org.gimp.GIMP/config/GIMP/3.0"
    make(tmp_path / ".config/GIMP/3.0", box)
    places = gimp_places({"HOME": str(tmp_path)}, "linux")
    assert [(place.name, place.sandboxed) for place in places] == [("GIMP 3.0", False), ("GIMP 3.0 (Flatpak)", True)]
    assert places[1].folder == box / "plug-ins"


def test_a_flatpak_that_has_the_other_s_folder_gets_it_once(tmp_path):
    make(tmp_path / ".config/GIMP/3.0", tmp_path / ".var/app/org.gimp.GIMP/config")
    (tmp_path / ".var/app/org.gimp.GIMP/config/GIMP").symlink_to(tmp_path / ".config/GIMP")
    assert on_linux(tmp_path) == [("GIMP 3.0", tmp_path / ".config/GIMP/3.0/plug-ins")]


@pytest.mark.parametrize("relative", [False, True])
def test_the_folder_that_the_user_has_chosen(tmp_path, relative):
    chosen = tmp_path / "mine"
    environ = {"GIMP3_DIRECTORY": "mine" if relative else str(chosen)}
    assert on_linux(tmp_path, **environ) == []
    make(chosen)
    assert on_linux(tmp_path, **environ) == [("GIMP 3", chosen / "plug-ins")]
    assert gimp_folder((3, 0), {"HOME": str(tmp_path), **environ}, "linux") == chosen


def test_on_windows(tmp_path):
    folder = make(tmp_path / "Roaming" / "GIMP" / "3.0")
    (place,) = gimp_places({"USERPROFILE": str(tmp_path), "APPDATA": str(tmp_path / "Roaming")}, "win32")
    assert place.folder == folder / "plug-ins"
    make(tmp_path / "AppData" / "Roaming" / "GIMP" / "3.2")
    (place,) = gimp_places({"USERPROFILE": str(tmp_path)}, "win32")
    assert place.name == "GIMP 3.2"


def test_on_a_mac(tmp_path):
    folder = make(tmp_path / "Library" / "Application Support" / "GIMP" / "3.0")
    (place,) = gimp_places({"HOME": str(tmp_path)}, "darwin")
    assert place.folder == folder / "plug-ins"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("GIMP/3.0", "not GIMP's folder for plug-ins"),
        ("GIMP/2.10/plug-ins", "belongs to GIMP 2.10"),
        ("no", "no folder"),
    ],
)
def test_a_folder_that_is_named_and_is_not_that_of_plug_ins(tmp_path, name, why):
    make(tmp_path / "GIMP/3.0/plug-ins", tmp_path / "GIMP/2.10/plug-ins")
    with pytest.raises(InstallError, match=why):
        named(tmp_path / name)


@pytest.mark.parametrize("name", ["GIMP/3.0/plug-ins", "elsewhere"])
def test_a_folder_that_is_named(tmp_path, name):
    make(tmp_path / name)
    assert named(tmp_path / name).folder == tmp_path / name
