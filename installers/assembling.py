"""What the plug-ins of all editors are put together from, beside their own files.

remote/       copies of the client's files out of ``server/``
vendor/       msgpack and pyzmq, see ``installers.wheels``
about.json    says that the plug-in is ours, and which version
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from installers.errors import InstallError, WheelError
from installers.plugin_files import client_files, files_below
from installers.wheels import Target, vendor_msgpack, vendor_pyzmq

#: The plug-in's own folder, and what else is named after it.
NAME = "restore_old_photo"
#: In the plug-in's own folder; without it, the folder is somebody else's.
ABOUT = "about.json"
PROGRAM = "restore-old-photo"

_REMOTE = '"""Copies of the client\'s files, made when the plug-in was put together. Change the originals instead."""\n'


def program_version() -> str:
    """The version of this program; ``0`` where it is not installed."""
    try:
        return version(PROGRAM)
    except PackageNotFoundError:
        return "0"


def add_shared(module: Path, package: Path, targets: Iterable[Target]) -> dict[Target, WheelError]:
    """Add what the plug-ins of all editors have.

    Args:
        module: the plug-in's own folder; gets ``about.json``.
        package: the Python package in which its modules are; gets the rest.
        targets: for which pyzmq is fetched.

    Returns:
        The targets for which there is no pyzmq, and why.

    Raises:
        InstallError: the program is not complete.
        OSError: something cannot be written.
    """
    for source, relative in client_files():
        copy_file(source, package / "remote" / relative)
    (package / "remote" / "__init__.py").write_text(_REMOTE, encoding="utf-8")
    vendor = package / "vendor"
    vendor_msgpack(vendor)
    missing = vendor_pyzmq(targets, vendor)
    wheels = sorted(path.name for path in vendor.iterdir() if path.name.startswith("cp"))
    about = {"program": PROGRAM, "version": program_version(), "pyzmq": wheels}
    (module / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return missing


def copy_files(source: Path, target: Path) -> None:
    """Copy the files below a folder."""
    for relative in files_below(source):
        copy_file(source / relative, target / relative)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file, and make the folder that it goes into.

    Raises:
        InstallError: there is none.
    """
    if not source.is_file():
        raise InstallError(f"{source} is missing from this program.", "Install it again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
