"""``restore-old-photo stages``."""

from __future__ import annotations

import typer

from restoration.settings import STAGE_NAMES, Settings

_BUILT_IN = {
    "scratches": "Finds scratches, or takes a mask, and repairs them.",
    "quality": "Undoes fading, grain and blur.",
    "inpainting": "Fills damage that is too wide to be repaired as a scratch.",
    "faces": "Draws faces anew, each on a layer of its own.",
    "colour": "Gives colours to a photo that has none.",
}


def stages() -> None:
    """List the stages that there are, those of other installed packages among them."""
    from restoration.stages.discovery import discovered

    found = discovered()
    lines = [(name, getattr(Settings(), name).enabled, _BUILT_IN[name]) for name in STAGE_NAMES]
    lines += [(name, stage.on_by_default, stage.sentence) for name, stage in found.stages.items()]
    width = max(len(name) for name, _, _ in lines)
    for name, on, sentence in lines:
        typer.echo(f"{name:{width}}  {'on ' if on else 'off'}  {sentence}")
    for sentence in found.failures.values():
        typer.echo(sentence, err=True)
