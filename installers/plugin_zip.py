"""Plug-ins as zip files: the same plug-in makes the same bytes."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from installers.assembling import program_version
from installers.errors import WheelError
from installers.wheels import Target, sentences_about
from restoration.atomic_file import atomic_file

_SOME_YEARS_S = 20 * 365 * 86400

Assemble = Callable[[Path, Iterable[Target]], dict[Target, WheelError]]


def zip_plugin(
    path: Path, assemble: Assemble, targets: Iterable[Target], programs: Collection[str] = ()
) -> dict[Target, WheelError]:
    """Write the plug-in that ``assemble`` puts together; an older file is replaced.

    Args:
        path: of the zip file.
        assemble: fills a folder.
        targets: for which pyzmq is fetched.
        programs: names of files that are to be run.

    Returns:
        The targets for which there is no pyzmq in it, and why.

    Raises:
        InstallError: as ``assemble``.
        OutputError: the file cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as temporary:
        folder = Path(temporary) / "plugin"
        missing = assemble(folder, targets)
        date = _date_of(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path, overwrite=True) as file, zipfile.ZipFile(file, "w") as archive:
            for entry in sorted(folder.rglob("*")):
                name = entry.relative_to(folder).as_posix()
                # Krita's importer looks for the entry of the plug-in's folder itself.
                info = zipfile.ZipInfo(f"{name}/" if entry.is_dir() else name, date)
                info.create_system = 3  # Unix, wherever this runs
                mode = 0o40755 if entry.is_dir() else 0o100755 if name in programs else 0o100644
                info.external_attr = mode << 16 | (0x10 if entry.is_dir() else 0)
                info.compress_type = zipfile.ZIP_STORED if entry.is_dir() else zipfile.ZIP_DEFLATED
                archive.writestr(info, b"" if entry.is_dir() else entry.read_bytes())
    return missing


def write_into(
    folder: Path, editor: str, write_zip: Callable[[Path], dict[Target, WheelError]], targets: Collection[Target]
) -> int:
    """Write the zip file for all systems into a folder, and say so; the exit status."""
    path = folder / f"restore-old-photo-{editor}-{program_version()}.zip"
    missing = write_zip(path)
    for line in sentences_about(targets, missing):
        sys.stderr.write(f"{line}\n")
    sys.stdout.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB)\n")
    return 0


def _date_of(folder: Path) -> tuple[int, int, int, int, int, int]:
    """A date in the past that says nothing, but differs for other contents.

    By the dates of files GIMP knows that it has to ask a plug-in anew what it can do, and Python that it has to compile
    a module anew, where an older plug-in has been unpacked at the same place.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    seconds = int.from_bytes(digest.digest()[:8], "big") % _SOME_YEARS_S
    # A zip file counts from 1980 on, ten years after this clock does, in steps of two seconds.
    date = time.gmtime(10 * 366 * 86400 + seconds // 2 * 2)
    return date.tm_year, date.tm_mon, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec
