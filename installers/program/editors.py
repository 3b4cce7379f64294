"""The plug-ins, put into editors and taken out by the program that was installed."""

from __future__ import annotations

from pathlib import Path

from installers.errors import InstallError
from installers.program.tools import Tools

EDITORS = {"krita": "Krita", "gimp": "GIMP"}

#: The record that editors read names the Python of the server; after an update that is another one.
_RENEW = "from installers.record import recorded, write_record; r = recorded(); r and write_record(r)"


def put_plugins(python: Path, tools: Tools) -> None:
    """Put the plug-in into each editor that is found; say which are not there. That is no failure.

    Args:
        python: of the environment.
        tools: to run it.
    """
    for name, title in EDITORS.items():
        status, said = tools.ask([python, "-I", "-m", "restoration.cli", "install", name])
        lines = said.splitlines()
        if status:
            reason = next((line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")), "")
            reason = reason or f"The plug-in could not be put into {title}; {tools.log} says why."
            if " was found for this user." in reason:
                reason = f"No {title} was found for this user. Once it is there and was started:"
            tools.tell(f"  {reason} restore-old-photo install {name}")
        for line in lines:
            if ": version" in line or "sandbox" in line:
                tools.tell(f"  {line}")


def renew_record(python: Path, tools: Tools) -> None:
    """Name the new Python to the plug-ins that are installed already.

    Raises:
        InstallError: the record cannot be written.
    """
    tools.run("The record of the plug-ins", [python, "-I", "-c", _RENEW])


def take_plugins(python: Path, tools: Tools) -> None:
    """Take the plug-in out of all editors.

    Raises:
        InstallError: one cannot be taken out.
    """
    for name, title in EDITORS.items():
        status, said = tools.ask([python, "-I", "-m", "restoration.cli", "uninstall", name])
        lines = said.splitlines()
        if status:
            reason = next((line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")), "")
            raise InstallError(
                f"The plug-in could not be taken out of {title}{': ' + reason if reason else '.'}",
                f"Mend that (see {tools.log}), then run --uninstall again.",
            )
        for line in lines:
            if ": removed from" in line:
                tools.tell(f"  {line}")
