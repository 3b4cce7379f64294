"""The GIMPs that can be started on this machine, asked for their version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installers.errors import InstallError
from installers.gimp_places import home_of

#: The consoles first: they start sooner, and need no window.
_CONSOLES = ("gimp-console-3.0", "gimp-console-3.2", "gimp-console-3", "gimp-console")
_WINDOWS = ("gimp-3.0", "gimp-3.2", "gimp-3", "gimp")
_ASK_S, _START_S = 15.0, 180.0


@dataclass(frozen=True)
class GimpProgram:
    """A GIMP that can be started.

    Attributes:
        path: of the program.
        version: such as ``(3, 0)``.
    """

    path: Path
    version: tuple[int, int]

    def __str__(self) -> str:
        return f"GIMP {self.version[0]}.{self.version[1]}"


def gimp_programs(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> list[GimpProgram]:
    """One program of each version that is found."""
    path = os.pathsep.join([environ.get("PATH") or os.defpath, *map(str, _applications(environ, system))])
    # For Windows only consoles: the other one answers in a window, and waits until somebody closes it.
    names = _CONSOLES if system == "win32" else (*_CONSOLES, *_WINDOWS)
    # Most are other names of one file.
    files = {Path(found).resolve(): Path(found) for name in names if (found := shutil.which(name, path=path))}
    programs: dict[tuple[int, int], GimpProgram] = {}
    for program in files.values():
        version = _version(program, environ)
        if version is not None:
            programs.setdefault(version, GimpProgram(program, version))
    return list(programs.values())


def start_once(program: GimpProgram, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Start a GIMP that has never been started, without a window, and end it: then it has its folder.

    It must make that itself. In one that it finds, it makes none of the folders within that it needs, and takes over
    nothing from an older version.

    Args:
        program: which GIMP.
        folder: that it makes.
        environ: it runs in.

    Raises:
        InstallError: there is no such folder afterwards.
    """
    command = [str(program.path), "--no-interface", "--no-data", "--no-fonts", "--quit"]
    why = "it has made no folder"
    try:
        _run(command, environ, _START_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = type(error).__name__
    if not folder.is_dir():
        raise InstallError(
            f"{program} has never been started, and when it was started just now, {folder} did not come ({why}).",
            "Start it once by hand, then install again.",
        )


def _applications(environ: Mapping[str, str], system: str) -> list[Path]:
    """Where programs are that no PATH leads to."""
    home = home_of(environ, system)
    if system == "win32":
        local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        programs = [Path(environ.get("PROGRAMFILES") or "C:/Program Files"), local / "Programs"]
        return [folder / "GIMP 3" / "bin" for folder in programs]
    if system == "darwin":
        return [folder / "GIMP.app" / "Contents" / "MacOS" for folder in (Path("/Applications"), home / "Applications")]
    return []


def _version(program: Path, environ: Mapping[str, str]) -> tuple[int, int] | None:
    """What a program says; None for one that does not say it, in whatever language."""
    try:
        said = re.search(rb"(\d{1,3})\.(\d{1,3})\.\d", _run([str(program), "--version"], environ, _ASK_S))
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (int(said[1]), int(said[2])) if said else None


def _run(command: list[str], environ: Mapping[str, str], timeout_s: float) -> bytes:
    """What a program writes."""
    done = subprocess.run(
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=timeout_s,
        check=False,
    )
    return done.stdout
