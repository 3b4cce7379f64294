"""``evaluate-faces``: aged portraits, restored with faces, against their originals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

import typer

from restoration.cli.options import DeviceOption, ForceOption, ModelsOption, PresetOption
from restoration.errors import SettingsError
from restoration.settings import Device, Preset, Settings

if TYPE_CHECKING:
    from restoration.device import Compute
    from restoration.evaluation.faces import FaceOutcome
    from restoration.presets import FaceEnhancer, Models

T = TypeVar("T")

FIGURES = "faces.json"


def evaluate_faces(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            envvar="RESTORE_OLD_PHOTO_DATA",
            help="Folder with faces/test; defects/test and MANIFEST.csv are used, too; see docs/data.md.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for faces.json and the contact sheets, faces.png.")
    ] = None,
    faces: Annotated[int, typer.Option(help="How many portraits, at most.", min=1)] = 60,
    seed: Annotated[int, typer.Option(help="Another one ages all portraits otherwise.", min=0)] = 0,
    weights: Annotated[
        Path | None,
        typer.Option(help="A face network that is not bundled: .safetensors as training exports it, keys face.*."),
    ] = None,
    preset: PresetOption = "compact",
    models: ModelsOption = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Age portraits with seeds that training never used, restore them with faces, and compare the faces."""
    try:
        from restoration.evaluation.faces import FaceOutcome
        from restoration.evaluation.faces import evaluate_faces as run
    except ImportError as error:
        raise SettingsError(
            f"Evaluation needs {error.name}.", "Install it with: pip install 'restore-old-photo[evaluate]'."
        ) from error
    from restoration.device import choose_compute

    settings = Settings(preset=cast(Preset, preset), models=models, device=cast(Device, device))
    if data is None:
        raise SettingsError("No data was named.", "Add --data DIR.")
    if out is not None:
        _prepare(out, faces, force)
    compute = choose_compute(settings.device)
    networks = _networks(settings, weights, compute)
    judged, unseen = run(data, networks, faces, seed, _tracked)
    file = None if weights is None else weights.name
    outcome = FaceOutcome(settings.preset, compute.device.type, file, seed, judged, unseen)
    _print_tables(outcome)
    if out is not None:
        _write(outcome, out, force)


def _prepare(out: Path, faces: int, force: bool) -> None:
    """Makes the folder; what is there already is refused before the work rather than after."""
    from restoration.cli.outputs import check_named_output
    from restoration.errors import OutputError
    from restoration.evaluation.face_sheets import page_names

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made a folder: {error.strerror}.", "Choose another place.") from error
    for name in (FIGURES, *page_names(faces)):
        check_named_output(out / name, overwrite=force)


def _networks(settings: Settings, weights: Path | None, compute: Compute) -> Models:
    from restoration.presets import load_models

    enhancer = None if weights is None else _enhancer(weights, compute)
    networks = load_models(settings.preset, compute, settings.models)
    if enhancer is not None:
        # What is missing without it is not missing any more.
        missing = {stage: sentence for stage, sentence in networks.missing.items() if stage != "faces"}
        return replace(networks, face_enhancer=enhancer, missing=missing)
    if networks.face_enhancer is None:
        raise SettingsError(
            f"The {settings.preset} preset has no face network here.",
            "Name one with --weights FILE, or the published ones with --preset official --models DIR.",
        )
    return networks


def _enhancer(weights: Path, compute: Compute) -> FaceEnhancer:
    from restoration.errors import WeightsError
    from restoration.networks.compact_face import CompactFaceGenerator
    from restoration.presets.compact_faces import CompactFaceEnhancer
    from restoration.weights.files import read_networks

    states = read_networks(weights, "Name a .safetensors file that training exported with --weights.")
    if "face" not in states:
        raise WeightsError(
            f"{weights} holds the networks {', '.join(sorted(states)) or 'of nobody'}, and no face.",
            "Its keys begin with the name of the network: face.",
        )
    try:
        return CompactFaceEnhancer(CompactFaceGenerator.from_state_dict(states["face"]), compute)
    except WeightsError as error:
        raise WeightsError(f"{weights}: {error.cause}", error.remedy) from error


def _tracked(items: Iterable[T], title: str, total: int) -> Iterable[T]:
    from rich.console import Console
    from rich.progress import track

    return track(items, title, total=total, console=Console(stderr=True))


def _print_tables(outcome: FaceOutcome) -> None:
    from restoration.evaluation.face_summary import WORST, summaries
    from restoration.evaluation.faces import COMPARED, DRAWN

    groups = summaries(outcome)
    everything = groups["all"]["all"]
    header = "PSNR (dB) | PSNR, tone fitted | gradients | distance"
    typer.echo(f"| {everything.faces} faces | {header} |\n|---|---|---|---|---|")
    for name in COMPARED:
        mean = everything.mean[name]
        figures = f"{mean.psnr:.2f} | {mean.psnr_tone_fitted:.2f} | {mean.gradient_correlation:.3f}"
        typer.echo(f"| {name} | {figures} | {mean.distance:.3f} |")
    typer.echo(
        "\n| faces | number | drawn | nearer than aged and global | distance by aged | distance by global "
        "| PSNR over global | tone fitted |\n|---|---|---|---|---|---|---|---|"
    )
    for kind, group in groups.items():
        for name, each in group.items():
            title = "all" if kind == "all" else f"{kind}: {name}"
            ratios = (each.distance_ratio, each.distance_ratio_global)
            texts = ["–" if ratio is None else f"{ratio:.2f}" for ratio in ratios]
            gains = (f"{gain.mean:+.2f} ± {gain.half_width:.2f}" for gain in (each.gain, each.gain_tone_fitted))
            cells = (title, str(each.faces), str(each.drawn), f"{each.nearer:.0%}", *texts, *gains)
            typer.echo(f"| {' | '.join(cells)} |")
    typer.echo("\nThe worst, by how much farther than before they are from the true face:")
    for face in outcome.worst_first[:WORST]:
        distances = ", ".join(f"{name} {face.figures[name].distance:.3f}" for name in COMPARED)
        typer.echo(f"{face.estranged:+.3f} {face.name} ({distances}){'' if face.fate == DRAWN else f', {face.fate}'}")
    typer.echo(
        f"Of {everything.faces} faces {everything.drawn} were drawn; {everything.spared} need nothing and "
        f"{everything.not_found} were not found once aged: these were left as they are."
    )
    if outcome.unseen:
        typer.echo(f"No face was found in these clean portraits, and they are not judged: {', '.join(outcome.unseen)}.")


def _write(outcome: FaceOutcome, out: Path, force: bool) -> None:
    from restoration.atomic_file import atomic_file
    from restoration.evaluation.face_sheets import face_pages, page_names
    from restoration.evaluation.face_summary import faces_document

    document = json.dumps(faces_document(outcome), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    pages = face_pages(outcome.worst_first)
    names = (FIGURES, *page_names(len(outcome.judged)))
    for name, content in zip(names, (document.encode(), *pages), strict=True):
        with atomic_file(out / name, overwrite=force) as file:
            file.write(content)
        typer.echo(out / name)
