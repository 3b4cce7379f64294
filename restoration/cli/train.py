"""``train``: one step of training a preset's networks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from restoration.errors import SettingsError

DataOption = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="RESTORE_OLD_PHOTO_DATA",
        help="Folder of photographs: photos/train, faces/train, old/train, defects/train; see docs/data.md.",
    ),
]


def train(
    step: Annotated[
        str,
        typer.Argument(
            help="pairs, tone, scratch-detector, self-training, vae-a, vae-b, mapping, refine, face-pairs, face, "
            "inpainting-pictures, inpainting, export; direct-unet, a baseline; or all: those that the preset needs, "
            "in this order."
        ),
    ],
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for pairs, checkpoints, logs and weights.")],
    preset: Annotated[str, typer.Option(help="compact, or paper: the published networks and settings.")] = "compact",
    hours: Annotated[float | None, typer.Option(help="Time budget of each training; the preset's by default.")] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Budget in steps instead of hours, to compare fairly.")
    ] = None,
    start: Annotated[
        list[Path] | None,
        typer.Option(help="Begin with the weights of this .safetensors file; may be given more than once."),
    ] = None,
    non_local: Annotated[
        bool, typer.Option(help="The partial non-local block in the mapping; without it to measure its worth.")
    ] = True,
    latent: Annotated[
        bool,
        typer.Option(help="VAEs first; without them the mapping learns on pictures alone, to measure their worth."),
    ] = True,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Train networks; what was stopped goes on where it was."""
    try:
        from restoration.training.steps import ALL_STEPS, STEPS, run_step
        from restoration.training.workshop import Workshop
    except ImportError as error:
        raise SettingsError(
            f"Training needs {error.name}.", "Install it with: pip install 'restore-old-photo[train]'."
        ) from error
    from restoration.weights.files import read_networks

    if preset not in STEPS:
        raise SettingsError(f"There is no preset {preset!r} to train.", f"Choose one of: {', '.join(STEPS)}.")
    if step not in (*ALL_STEPS, "all"):
        raise SettingsError(f"There is no step {step!r}.", f"Choose one of: {', '.join(ALL_STEPS)}, all.")
    if hours is not None and not 0 < hours < 10_000:
        raise SettingsError(f"The time budget is {hours} hours.", "Give a number above 0.")
    if hours is not None and steps is not None:
        raise SettingsError("Both --hours and --steps are given.", "Give one of them.")
    known = {name: state for path in start or () for name, state in read_networks(path).items()}
    shop = Workshop(data, out, device, preset, known, non_local, latent)  # type: ignore[arg-type] # checked above
    for name in STEPS[preset] if step == "all" else (step,):
        run_step(name, shop, hours, steps)
