"""Memory and disks."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psutil

from restoration.doctor.finding import Finding
from restoration.memory import MODELS, forecast, free_memory

#: A scan of 6 megapixels, as flatbeds make them of a small print.
_SCAN = (3000, 2000)
_LITTLE_DISK, _NO_DISK = 1_000_000_000, 50_000_000


def memory(root: Path = Path("/")) -> Finding:
    """Memory of the machine, and of the container or service that this process is in.

    Args:
        root: of the file system in which control groups are looked up.
    """
    machine = psutil.virtual_memory()
    free, enough = free_memory(root), forecast("compact", *_SCAN)
    sentence = f"{machine.total / 1e9:.1f} GB, {free / 1e9:.1f} GB free"
    if free < machine.available * 0.99:
        sentence += f" within the limit of this container or service ({machine.available / 1e9:.1f} GB outside)"
    if free < MODELS["compact"].fixed_bytes:
        return Finding("Memory", "broken", sentence, "Close other programs, or give the container more memory.")
    if free < enough:
        remedy = "Close other programs; large scans are worked on in small pieces, which takes longer."
        return Finding("Memory", "warning", f"{sentence}; a scan of 6 megapixels wants {enough / 1e9:.1f} GB", remedy)
    return Finding("Memory", "ok", sentence)


def disk(title: str, folder: Path) -> Finding:
    """The disk that a folder is on, or would be; and whether it can be written to."""
    there = next((one for one in (folder, *folder.parents) if one.is_dir()), Path(folder.anchor or "."))
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding("Disk", "broken", f"{title}: cannot be looked at ({error.strerror}).", "Check this disk.")
    said = f"{free / 1e9:.1f} GB free"
    sentence, public = f"{title}: {said} in {folder}", f"{title}: {said}"
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("Disk", "broken", f"{sentence}; it may not be written to", "Allow this user to write.", public)
    if free < _NO_DISK:
        return Finding("Disk", "broken", sentence, "Free some space.", public)
    if free < _LITTLE_DISK:
        return Finding("Disk", "warning", sentence, "Free some space.", public)
    return Finding("Disk", "ok", sentence, public=public)


def disks(data: Path) -> list[Finding]:
    """The disks that the program writes to besides that of the photos.

    Args:
        data: the program's folder of data.
    """
    return [disk("data", data), disk("temporary files", Path(tempfile.gettempdir()))]
