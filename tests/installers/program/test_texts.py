"""What starts the server, read again by those who read it: systemd itself, where it is; the rules of the others."""

from __future__ import annotations

import configparser
import os
import plistlib
import shutil
import subprocess
from pathlib import Path, PureWindowsPath

import pytest

from installers.program.texts import launchd_agent, menu_entry, systemd_unit, windows_command

#: A folder with everything that must be escaped somewhere.
AWKWARD = Path('/home/Jörg Müller/50% "a" $HOME `b` back\\slash/env/bin')


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("folder", ["Jörg Müller", '50% "a" $HOME'])
def test_systemd_takes_the_unit(tmp_path, folder):
    unit = tmp_path / "restore-old-photo.service"
    text = systemd_unit(tmp_path / folder / "python")
    for content, taken in ((text, True), (text.replace("/usr/bin/env", "/missing"), False)):
        unit.write_text(content)
        command = ["systemd-analyze", "verify", "--user", "--man=no", unit]
        environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
        assert ("restore-old-photo.service" not in done.stderr) == taken, done.stderr


def test_a_unit_runs_what_it_should():
    """With what systemd.service(5) wants to be escaped."""
    line = next(line for line in systemd_unit(AWKWARD).splitlines() if line.startswith("ExecStart="))
    assert line == (
        'ExecStart=/usr/bin/env "/home/Jörg Müller/50%% \\"a\\" $$HOME `b` back\\\\slash/env/bin" -I -m server'
    )


def test_a_menu_entry_runs_what_it_should():
    entry = configparser.ConfigParser(interpolation=None, strict=True)
    entry.optionxform = str  # type: ignore[assignment]
    entry.read_string(menu_entry(AWKWARD))
    group = entry["Desktop Entry"]
    assert (group["Type"], group["Terminal"]) == ("Application", "true")
    text = group["Exec"].replace("\\\\", "\\")  # a string of the file
    quoted, _, rest = text[1:].rpartition('"')
    assert rest == " serve"
    for sign in ('"', "`", "$", "\\"):
        quoted = quoted.replace(f"\\{sign}", sign)
    assert quoted.replace("%%", "%") == str(AWKWARD)


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="there is no desktop-file-validate here")
@pytest.mark.parametrize("command", [AWKWARD, Path("/home/me/.local/bin/restore-old-photo")])
def test_a_menu_entry_is_valid(tmp_path, command):
    file = tmp_path / "restore-old-photo.desktop"
    file.write_text(menu_entry(command))
    done = subprocess.run(["desktop-file-validate", file], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_launchd_gets_the_words_as_they_are():
    agent = plistlib.loads(launchd_agent(AWKWARD, Path("/Users/Jörg Müller/a log")))
    assert agent["ProgramArguments"] == [str(AWKWARD), "-I", "-m", "server"]
    assert agent["StandardErrorPath"] == "/Users/Jörg Müller/a log"
    assert agent["RunAtLoad"] is True


def test_a_command_file_of_windows_hands_everything_on():
    text = windows_command(PureWindowsPath("D:/50% me/restore-old-photo.exe"), LAUNCHER)
    assert text.splitlines()[1] == r'@"D:\50%% me\restore-old-photo.exe" %*'
    assert text.endswith("\r\n")


LAUNCHER = PureWindowsPath("C:/Users/Jörg/AppData/Local/restore-old-photo/bin/restore-old-photo.cmd")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (LAUNCHER.parents[1] / "program/env-1/Scripts/r.exe", [r'@"%~dp0..\program\env-1\Scripts\r.exe" %*']),
        (PureWindowsPath("C:/Users/Jörg/r.exe"), [r'@"%~dp0..\..\..\..\r.exe" %*']),
        (PureWindowsPath("D:/large/r.exe"), [r'@"D:\large\r.exe" %*']),
        (PureWindowsPath("D:/größer/r.exe"), ["@chcp 65001 >nul", r'@"D:\größer\r.exe" %*']),
    ],
)
def test_a_command_file_of_windows_can_be_read_in_any_code_page(command, lines):
    """All that stands before the console is told that the file is in UTF-8 means the same in each code page."""
    text = windows_command(command, LAUNCHER)
    assert text.splitlines()[1:] == lines
    assert text.partition("@chcp 65001 >nul")[0].isascii()
