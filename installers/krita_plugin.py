"""The Krita plug-in put together, as a folder and as the zip file that Krita imports.

As it lies in a folder, and in Krita's own:

    pykrita/restore_old_photo.desktop
    pykrita/restore_old_photo/            the plug-in
    pykrita/restore_old_photo/remote/     copies of the client's files out of ``server/``
    pykrita/restore_old_photo/vendor/     msgpack and pyzmq, see ``installers.wheels``
    pykrita/restore_old_photo/about.json  says that it is ours, and which version
    actions/restore_old_photo.action
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from installers.errors import InstallError, WheelError, told
from installers.plugin_files import KRITA_PLUGIN, client_files, files_below
from installers.wheels import ALL_TARGETS, Target, sentences_about, vendor_msgpack, vendor_pyzmq
from restoration.atomic_file import atomic_file

NAME = "restore_old_photo"
#: The parts, relative to Krita's folder.
MODULE = Path("pykrita") / NAME
DESKTOP = Path("pykrita") / f"{NAME}.desktop"
ACTIONS = Path("actions") / f"{NAME}.action"
#: In the plug-in's folder; without it, the folder is somebody else's.
ABOUT = "about.json"
PROGRAM = "restore-old-photo"

_REMOTE = '"""Copies of the client\'s files, made when the plug-in was put together. Change the originals instead."""\n'
#: The oldest that a zip file can say: the same plug-in makes the same file.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def program_version() -> str:
    """The version of this program; ``0`` where it is not installed."""
    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "0"


def assemble(folder: Path, targets: Iterable[Target] = ()) -> dict[Target, WheelError]:
    """Put the plug-in together in ``folder``, which is empty or does not exist.

    Args:
        folder: gets the layout above.
        targets: for which pyzmq is fetched.

    Returns:
        The targets for which there is no pyzmq, and why.

    Raises:
        InstallError: the program is not complete, or the folder cannot be written.
    """
    module = folder / MODULE
    with told(f"The plug-in cannot be put together in {folder}"):
        for part in (DESKTOP, ACTIONS):
            _copy(KRITA_PLUGIN / part.name, folder / part)
        for relative in files_below(KRITA_PLUGIN / NAME):
            _copy(KRITA_PLUGIN / NAME / relative, module / relative)
        for source, relative in client_files():
            _copy(source, module / "remote" / relative)
        (module / "remote" / "__init__.py").write_text(_REMOTE, encoding="utf-8")
        vendor_msgpack(module / "vendor")
        missing = vendor_pyzmq(targets, module / "vendor")
        wheels = sorted(path.name for path in (module / "vendor").iterdir() if path.name.startswith("cp"))
        about = {"program": PROGRAM, "version": program_version(), "pyzmq": wheels}
        (module / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return missing


def write_zip(path: Path, targets: Iterable[Target] = ALL_TARGETS) -> dict[Target, WheelError]:
    """Write the zip file for Krita's *Tools → Scripts → Import Python Plugin from File…*; an older one is replaced.

    The same sources and wheels give the same bytes.

    Returns:
        The targets for which there is no pyzmq in it, and why.

    Raises:
        InstallError: as ``assemble``.
        OutputError: the file cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as temporary:
        folder = Path(temporary) / "krita"
        missing = assemble(folder, targets)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path, overwrite=True) as file, zipfile.ZipFile(file, "w") as archive:
            for entry in sorted(folder.rglob("*")):
                name = entry.relative_to(folder).as_posix()
                # Krita's importer looks for the entry of the plug-in's folder itself.
                info = zipfile.ZipInfo(f"{name}/" if entry.is_dir() else name, _ZIP_DATE)
                info.create_system = 3  # Unix, wherever this runs
                info.external_attr = (0o40755 << 16 | 0x10) if entry.is_dir() else 0o100644 << 16
                info.compress_type = zipfile.ZIP_STORED if entry.is_dir() else zipfile.ZIP_DEFLATED
                archive.writestr(info, b"" if entry.is_dir() else entry.read_bytes())
    return missing


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise InstallError(f"{source} is missing from this program.", "Install it again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def main(folder: str) -> int:
    """Write the zip file for all systems into a folder; what ``make krita-plugin`` runs."""
    path = Path(folder) / f"restore-old-photo-krita-{program_version()}.zip"
    missing = write_zip(path)
    for line in sentences_about(ALL_TARGETS, missing):
        sys.stderr.write(f"{line}\n")
    sys.stdout.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
