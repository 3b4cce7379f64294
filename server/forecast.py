"""Whether a job fits into memory, said before it begins. The worker told the model; here is only arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.protocol import ProtocolError, Submit


def check_memory(submit: Submit, facts: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """What a job will need and what is free, in bytes; None where the worker has not told yet.

    Args:
        submit: the job.
        facts: of the worker: ``memory`` maps a preset to the numbers of ``restoration.memory.MemoryModel``;
            ``free_bytes`` is what the worker could have in all, with what it holds already.

    Raises:
        ProtocolError: ``memory``, it will not fit.
    """
    free = facts.get("free_bytes")
    model = facts.get("memory", {}).get(submit.preset)
    if free is None or model is None:
        return None, free
    photo = submit.inputs["photo"].picture
    width, height = _worked_size(submit)
    # What the fixed part holds for a whole tile is too much for a picture that is smaller than one.
    tile = min(width, model["tile_side"]) * min(height, model["tile_side"])
    spared = (model["tile_side"] ** 2 - tile) * model["per_tile_pixel"]
    needed = photo.bytes + max(0, int(model["fixed"] - spared + width * height * model["per_pixel"][str(photo.depth)]))
    if needed > free:
        raise ProtocolError(
            "memory",
            f"The photo needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free.",
            "Choose a smaller region, close other programs, or scale the photo down.",
            needed_bytes=needed,
            free_bytes=free,
        )
    return needed, free


def _worked_size(submit: Submit) -> tuple[int, int]:
    """Width and height of what the job works on: the photo, or the region in it."""
    photo, region = submit.inputs["photo"].picture, submit.settings.get("region")
    sides = (region.get("width"), region.get("height")) if isinstance(region, dict) else (None, None)
    width, height = (
        min(whole, part) if isinstance(part, int) and part > 0 else whole
        for whole, part in zip((photo.width, photo.height), sides, strict=True)
    )
    return width, height
