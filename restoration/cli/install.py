"""``restore-old-photo install | uninstall``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from restoration.cli.reporting import UsageError

if TYPE_CHECKING:
    from installers.krita_places import KritaPlace

#: The editors that there is a plug-in for.
_EDITORS = ("krita",)

EditorArgument = Annotated[str, typer.Argument(metavar=f"[{'|'.join(_EDITORS)}]", help="Which editor.")]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder", metavar="DIR", help="Krita's folder of resources, if it is not in its usual place; with --config."
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
    named = _named(editor, folder, config)
    from installers.errors import InstallError
    from installers.krita_install import put
    from installers.krita_places import krita_places
    from installers.krita_plugin import MODULE, assemble, program_version
    from installers.wheels import local_targets, sentences_about

    places = [named] if named is not None else krita_places()
    if not places:
        raise InstallError(
            "No Krita was found for this user.",
            "Start Krita once, then install again; or name its folders with --folder and --config.",
        )
    targets = local_targets() if wheels else ()
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as temporary:
        assembled = Path(temporary) / "krita"
        missing = assemble(assembled, targets)
        for line in sentences_about(targets, missing) if wheels else ():
            typer.echo(line, err=True)
        for place in places:
            put(place, assembled)
            typer.echo(f"{place.name}: version {program_version()} is in {place.resources / MODULE}")
            if place.sandboxed:
                typer.echo("It cannot start the server from inside its sandbox: run restore-old-photo serve first.")
    typer.echo("If Krita is running, restart it.")


def uninstall(editor: EditorArgument, folder: FolderOption = None, config: ConfigOption = None) -> None:
    """Take the plug-in out of an editor, with its settings."""
    named = _named(editor, folder, config)
    from installers.krita_install import places_to_clean, take_out
    from installers.krita_plugin import MODULE

    removed = False
    for place in [named] if named is not None else places_to_clean():
        if take_out(place):
            typer.echo(f"{place.name}: removed from {place.resources / MODULE}")
            removed = True
    typer.echo("If Krita is running, restart it." if removed else "There was no plug-in to remove.")


def _named(editor: str, folder: Path | None, config: Path | None) -> KritaPlace | None:
    """The place that the options name, if they do.

    Raises:
        UsageError: there is no such editor; or one of the options without the other.
        InstallError: there is no such folder.
    """
    if editor not in _EDITORS:
        raise UsageError(f"There is no plug-in for {editor!r}.", f"Choose from: {', '.join(_EDITORS)}.")
    if (folder is None) != (config is None):
        raise UsageError("--folder and --config belong together.", "Give both, or neither.")
    if folder is None or config is None:
        return None
    from installers.krita_install import named_place

    return named_place(folder, config)
