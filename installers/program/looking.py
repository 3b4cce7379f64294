"""Looks at the machine."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from installers.program.facts import Facts
from installers.program.places import Places

_ASK_S = 20.0
#: From this one on pip can install for another Python, with ``--python``.
_PIP = (22, 3)
#: Where drivers put their programs that no PATH leads to.
_NVIDIA = ("nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi", "C:/Windows/System32/nvidia-smi.exe")
_AMD = ("rocminfo", "/opt/rocm/bin/rocminfo")


def look(places: Places, target: Path, environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Facts:
    """The facts of this machine.

    Args:
        places: of this user.
        target: where the environment will be; need not be there yet.
        environ: of this process.
        system: as ``sys.platform`` says it.
    """
    return Facts(
        system=system,
        machine=platform.machine(),
        python=(sys.version_info[0], sys.version_info[1]),
        bits=struct.calcsize("P") * 8,
        ensurepip=_importable("ensurepip"),
        pip=_importable("pip") and _version_of("pip") >= _PIP,
        uv=shutil.which("uv", path=_uv_path(places, environ)) or "",
        nvidia=nvidia_cards(_said(_NVIDIA, "--query-gpu=name", "--format=csv,noheader")),
        amd=amd_cards(_said(_AMD)),
        free=shutil.disk_usage(nearest(target)).free,
        sudo=_sudo(places, environ),
        systemd=system == "linux" and bool(_said(("systemctl",), "--user", "is-system-running", any_status=True)),
        desktop=system == "win32" or _has_menu(places, environ),
        command_found=str(places.launcher.parent) in environ.get("PATH", "").split(os.pathsep),
    )


def nearest(path: Path) -> Path:
    """The path itself, or the first folder above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def nvidia_cards(said: str) -> tuple[str, ...]:
    """The names that ``nvidia-smi --query-gpu=name`` has said; without driver or card it says a sentence instead."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return () if any("NVIDIA-SMI" in line or "No devices" in line for line in lines) else tuple(lines)


def amd_cards(said: str) -> tuple[str, ...]:
    """The names of the agents that ``rocminfo`` has said to be GPUs."""
    agents = re.split(r"^Agent \d+\s*$", said, flags=re.MULTILINE)
    cards = []
    for agent in agents:
        if re.search(r"^\s*Device Type:\s*GPU\s*$", agent, re.MULTILINE):
            name = re.search(r"^\s*Marketing Name:\s*(\S.*?)\s*$", agent, re.MULTILINE)
            cards.append(name[1] if name else "AMD GPU")
    return tuple(cards)


def _importable(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _version_of(package: str) -> tuple[int, ...]:
    """The first two numbers of its version; none if it is not installed as a package."""
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ()
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _uv_path(places: Places, environ: Mapping[str, str]) -> str:
    """PATH, and where uv's own installers put it."""
    more = (places.home / ".local" / "bin", places.home / ".cargo" / "bin")
    return os.pathsep.join([environ.get("PATH", os.defpath), *map(str, more)])


def _said(programs: tuple[str, ...], *options: str, any_status: bool = False) -> str:
    """What the first of these programs that is there has to say; nothing if none is, or it fails."""
    program = next((found for name in programs if (found := shutil.which(name))), None)
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ASK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = done.stdout.decode(errors="replace").strip()
    # A session without systemd answers "offline" or nothing at all.
    return "" if said == "offline" or (done.returncode and not any_status) else said


def _sudo(places: Places, environ: Mapping[str, str]) -> str:
    """Who has said sudo, if the files of this run would be root's in the home of somebody else, or in root's."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return ""
    return "" if environ.get("SUDO_USER", "root") == "root" else environ["SUDO_USER"]


def _has_menu(places: Places, environ: Mapping[str, str]) -> bool:
    wanted = ("XDG_CURRENT_DESKTOP", "DESKTOP_SESSION", "WAYLAND_DISPLAY", "DISPLAY")
    return places.menu is not None and (any(environ.get(name) for name in wanted) or places.menu.parent.is_dir())
