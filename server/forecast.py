"""Whether a job fits into memory, said before it begins. The worker told the model; here is only arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.protocol import ProtocolError, Submit


def check_memory(submit: Submit, facts: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """What a job will need and what is free, in bytes; None where the worker has not told yet.

    Args:
        submit: the job.
        facts: of the worker: ``memory`` maps a preset to its fixed bytes and its bytes a pixel, for 8 and for 16 bits;
            ``free_bytes`` is what the worker could have in all, with what it holds already.

    Raises:
        ProtocolError: ``memory``, it will not fit.
    """
    free = facts.get("free_bytes")
    model = facts.get("memory", {}).get(submit.preset)
    if free is None or model is None:
        return None, free
    photo = submit.inputs["photo"].picture
    needed = int(model["fixed"] + photo.bytes + _pixels(submit) * model["per_pixel"][str(photo.depth)])
    if needed > free:
        raise ProtocolError(
            "memory",
            f"The photo needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free.",
            "Choose a smaller region, close other programs, or scale the photo down.",
            needed_bytes=needed,
            free_bytes=free,
        )
    return needed, free


def _pixels(submit: Submit) -> int:
    """How many pixels the job works on: the photo's, or those of the region."""
    photo, region = submit.inputs["photo"].picture, submit.settings.get("region")
    sides = (region.get("width"), region.get("height")) if isinstance(region, dict) else (None, None)
    width, height = (
        min(whole, part) if isinstance(part, int) and part > 0 else whole
        for whole, part in zip((photo.width, photo.height), sides, strict=True)
    )
    return width * height
