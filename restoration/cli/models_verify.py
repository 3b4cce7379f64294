"""``restore-old-photo models verify``."""

from __future__ import annotations

from pathlib import Path

import typer

from restoration.cli.models_list import ModelsFolderOption
from restoration.errors import WeightsError


def verify(context: typer.Context, folder: ModelsFolderOption = None) -> None:
    """Check the networks that are there: sums; keys and shapes of the published ones. Exit status 1 if one is bad."""
    from restoration.presets.loading import official_folder

    bad = [*_bundled(), *_landmarks(), *_official(official_folder(folder or context.obj))]
    if bad:
        raise WeightsError(f"Not as they should be: {', '.join(bad)}.", "Each line above says what to do.")


def _line(name: str, fault: str, remedy: str, bad: list[str]) -> None:
    typer.echo(f"{name}: {f'{fault}. {remedy}' if fault else 'ok'}")
    if fault:
        bad.append(name)


def _bundled() -> list[str]:
    from restoration.weights.registry import BUNDLED, load_bundled

    bad: list[str] = []
    for file in BUNDLED:
        try:
            load_bundled(file)
        except WeightsError as error:
            _line(f"{file.name}.safetensors", error.cause.rstrip("."), error.remedy, bad)
        else:
            _line(f"{file.name}.safetensors", "", "", bad)
    return bad


def _landmarks() -> list[str]:
    from restoration.weights.landmark_files import LANDMARK_FILES, POINTS_68, fault_of_landmarks

    bad: list[str] = []
    for one in LANDMARK_FILES:
        fault = fault_of_landmarks(one)
        if one is POINTS_68 and fault == "missing":
            typer.echo(f"{one.name}: not there; only --face-points 68 needs it")
        else:
            _line(one.name, fault, "Run: restore-old-photo models fetch landmarks", bad)
    return bad


def _official(folder: Path) -> list[str]:
    from restoration.weights.manifest import fault_of, read_manifest
    from restoration.weights.official import CHECKPOINTS, fault_in, saved_name

    bad: list[str] = []
    manifest = read_manifest(folder)
    saved = manifest.files if manifest else {}
    there = [name for name, file in CHECKPOINTS.items() if saved_name(name) in saved or (folder / file.path).exists()]
    for name in there:
        stored = saved.get(saved_name(name))
        shown = stored.name if stored else CHECKPOINTS[name].path
        fault = (fault_of(folder, stored) if stored else "") or fault_in(folder, name)
        remedy = (
            "Delete it, and run: restore-old-photo models fetch official" if stored else "Unpack the archive again."
        )
        _line(shown, fault, remedy, bad)
    if not there:
        typer.echo(f"The official networks are not in {folder}.")
    return bad
