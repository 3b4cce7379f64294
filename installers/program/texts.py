"""What is written into the files by which the system starts the server. Pure, so that all can be tried anywhere."""

from __future__ import annotations

import ntpath
import plistlib
from pathlib import Path, PurePath

LABEL = "restore-old-photo"
#: Says that a file is ours.
MARK = "Made by the installer of Restore Old Photo."


def systemd_unit(python: Path) -> str:
    """A unit for the services of one user. By ``env``, for the name of a program itself may hold no quotes there."""
    return f"""# {MARK}
[Unit]
Description=Restore Old Photo: restores for Krita and GIMP on this machine
StartLimitIntervalSec=300
StartLimitBurst=3

[Service]
ExecStart=/usr/bin/env {_systemd_word(str(python))} -I -m server
Restart=on-failure
RestartSec=5
Nice=5

[Install]
WantedBy=default.target
"""


def menu_entry(command: Path) -> str:
    """An entry for the menu of a Linux desktop. It opens a terminal, and the server ends with it."""
    return f"""[Desktop Entry]
# {MARK}
Type=Application
Version=1.1
Name=Restore Old Photo Server
Comment=Restores for Krita and GIMP for as long as this window is open
Exec={_desktop_word(str(command))} serve
Icon=applications-graphics
Terminal=true
Categories=Graphics;Photography;
"""


def launchd_agent(python: Path, log: Path) -> bytes:
    """An agent that starts with the user's session."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": [str(python), "-I", "-m", "server"],
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ProcessType": "Interactive",
            "StandardErrorPath": str(log),
        }
    )


def windows_command(command: PurePath, launcher: PurePath) -> str:
    """A command file in UTF-8, so that one folder can be in PATH for ever.

    Args:
        command: that it starts.
        launcher: the command file. What it starts is named as seen from its folder, for cmd.exe reads it in the code
            page of the console, in which the name of a user would be another.
    """
    try:
        named = "%~dp0" + _percents(ntpath.relpath(command, launcher.parent))
    except ValueError:  # on another drive
        named = _percents(str(command))
    lines = [f"@rem {MARK}", f'@"{named}" %*']
    if not named.isascii():
        lines.insert(1, "@chcp 65001 >nul")
    return "".join(f"{line}\r\n" for line in lines)


#: Run by PowerShell. The paths come by the environment: no quoting can go wrong.
SHORTCUT = (
    "$s = (New-Object -ComObject WScript.Shell).CreateShortcut($env:ROP_LINK);"
    "$s.TargetPath = $env:ROP_TARGET; $s.Arguments = 'serve';"
    f"$s.Description = '{MARK}'; $s.Save()"
)


def _systemd_word(text: str) -> str:
    """One word of ``ExecStart``."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _desktop_word(text: str) -> str:
    """One word of ``Exec``: quoted, and then written as a string of the file, in which a backslash is two."""
    for sign in ("\\", '"', "`", "$"):
        text = text.replace(sign, f"\\{sign}")
    return '"{}"'.format(text.replace("%", "%%").replace("\\", "\\\\"))


def _percents(text: str) -> str:
    """For a command file, where % would name a variable."""
    return text.replace("%", "%%")
