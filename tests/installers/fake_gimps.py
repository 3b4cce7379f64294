"""Programs that act as GIMP does as far as an installer sees it."""

from __future__ import annotations

from pathlib import Path

#: As GIMP itself: it says its version, and makes its folder where there is none.
SCRIPT = """#!/bin/sh
if [ "$1" = --version ]; then echo "GNU Image Manipulation Program version {version}"; exit; fi
echo "$@" >>"$HOME/started"
mkdir -p "$HOME/.config/GIMP/{folder}/plug-ins"
"""


def fake_gimp(path: Path, version: str, script: str = SCRIPT) -> Path:
    """Write one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script.format(version=version, folder=version.rpartition(".")[0]))
    path.chmod(0o755)
    return path
