"""The Krita plug-in put together, as a folder and as the zip file that Krita imports.

As it lies in a folder, and in Krita's own:

    pykrita/restore_old_photo.desktop
    pykrita/restore_old_photo/            the plug-in, with what ``installers.assembling`` adds
    actions/restore_old_photo.action
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from installers.assembling import NAME, add_shared, copy_file, copy_files
from installers.errors import WheelError, told
from installers.plugin_files import KRITA_PLUGIN
from installers.plugin_zip import write_into, zip_plugin
from installers.wheels import ALL_TARGETS, Target

#: The parts, relative to Krita's folder.
MODULE = Path("pykrita") / NAME
DESKTOP = Path("pykrita") / f"{NAME}.desktop"
ACTIONS = Path("actions") / f"{NAME}.action"


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
            copy_file(KRITA_PLUGIN / part.name, folder / part)
        copy_files(KRITA_PLUGIN / NAME, module)
        return add_shared(module, module, targets)


def write_zip(path: Path, targets: Iterable[Target] = ALL_TARGETS) -> dict[Target, WheelError]:
    """Write the zip file for Krita's *Tools → Scripts → Import Python Plugin from File…*; see ``zip_plugin``."""
    return zip_plugin(path, assemble, targets)


def main(folder: str) -> int:
    """What ``make krita-plugin`` runs."""
    return write_into(Path(folder), "krita", write_zip, ALL_TARGETS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
