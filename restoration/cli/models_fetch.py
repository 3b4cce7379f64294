"""``restore-old-photo models fetch``."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from restoration.cli.models_list import ModelsFolderOption
from restoration.cli.reporting import UsageError
from restoration.errors import Cancelled

#: What can be fetched.
_WHAT = ("official", "landmarks")


def fetch(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar=f"[{'|'.join(_WHAT)}]", help="The networks of the published program, or dlib's models of faces."
        ),
    ],
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="Instead of the known addresses: a folder, an archive (twice for both), or another address (http...).",
        ),
    ] = None,
    folder: ModelsFolderOption = None,
    points_68: Annotated[
        bool, typer.Option("--face-points-68", help="Landmarks: the model of 68 points, too. Not for commercial use.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the licence without being asked.")] = False,
) -> None:
    """Fetch networks that do not come with the program; what was cut off goes on where it was.

    No other command downloads anything itself; "install" has pip fetch one package for an editor, and the installer has
    pip or uv fetch what the program needs. RESTORE_OLD_PHOTO_MODELS_FROM names a source where --from does not.
    """
    if what not in _WHAT:
        raise UsageError(f"There is nothing called {what!r} to be fetched.", f"Choose from: {', '.join(_WHAT)}.")
    from restoration.weights.sources import SOURCE_VARIABLE

    given = sources or ([os.environ[SOURCE_VARIABLE]] if os.environ.get(SOURCE_VARIABLE) else [])
    if what == "official":
        _official(folder or context.obj, given, yes)
    else:
        _landmarks(given, points_68, yes)


def _official(named: str | None, given: list[str], yes: bool) -> None:
    from restoration.cli.models_progress import DownloadBars
    from restoration.presets.loading import official_folder
    from restoration.weights.fetching import Listener, fetch_official
    from restoration.weights.official import CHECKPOINTS
    from restoration.weights.official_store import missing_in
    from restoration.weights.sources import OFFICIAL_ADDRESSES, OFFICIAL_TERMS

    folder = official_folder(named)
    if not missing_in(folder):
        typer.echo(f"All {len(CHECKPOINTS)} networks are in {folder} already.")
        return
    size = "" if given else " Two to three GB are downloaded, and 1.5 GB kept."
    _consent([OFFICIAL_TERMS, f"From: {', '.join(given or OFFICIAL_ADDRESSES)}.{size}", f"Into: {folder}"], yes)
    with DownloadBars() as bars:
        missing = fetch_official(folder, given, Listener(bars.say, bars.download))
    typer.echo(f"{len(CHECKPOINTS) - len(missing)} of {len(CHECKPOINTS)} networks are in {folder}.")
    if missing:
        typer.echo(f"Not found: {', '.join(missing)}. {_without(missing)}", err=True)
    else:
        typer.echo("Use them with: restore-old-photo restore --preset official …")


def _without(missing: list[str]) -> str:
    if all(name.startswith("face") for name in missing):
        return "Without them the official preset leaves faces as they are."
    return "The official preset needs them: name a further source with --from."


def _landmarks(given: list[str], points_68: bool, yes: bool) -> None:
    from restoration.cli.models_progress import DownloadBars
    from restoration.weights.fetching import Listener
    from restoration.weights.landmark_files import (
        LANDMARK_FILES,
        POINTS_68,
        TERMS_5,
        TERMS_68,
        fault_of_landmarks,
        fetch_landmarks,
        landmarks_folder,
    )

    wanted = [one for one in LANDMARK_FILES if one is not POINTS_68 or points_68]
    if any(fault_of_landmarks(one) for one in wanted):
        _consent([TERMS_5, *([TERMS_68] if points_68 else [])], yes)
        with DownloadBars() as bars:
            fetch_landmarks(given, Listener(bars.say, bars.download), points_68=points_68)
    elif points_68:
        typer.echo(TERMS_68)
    typer.echo(f"dlib's models are in {landmarks_folder()}, and are those that were released:")
    for one in wanted:
        typer.echo(f"{one.name}: {one.use} ({one.licence})")


def _consent(sentences: list[str], yes: bool) -> None:
    """Show the terms; go on only if they are accepted.

    Raises:
        UsageError: nobody is there who could be asked.
        Cancelled: they are not accepted.
    """
    for sentence in sentences:
        typer.echo(sentence, err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("Nobody can be asked whether the licence is accepted.", "If you accept it, add --yes.")
    if not typer.confirm("Do you accept this, and is it to be fetched?", err=True):
        raise Cancelled
