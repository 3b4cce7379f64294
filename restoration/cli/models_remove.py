"""``restore-old-photo models remove``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from restoration.cli.models_list import ModelsFolderOption
from restoration.cli.reporting import UsageError
from restoration.errors import Cancelled


def remove(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="[official|landmarks|all]", help="Which.")] = "all",
    folder: ModelsFolderOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete what "fetch" wrote, and nothing else."""
    if what not in ("official", "landmarks", "all"):
        raise UsageError(f"There is nothing called {what!r} to be removed.", "Choose from: official, landmarks, all.")
    from restoration.presets.loading import official_folder
    from restoration.weights.landmark_files import fetched_folder
    from restoration.weights.manifest import read_manifest, remove_saved

    folders = {"official": official_folder(folder or context.obj), "landmarks": fetched_folder()}
    chosen = [folders[name] for name in folders if what in (name, "all")]
    there = [one for one in chosen if read_manifest(one) is not None]
    if not there:
        typer.echo("Nothing was fetched; nothing is removed.")
        return
    for one in there:
        typer.echo(f"Fetched models in {one} are deleted.", err=True)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Nobody can be asked whether they may be deleted.", "If they may, add --yes.")
        if not typer.confirm("Go on?", err=True):
            raise Cancelled
    for one in there:
        removed, left = remove_saved(one)
        typer.echo(f"{len(removed)} files deleted in {one}.")
        for name in left:
            typer.echo(f"{one / name} was changed since it was fetched, and is left.", err=True)
