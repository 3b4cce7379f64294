"""``evaluate-inpainting``: irregular holes in pictures that training never saw, filled and compared with the truth."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from restoration.cli.options import DeviceOption, ForceOption
from restoration.errors import SettingsError
from restoration.settings import Device

if TYPE_CHECKING:
    from restoration.evaluation.inpainting import Bin
    from restoration.networks.compact_inpainting import CompactInpainting

FIGURES, SHEET = "inpainting.json", "inpainting.png"


def evaluate_inpainting(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", envvar="RESTORE_OLD_PHOTO_DATA", help="Folder with photos/test and faces/test; see docs/data.md."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=f"Folder for {FIGURES} and the contact sheet, {SHEET}.")
    ] = None,
    pictures: Annotated[int, typer.Option(help="How many pictures, at most; half of them faces.", min=1)] = 24,
    seed: Annotated[int, typer.Option(help="Another one makes other holes.", min=0)] = 0,
    weights: Annotated[
        Path | None,
        typer.Option(help="An inpainting network that is not bundled: .safetensors, keys inpainting.*."),
    ] = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Make irregular holes in pictures, fill them, and compare with the truth, Telea and Navier–Stokes."""
    try:
        from restoration.evaluation.inpainting import bins_of
        from restoration.evaluation.inpainting import evaluate_inpainting as run
        from restoration.evaluation.inpainting_sheet import sheet_png
    except ImportError as error:
        raise SettingsError(
            f"Evaluation needs {error.name}.", "Install it with: pip install 'restore-old-photo[evaluate]'."
        ) from error
    from restoration.atomic_file import atomic_file
    from restoration.device import choose_compute
    from restoration.presets.compact_inpainter import CompactInpainter

    if data is None:
        raise SettingsError("No data was named.", "Add --data DIR.")
    if out is not None:
        _prepare(out, force)
    compute = choose_compute(cast(Device, device))
    holes = run(data, CompactInpainter(_network(weights), compute), pictures, seed, _tracked)
    bins = bins_of(holes)
    _print_tables(bins)
    if out is not None:
        document = {"weights": None if weights is None else weights.name, "seed": seed, "bins": list(map(asdict, bins))}
        content = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        for name, part in ((FIGURES, content.encode()), (SHEET, sheet_png(holes))):
            with atomic_file(out / name, overwrite=force) as file:
                file.write(part)
            typer.echo(out / name)


def _prepare(out: Path, force: bool) -> None:
    """Makes the folder; what is there already is refused before the work rather than after."""
    from restoration.cli.outputs import check_named_output
    from restoration.errors import OutputError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made a folder: {error.strerror}.", "Choose another place.") from error
    for name in (FIGURES, SHEET):
        check_named_output(out / name, overwrite=force)


def _network(weights: Path | None) -> CompactInpainting:
    from restoration.errors import WeightsError
    from restoration.networks.compact_inpainting import CompactInpainting
    from restoration.weights.files import read_networks
    from restoration.weights.registry import COMPACT_INPAINTING, load_bundled

    states = load_bundled(COMPACT_INPAINTING) if weights is None else read_networks(weights)
    if "inpainting" not in states:
        raise WeightsError(
            f"{weights} holds the networks {', '.join(sorted(states)) or 'of nobody'}, and no inpainting.",
            "Its keys begin with the name of the network: inpainting.",
        )
    return CompactInpainting.from_state_dict(states["inpainting"])


def _tracked(items: Iterable[Any], title: str, total: int) -> Iterable[Any]:
    from rich.console import Console
    from rich.progress import track

    return track(items, title, total=total, console=Console(stderr=True))


def _print_tables(bins: list[Bin]) -> None:
    from restoration.evaluation.inpainting import METHODS

    for figure, title, digits in (("psnr", "PSNR (dB)", 2), ("ssim", "SSIM", 3), ("hole_l1", "L1 in the hole", 4)):
        typer.echo(f"\n| {title} | holes | {' | '.join(METHODS)} |\n|---|---|{'---|' * len(METHODS)}")
        for each in bins:
            cells = (f"{getattr(each.mean[name], figure):.{digits}f}" for name in METHODS)
            typer.echo(f"| {_title(each)} | {each.cases} | {' | '.join(cells)} |")
    typer.echo("\n| candidates apart | distance in the hole |\n|---|---|")
    for each in bins:
        if each.apart is not None:
            typer.echo(f"| {_title(each)} | {each.apart:.4f} |")


def _title(each: Bin) -> str:
    low, high = (round(100 * share) for share in each.share)
    return f"{each.kind}, {each.place}, {low}–{high} %"
