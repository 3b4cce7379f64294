"""GIMPs are asked for their version, and one that was never started is started once."""

from __future__ import annotations

import os

import pytest
from fake_gimps import fake_gimp

from installers import gimp_programs as programs
from installers.errors import InstallError
from installers.gimp_programs import GimpProgram, gimp_programs, start_once

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")


@pytest.fixture
def alone(tmp_path):
    """A machine without the GIMPs of this one."""
    (tmp_path / "bin").mkdir()
    for name in ("sh", "mkdir"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}


def found(environ):
    return [(one.path.name, one.version) for one in gimp_programs(environ, "linux")]


def test_the_console_is_taken_where_there_are_both(tmp_path, alone):
    for name in ("gimp-3.0", "gimp-console-3.0"):
        fake_gimp(tmp_path / "bin" / name, "3.0.4")
    (tmp_path / "bin" / "gimp").symlink_to("gimp-3.0")
    assert found(alone) == [("gimp-console-3.0", (3, 0))]


def test_two_versions(tmp_path, alone):
    fake_gimp(tmp_path / "bin" / "gimp-3", "3.2.6")
    fake_gimp(tmp_path / "bin" / "gimp", "2.10.36")
    assert found(alone) == [("gimp-3", (3, 2)), ("gimp", (2, 10))]


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("GNU Image Manipulation Program version 3.0.0-RC2", (3, 0)),
        ("GNU Image Manipulation Program, Version 3.10.12", (3, 10)),
        ("Программа версии 3.0.4", (3, 0)),
        ("wrapper 3.0", None),
        ("", None),
    ],
)
def test_what_it_says(tmp_path, alone, said, version):
    fake_gimp(tmp_path / "bin" / "gimp", "", f"#!/bin/sh\necho '{said}'\n")
    assert found(alone) == ([("gimp", version)] if version else [])


def test_one_that_cannot_be_run_or_does_not_answer_is_none(tmp_path, alone, monkeypatch):
    fake_gimp(tmp_path / "bin" / "gimp-3", "", "#!/nowhere\n")
    fake_gimp(tmp_path / "bin" / "gimp", "", "#!/bin/sh\nexec /bin/sleep 60\n")
    monkeypatch.setattr(programs, "_ASK_S", 0.5)
    assert found(alone) == []


def test_where_no_path_leads(tmp_path, alone):
    fake_gimp(tmp_path / "Applications/GIMP.app/Contents/MacOS/gimp-console", "3.0.4")
    assert ("gimp-console", (3, 0)) in [(one.path.name, one.version) for one in gimp_programs(alone, "darwin")]


def test_on_windows_nothing_that_answers_in_a_window_is_asked(tmp_path, alone):
    fake_gimp(tmp_path / "bin" / "gimp-3.0", "3.0.4")
    assert gimp_programs(alone, "win32") == []
    fake_gimp(tmp_path / "GIMP 3" / "bin" / "gimp-console-3.0", "3.0.4")
    (program,) = gimp_programs({**alone, "PROGRAMFILES": str(tmp_path)}, "win32")
    assert program.version == (3, 0)


def test_started_once_it_has_its_folder(tmp_path, alone):
    program = GimpProgram(fake_gimp(tmp_path / "gimp", "3.0.4"), (3, 0))
    start_once(program, tmp_path / ".config/GIMP/3.0", alone)
    assert (tmp_path / ".config/GIMP/3.0/plug-ins").is_dir()
    assert (tmp_path / "started").read_text() == "--no-interface --no-data --no-fonts --quit\n"


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/nowhere\n", "#!/bin/sh\nexec /bin/sleep 60\n"])
def test_one_that_does_not_start_is_one_sentence(tmp_path, alone, monkeypatch, script):
    monkeypatch.setattr(programs, "_START_S", 0.5)
    program = GimpProgram(fake_gimp(tmp_path / "gimp", "", script), (3, 0))
    with pytest.raises(InstallError) as caught:
        start_once(program, tmp_path / "none", alone)
    assert caught.value.cause.startswith("GIMP 3.0 has never been started")
    assert "by hand" in caught.value.remedy
