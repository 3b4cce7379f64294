"""A virtual environment with the program in it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from installers.errors import InstallError
from installers.program.decisions import Plan
from installers.program.source import Source, constraints, copy_source
from installers.program.tools import Tools

_CHECK = Path(__file__).with_name("whole.py")


def python_in(environment: Path) -> Path:
    """The Python of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def command_in(environment: Path) -> Path:
    """The command of an environment."""
    return environment / ("Scripts/restore-old-photo.exe" if os.name == "nt" else "bin/restore-old-photo")


def make_environment(environment: Path, plan: Plan, uv: str, tools: Tools) -> None:
    """Make an empty environment with pip in it, by which plug-ins are put together later.

    Raises:
        InstallError: it cannot be made.
    """
    create = [sys.executable, "-I", "-m", "venv"]
    if plan.seed == "ensurepip":
        tools.run("venv", [*create, environment])
        return
    tools.run("venv", [*create, "--without-pip", environment])
    python = python_in(environment)
    if plan.seed == "uv":
        tools.run("uv", [uv, "pip", "install", "--python", python, "pip"])
    else:
        tools.run("pip", [sys.executable, "-I", "-m", "pip", "--python", python, "install", "pip"])


def fetch_uv(environment: Path, tools: Tools) -> str:
    """Have pip fetch uv into the scratch folder; its full path."""
    into = tools.scratch / "with-uv"
    tools.run("pip", [python_in(environment), "-I", "-m", "pip", "install", "--quiet", "--target", into, "uv"])
    return str(into / "bin" / ("uv.exe" if os.name == "nt" else "uv"))


def install_packages(
    environment: Path, source: Source, plan: Plan, python: tuple[int, int], uv: str, tools: Tools
) -> None:
    """Install the program and what it needs.

    Raises:
        InstallError: something cannot be had, or does not fit on the disk.
        OSError: the source cannot be copied.
    """
    copy, pins = tools.scratch / "source", tools.scratch / "constraints.txt"
    copy_source(source, copy)
    pins.write_text(constraints(source, python), encoding="utf-8")
    if plan.tool == "pip":
        pip = (python_in(environment), "-I", "-m", "pip", "install", "--progress-bar", "off")
        tools.run("pip", [*pip, "--constraint", pins, copy])
        return
    backend = ("--torch-backend", plan.backend) if plan.backend else ()
    # Beside its cache a link would do, but the cache goes when all is done.
    command: tuple[str | Path, ...] = (
        uv,
        "pip",
        "install",
        "--python",
        python_in(environment),
        *backend,
        "--constraint",
        pins,
        copy,
    )
    tools.run("uv", command, UV_LINK_MODE="hardlink")


def check_environment(environment: Path, tools: Tools) -> dict[str, str]:
    """Load everything that the program needs, in the environment.

    Returns:
        ``version`` of the program, and ``torch`` and ``device`` where torch is there.

    Raises:
        InstallError: something cannot be loaded.
    """
    said = tools.run("The check of what was installed", [python_in(environment), "-I", _CHECK])
    lines = [line for line in said.splitlines() if line.startswith("{")]
    if not lines:
        raise InstallError("What was installed does not answer.", f"{tools.log} says more; then run this again.")
    return {str(key): str(value) for key, value in json.loads(lines[-1]).items()}
