"""The GIMP plug-in put together, as a folder and as a zip file to be unpacked into a ``plug-ins`` folder.

As it lies in a folder, and in GIMP's own. GIMP runs the file that is called like its folder, as a program:

    restore_old_photo/restore_old_photo.py
    restore_old_photo/restore_old_photo_gimp/    its package, with what ``installers.assembling`` adds
    restore_old_photo/about.json
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from installers.assembling import NAME, add_shared, copy_file, copy_files
from installers.errors import WheelError, told
from installers.plugin_files import GIMP_PLUGIN
from installers.plugin_zip import write_into, zip_plugin
from installers.wheels import ALL_TARGETS, Target, local_targets

#: Relative to a ``plug-ins`` folder.
MODULE = Path(NAME)
PROGRAM_FILE = MODULE / f"{NAME}.py"
PACKAGE = MODULE / f"{NAME}_gimp"

#: The Pythons of a GIMP that load pyzmq. On Windows it has one of MinGW's, on macOS a signed one: neither loads a wheel
#: from elsewhere.
GIMP_TARGETS = tuple(target for target in ALL_TARGETS if target.system.startswith("linux-"))


def local_gimp_targets(system: str | None = None) -> tuple[Target, ...]:
    """The Pythons that a GIMP on this machine may have, if it can load pyzmq."""
    return tuple(target for target in local_targets(system) if target in GIMP_TARGETS)


def is_bridged(platform: str = sys.platform) -> bool:
    """Whether no GIMP for this system loads pyzmq."""
    return platform in ("win32", "darwin")


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
        copy_file(GIMP_PLUGIN / PROGRAM_FILE, folder / PROGRAM_FILE)
        copy_files(GIMP_PLUGIN / NAME, module)
        # Not copied: a wheel, and some disks, do not keep it.
        (folder / PROGRAM_FILE).chmod(0o755)
        return add_shared(module, folder / PACKAGE, targets)


def write_zip(path: Path, targets: Iterable[Target] = GIMP_TARGETS) -> dict[Target, WheelError]:
    """Write the zip file; see ``zip_plugin``."""
    return zip_plugin(path, assemble, targets, {PROGRAM_FILE.as_posix()})


def main(folder: str) -> int:
    """What ``make gimp-plugin`` runs."""
    return write_into(Path(folder), "gimp", write_zip, GIMP_TARGETS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
