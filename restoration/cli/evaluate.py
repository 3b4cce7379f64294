"""``evaluate``: aged photographs, restored, against their originals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from restoration.cli.options import DeviceOption, ForceOption, ModelsOption, PresetOption
from restoration.cli.train import DataOption
from restoration.errors import PictureError, SettingsError


def evaluate(
    data: DataOption,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write figures and pictures here.")] = None,
    photos: Annotated[int, typer.Option(help="How many photographs of photos/test.", min=1)] = 60,
    recipe: Annotated[str, typer.Option(help="Kind of decay: benchmark, heavy, default or structured.")] = "benchmark",
    preset: PresetOption = "compact",
    models: ModelsOption = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Age photographs with seeds that training never used, restore them, and print a table."""
    try:
        from restoration.evaluation.benchmark import detection_auc, mean_scores, run_benchmark
        from restoration.evaluation.sheets import save_sheets
    except ImportError as error:
        raise SettingsError(
            f"Evaluation needs {error.name}.", "Install it with: pip install 'restore-old-photo[evaluate]'."
        ) from error
    from rich.console import Console
    from rich.progress import track

    from restoration.ageing import RECIPES, Materials
    from restoration.atomic_file import check_output
    from restoration.device import choose_compute
    from restoration.presets import load_models
    from restoration.settings import Settings
    from restoration.training.pairs import list_pictures

    if recipe not in RECIPES:
        raise SettingsError(f"There is no recipe {recipe!r}.", f"Choose one of: {', '.join(RECIPES)}.")
    settings = Settings(preset=preset, models=models, device=device)  # type: ignore[arg-type] # checked in there
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        check_output(out / "metrics.json", overwrite=force)
    folder = data / "photos/test"
    if not folder.is_dir():
        raise PictureError(f"There is no folder {folder}.", "Name the data's folder with --data.")
    found = list_pictures(folder)
    chosen = found[:: max(1, len(found) // photos)][:photos]
    networks = load_models(settings.preset, choose_compute(settings.device), settings.models)
    defects = data / "defects/test"
    materials = Materials.from_folder(defects) if defects.is_dir() else None
    bench = run_benchmark(chosen, networks, materials, RECIPES[recipe])
    judged = list(track(bench, "Evaluating", total=len(chosen), console=Console(stderr=True)))

    means, auc = mean_scores(judged), detection_auc(judged)
    typer.echo(f"| {len(judged)} aged photographs | PSNR (dB) | SSIM |\n|---|---|---|")
    for method, score in means.items():
        typer.echo(f"| {method} | {score.psnr:.2f} | {score.ssim:.3f} |")
    typer.echo(f"\nScratch detection, area under the ROC curve: {auc:.3f}")
    if out is not None:
        figures = {method: {"psnr": score.psnr, "ssim": score.ssim} for method, score in means.items()}
        text = json.dumps({"recipe": recipe, "photos": len(judged), "mean": figures, "scratch_auc": auc}, indent=1)
        (out / "metrics.json").write_text(text + "\n")
        save_sheets(judged, out)
        typer.echo(out)
