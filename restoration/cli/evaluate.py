"""``evaluate``: aged photographs, restored, against their originals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

import typer

from restoration.cli.options import DeviceOption, ForceOption, PresetOption
from restoration.errors import SettingsError
from restoration.settings import Device, Preset, Settings

if TYPE_CHECKING:
    from restoration.evaluation.outcome import Outcome
    from restoration.evaluation.run import Contestants

T = TypeVar("T")

FILES = ("metrics.json", "report.html", "ab.html")


def evaluate(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            envvar="RESTORE_OLD_PHOTO_DATA",
            help="Folder with photos/test, old/test, defects/test; see docs/data.md.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for report.html, ab.html, metrics.json and scans/.")
    ] = None,
    photos: Annotated[int, typer.Option(help="How many aged photographs, at most.", min=1)] = 60,
    recipe: Annotated[str, typer.Option(help="Kind of decay, a recipe of restore-old-photo age.")] = "benchmark",
    pairs: Annotated[
        Path | None,
        typer.Option(
            help="Instead of ageing: a folder with NAME_clean.png, NAME_aged.png and NAME_mask.png of another program."
        ),
    ] = None,
    sound: Annotated[int, typer.Option(help="How many sound photographs; 0 leaves them out.", min=0)] = 30,
    scans: Annotated[int, typer.Option(help="How many real scans, at most; 0 leaves them out.", min=0)] = 40,
    baseline: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="A restorer trained for comparison (safetensors); may be repeated."),
    ] = None,
    deep_image_prior: Annotated[
        int, typer.Option(help="How many photographs deep image prior gets; four minutes each on a CPU.", min=0)
    ] = 0,
    perception: Annotated[
        Path | None,
        typer.Option(help="Folder of the networks of LPIPS and FID.", show_default="where torch keeps downloads"),
    ] = None,
    preset: PresetOption = "compact",
    models: Annotated[
        str | None,
        typer.Option(
            "--models", metavar="DIR", help="Folder of the published networks: where there are any, they take part."
        ),
    ] = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Age photographs with seeds that training never used, restore them, and compare; see docs/evaluation.md."""
    try:
        from restoration.evaluation.run import Plan
        from restoration.evaluation.run import evaluate as run
    except ImportError as error:
        raise SettingsError(
            f"Evaluation needs {error.name}.", "Install it with: pip install 'restore-old-photo[evaluate]'."
        ) from error
    from restoration.ageing import RECIPES

    if recipe not in RECIPES:
        raise SettingsError(f"There is no recipe {recipe!r}.", f"Choose one of: {', '.join(RECIPES)}.")
    settings = Settings(preset=cast(Preset, preset), models=models, device=cast(Device, device))
    if data is None and not (pairs and not sound and (not scans or not out)):
        raise SettingsError("No data was named.", "Add --data DIR, or --pairs DIR with --sound 0 --scans 0.")
    sheets = _prepared(out, scans > 0, force)
    contestants = _contestants(settings, baseline or [])
    plan = Plan(data or Path(), photos, recipe, pairs, sound, scans, deep_image_prior, perception)
    outcome = run(plan, contestants, sheets, _tracked)
    _print_table(outcome)
    if out is not None:
        _write(outcome, out, force)


def _prepared(out: Path | None, with_sheets: bool, force: bool) -> Path | None:
    """Makes the folders; what is there already is refused before hours of work rather than after."""
    from restoration.atomic_file import check_output
    from restoration.errors import OutputError

    if out is None:
        return None
    sheets = out / "scans"
    try:
        (sheets if with_sheets else out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made a folder: {error.strerror}.", "Choose another place.") from error
    for name in FILES:
        check_output(out / name, overwrite=force)
    return sheets if with_sheets else None


def _contestants(settings: Settings, baselines: list[str]) -> Contestants:
    from restoration.device import choose_compute
    from restoration.evaluation.methods import methods_of
    from restoration.evaluation.run import Contestants
    from restoration.evaluation.trained_baseline import TrainedBaseline, load_baseline
    from restoration.presets import load_models
    from restoration.presets.loading import official_folder

    compute = choose_compute(settings.device)
    networks = load_models(settings.preset, compute, settings.models)
    taken = {method.name for method in methods_of(networks, {}, networks, 1)}
    loaded: dict[str, TrainedBaseline] = {}
    for text in baselines:
        name, equals, file = (part.strip() for part in text.partition("="))
        if not (name and equals and file) or name in taken or name in loaded:
            raise SettingsError(
                f"The baseline {text!r} is not NAME=FILE with a name of its own.",
                f"Names that are taken: {', '.join(sorted(taken | set(loaded)))}.",
            )
        loaded[name] = load_baseline(Path(file), compute)
    # Named or not: where the published networks are, they take part.
    there = settings.models is not None or official_folder(None).is_dir()
    official = load_models("official", compute, settings.models) if there and settings.preset != "official" else None
    return Contestants(settings.preset, compute.device.type, networks, loaded, official)


def _tracked(items: Iterable[T], title: str, total: int) -> Iterable[T]:
    from rich.console import Console
    from rich.progress import track

    return track(items, title, total=total, console=Console(stderr=True)) if total else items


def _print_table(outcome: Outcome) -> None:
    from restoration.evaluation.report.figures import sound_summary

    header = "PSNR (dB) | SSIM | PSNR, tone fitted | PSNR, damage alone"
    typer.echo(f"| {len(outcome.judged)} photographs | {header} |\n|---|---|---|---|---|")
    for method in outcome.methods:
        mean = outcome.mean(method)
        cells = (("psnr", 2), ("ssim", 3), ("psnr_tone_fitted", 2), ("psnr_damaged", 2))
        texts = ["–" if mean[name] is None else f"{mean[name]:.{digits}f}" for name, digits in cells]
        typer.echo(f"| {method} | {' | '.join(texts)} |")
    if (found := outcome.detection) is not None:
        typer.echo(
            f"\nScratches: area under the ROC curve {found.auc:.3f}, F1 {found.default_f1:.3f} at the default "
            f"threshold, {found.best_f1:.3f} at the best ({found.best_threshold:.2f})."
        )
    if (sound := sound_summary(outcome)) is not None:
        typer.echo(
            f"{sound['photographs']} sound photographs: SSIM {sound['ssim_lowest']:.3f} or more, "
            f"{sound['below_asked']} below {sound['ssim_asked']}; {sound['marked_share_mean']:.2%} marked."
        )
    for sentence in outcome.empty.values():
        typer.echo(sentence)


def _write(outcome: Outcome, out: Path, force: bool) -> None:
    from restoration.atomic_file import atomic_file
    from restoration.evaluation.report import ab_page, figures_document, report_page

    document = json.dumps(figures_document(outcome), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, text in zip(FILES, (document, report_page(outcome), ab_page(outcome)), strict=True):
        with atomic_file(out / name, overwrite=force) as file:
            file.write(text.encode())
        typer.echo(out / name)
