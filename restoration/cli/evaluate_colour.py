"""``evaluate-colour``: photographs made grey and coloured again, against themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

import typer

from restoration.cli.options import DeviceOption, ForceOption
from restoration.errors import SettingsError
from restoration.settings import Device, Settings

if TYPE_CHECKING:
    from restoration.device import Compute
    from restoration.evaluation.colour import JudgedColours
    from restoration.presets.interface import Colouriser

T = TypeVar("T")
FIGURES = "colour.json"


def evaluate_colour(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", envvar="RESTORE_OLD_PHOTO_DATA", help="Folder with photos/test and faces/test; see docs/data.md."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for colour.json and the contact sheets.")
    ] = None,
    pictures: Annotated[int, typer.Option(help="How many pictures of each set, at most.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="Another one puts the hints elsewhere.", min=0)] = 0,
    weights: Annotated[
        Path | None, typer.Option(help="A colour network that is not bundled: .safetensors, keys colour.*.")
    ] = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Make photographs grey, colour them with and without hints, and compare them with what they were."""
    try:
        from restoration.evaluation.colour import evaluate_colour as run
    except ImportError as error:
        raise SettingsError(
            f"Evaluation needs {error.name}.", "Install it with: pip install 'restore-old-photo[evaluate]'."
        ) from error
    from restoration.device import choose_compute

    settings = Settings(device=cast(Device, device))
    if data is None:
        raise SettingsError("No data was named.", "Add --data DIR.")
    if out is not None:
        _prepare(out, pictures, force)
    judged = run(data, _colouriser(weights, choose_compute(settings.device)), pictures, seed, _tracked)
    _print_table(judged)
    if out is not None:
        _write(judged, out, force)


def _prepare(out: Path, pictures: int, force: bool) -> None:
    """Makes the folder; what is there already is refused before the work rather than after."""
    from restoration.cli.outputs import check_named_output
    from restoration.errors import OutputError
    from restoration.evaluation.colour_sheets import page_names

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made a folder: {error.strerror}.", "Choose another place.") from error
    for name in (FIGURES, *page_names(2 * pictures)):
        check_named_output(out / name, overwrite=force)


def _colouriser(weights: Path | None, compute: Compute) -> Colouriser:
    from restoration.networks.compact_colour import ColourNetwork
    from restoration.presets.compact_colouriser import CompactColouriser
    from restoration.weights.files import read_networks
    from restoration.weights.registry import COMPACT_COLOUR, load_bundled

    if weights is None:
        states = load_bundled(COMPACT_COLOUR)
    else:
        states = read_networks(weights, "Name a .safetensors file that training exported with --weights.")
    return CompactColouriser(ColourNetwork.from_state_dict(states.get("colour", {})), compute)


def _tracked(items: Iterable[T], title: str, total: int) -> Iterable[T]:
    from rich.console import Console
    from rich.progress import track

    return track(items, title, total=total, console=Console(stderr=True))


def _print_table(judged: dict[str, list[JudgedColours]]) -> None:
    from restoration.evaluation.colour import mean_figures

    typer.echo("| | ΔE grey | ΔE coloured | ΔE with hints | ΔE at hints | colourfulness, of the true |")
    typer.echo("|---|---|---|---|---|---|")
    for name, some in judged.items():
        mean = mean_figures(some)
        shares = (mean.colourfulness, mean.colourfulness_hinted)
        of_true = ", with hints ".join(f"{share / mean.colourfulness_true:.0%}" for share in shares)
        typer.echo(
            f"| {name} ({len(some)}) | {mean.grey:.2f} | {mean.coloured:.2f} | {mean.hinted:.2f} "
            f"| {mean.at_hints:.2f} | {of_true} |"
        )


def _write(judged: dict[str, list[JudgedColours]], out: Path, force: bool) -> None:
    from restoration.atomic_file import atomic_file
    from restoration.evaluation.colour import mean_figures
    from restoration.evaluation.colour_sheets import colour_pages, page_names

    everything = [one for some in judged.values() for one in some]
    document = {
        name: {
            "mean": asdict(mean_figures(some)),
            "pictures": [{"name": one.name, **asdict(one.figures)} for one in some],
        }
        for name, some in judged.items()
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    files = dict(zip(page_names(len(everything)), colour_pages(everything), strict=True))
    for name, content in {FIGURES: text.encode(), **files}.items():
        with atomic_file(out / name, overwrite=force) as file:
            file.write(content)
        typer.echo(out / name)
