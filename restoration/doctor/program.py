"""The program itself: its version, its Python, the packages that it needs."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from restoration.doctor.finding import Finding

_NAME = "restore-old-photo"
_AGAIN = "Install the program again."


def program() -> list[Finding]:
    """Version, Python, system, packages, environment."""
    try:
        number = version(_NAME)
    except PackageNotFoundError:
        number = "(run from its source, not installed)"
    python = f"Python {platform.python_version()}"
    said = f"Restore Old Photo {number}, {python}"
    return [
        Finding("Program", "ok", f"{said} ({sys.executable})", public=said),
        Finding("System", "ok", f"{_system()}, {platform.machine()}"),
        packages(requires(_NAME) or [] if number[0].isdigit() else []),
        *environment(),
    ]


def _system() -> str:
    kernel = f"{platform.system()} {platform.release()}"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    except (OSError, KeyError):
        return kernel


def packages(needed: list[str]) -> Finding:
    """Whether what the program needs is installed.

    Args:
        needed: requirements as a package's metadata lists them.
    """
    from packaging.requirements import Requirement

    wrong = []
    for line in needed:
        one = Requirement(line)
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        try:
            there = version(one.name)
        except PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(there, prereleases=True):
            wrong.append(f"{one.name} is {there}, wanted {one.specifier}")
    if wrong:
        return Finding("Packages", "broken", f"{'; '.join(wrong)}.", _AGAIN)
    return Finding("Packages", "ok", "All packages that are needed are there.")


def environment() -> list[Finding]:
    """The variables that change what the program does."""
    names = sorted(name for name in os.environ if name.startswith("RESTORE_OLD_PHOTO_"))
    if not names:
        return []
    shown = ", ".join(f"{name}={os.environ[name]}" for name in names)
    return [Finding("Environment", "note", f"Set: {shown}", public=f"Set: {', '.join(names)}")]
