"""``train``: one step of training the compact preset."""

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
        str, typer.Argument(help="pairs, tone, scratch-detector, vae-a, vae-b, mapping, export; or all, in this order.")
    ],
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for pairs, checkpoints, logs and weights.")],
    hours: Annotated[float | None, typer.Option(help="Time budget of this step; the plan's by default.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Train the networks of the compact preset; what was stopped goes on where it was."""
    from restoration.training.compact import STEPS, Workshop, run_step

    if step not in (*STEPS, "all"):
        raise SettingsError(f"There is no step {step!r}.", f"Choose one of: {', '.join(STEPS)}, all.")
    if hours is not None and not 0 < hours < 10_000:
        raise SettingsError(f"The time budget is {hours} hours.", "Give a number above 0.")
    for name in STEPS if step == "all" else (step,):
        run_step(name, Workshop(data, out, device), hours)
