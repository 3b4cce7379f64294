"""GIMP, for installing."""

from __future__ import annotations

from pathlib import Path

from installers.editor import Editor
from installers.errors import InstallError
from installers.gimp_places import PLUG_INS, gimp_folder, gimp_places, older_gimps, version_in
from installers.gimp_plugin import MODULE, assemble, is_bridged, local_gimp_targets
from installers.gimp_programs import gimp_programs, start_once
from installers.place import Place


def installed() -> list[Place]:
    """The GIMPs 3 of this user. One that has never been started is started once.

    Raises:
        InstallError: there is none; or one cannot be started.
    """
    programs = gimp_programs()
    for program in programs:
        if program.version >= (3, 0) and not (folder := gimp_folder(program.version)).is_dir():
            start_once(program, folder)
    places = gimp_places()
    if places:
        return places
    older = max([*older_gimps(), *(program.version for program in programs)], default=None)
    if older is not None:
        raise InstallError(
            f"Only GIMP {older[0]}.{older[1]} was found for this user, and the plug-in needs GIMP 3.",
            "Install GIMP 3 and start it once, then install again.",
        )
    raise InstallError(
        "No GIMP was found for this user.",
        f"Start GIMP once, then install again; or name its folder {PLUG_INS} with --folder.",
    )


def named(folder: Path, settings: Path | None = None) -> Place:
    """A GIMP whose folder for plug-ins the user names.

    Args:
        folder: is there.
        settings: must be None; nothing is to be set in GIMP.

    Raises:
        InstallError: there is no such folder; or it is that of a GIMP 2, or not that for plug-ins.
    """
    if settings is not None:
        raise InstallError("GIMP has no settings file to be named.", "Leave out --config.")
    folder = folder.absolute()
    if not folder.is_dir():
        raise InstallError(f"There is no folder {folder}.", f"Name GIMP's folder {PLUG_INS}, or make it.")
    if (folder / PLUG_INS).is_dir():
        raise InstallError(f"{folder} is not GIMP's folder for plug-ins.", f"Name the folder {PLUG_INS} in it.")
    version = version_in(folder.parent.name)
    if version is not None and version < (3, 0):
        raise InstallError(f"{folder} belongs to GIMP {folder.parent.name}.", "Name the folder of a GIMP 3.")
    return Place("GIMP", folder)


def leavings(place: Place) -> list[Path]:
    """The files in which GIMP keeps what was last chosen in the plug-in's windows."""
    return sorted(place.folder.parent.glob("plug-in-settings/*-plug-in-restore-old-photo*"))


GIMP = Editor(
    name="gimp",
    title="GIMP",
    parts=(MODULE,),
    module=MODULE,
    installed=installed,
    known=gimp_places,
    named=named,
    assemble=assemble,
    targets=local_gimp_targets,
    bridged=is_bridged,
    leavings=leavings,
)
