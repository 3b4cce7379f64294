"""``restore-old-photo install | uninstall``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from restoration.cli.reporting import UsageError

if TYPE_CHECKING:
    from installers.editor import Editor
    from installers.place import Place

#: The editors that there is a plug-in for.
_EDITORS = ("krita", "gimp")

EditorArgument = Annotated[str, typer.Argument(metavar=f"[{'|'.join(_EDITORS)}]", help="Which editor.")]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="DIR",
        help="If it is not in its usual place: Krita's folder of resources, with --config; or GIMP's folder plug-ins.",
    ),
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="That Krita's settings, its kritarc.")
]


def install(
    editor: EditorArgument,
    folder: FolderOption = None,
    config: ConfigOption = None,
    wheels: Annotated[
        bool,
        typer.Option(
            "--wheels/--no-wheels",
            help="Fetch pyzmq for the editor's Python with pip. Without it, a process in between carries the photos.",
        ),
    ] = True,
) -> None:
    """Put the plug-in into an editor, or replace the one that is there."""
    chosen, named = _chosen(editor, folder, config)
    from installers.assembling import program_version
    from installers.placing import put
    from installers.wheels import sentences_about

    places = chosen.installed() if named is None else [named]
    targets = chosen.targets() if wheels else ()
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as temporary:
        assembled = Path(temporary) / chosen.name
        missing = chosen.assemble(assembled, targets)
        for line in sentences_about(targets, missing) if wheels and not chosen.bridged() else ():
            typer.echo(line, err=True)
        for place in places:
            put(chosen, place, assembled)
            typer.echo(f"{place.name}: version {program_version()} is in {place.folder / chosen.module}")
            if place.sandboxed:
                typer.echo("It cannot start the server from inside its sandbox: run restore-old-photo serve first.")
    typer.echo(f"If {chosen.title} is running, restart it.")


def uninstall(
    editor: EditorArgument,
    folder: FolderOption = None,
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help='"program": do not ask.')] = False,
) -> None:
    """Take the plug-in out of an editor, with its settings; or remove the "program", all but your pictures."""
    if editor == "program" and folder is None and config is None:
        _remove_program(yes)
        return
    chosen, named = _chosen(editor, folder, config)
    from installers.placing import places_to_clean, take_out

    removed = False
    for place in places_to_clean(chosen) if named is None else [named]:
        if take_out(chosen, place):
            typer.echo(f"{place.name}: removed from {place.folder / chosen.module}")
            removed = True
    typer.echo(f"If {chosen.title} is running, restart it." if removed else "There was no plug-in to remove.")


def _remove_program(yes: bool) -> None:
    """What the installer does with --uninstall.

    Raises:
        InstallError: the program was not installed by it; or it cannot remove itself on this system.
    """
    from installers.errors import InstallError
    from installers.program.main import main
    from installers.program.places import places

    if not places().marker.is_file():
        raise InstallError(
            "This program was not installed by its installer.",
            "Take the plug-ins out (uninstall krita, uninstall gimp), then remove it as you have installed it.",
        )
    if os.name == "nt":
        raise InstallError(
            "A program that runs cannot be deleted on Windows.", r"Run: installers\install.ps1 --uninstall"
        )
    raise typer.Exit(main(["--uninstall", *(["--yes"] if yes else [])]))


def _chosen(editor: str, folder: Path | None, config: Path | None) -> tuple[Editor, Place | None]:
    """The editor, and the place that the options name, if they do.

    Raises:
        UsageError: there is no such editor; or it does not take these options together.
        InstallError: there is no such folder.
    """
    if editor not in _EDITORS:
        raise UsageError(f"There is no plug-in for {editor!r}.", f"Choose from: {', '.join(_EDITORS)}.")
    if editor == "gimp" and config is not None:
        raise UsageError("--config is for Krita alone.", "Name GIMP's folder plug-ins with --folder.")
    if editor == "krita" and (folder is None) != (config is None):
        raise UsageError("--folder and --config belong together.", "Give both, or neither.")
    from installers.editors import EDITORS

    return EDITORS[editor], None if folder is None else EDITORS[editor].named(folder, config)
