"""What a job will take, and whether it fits, said before it begins. Workers told the models; here is arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from server.pace import Pace
from server.protocol import Picture, ProtocolError, Submit, message, read_picture, read_settings
from server.stages import planned_stages


@dataclass(frozen=True)
class Question:
    """A checked request ``forecast``.

    Attributes:
        picture: the photo's.
        settings: as they came.
        device: one of ``protocol.DEVICES``.
        preset: as it came.
    """

    picture: Picture
    settings: Mapping[str, Any]
    device: str
    preset: str


def read_question(header: Mapping[str, Any]) -> Question:
    """A checked request ``forecast``.

    Raises:
        ProtocolError: ``bad-message``, ``picture`` or ``settings``.
    """
    picture = header.get("picture")
    if not isinstance(picture, dict):
        raise ProtocolError(
            "bad-message", "The request says of no picture what it would take.", "Send a map as its picture."
        )
    return Question(read_picture(picture), *read_settings(header))


def answer(question: Question, facts: Mapping[str, Any], device: str | None, pace: Pace) -> dict[str, Any]:
    """The message ``forecast``.

    Args:
        question: what was asked.
        facts: see ``needed_bytes``; ``free_bytes`` and ``further`` among them.
        device: where the job would run; None while that is not known.
        pace: of that device.
    """
    job = question.picture, question.settings, question.preset, facts
    needed, least = needed_bytes(*job), needed_bytes(*job, sparing=True)
    free = facts.get("free_bytes")
    fits = None
    if needed is not None and least is not None and free is not None:
        fits, needed = least <= free, min(needed, max(least, free))  # it makes do with what there is
    width, height = worked_size(question.picture, question.settings)
    stages = planned_stages(question.settings, has_mask=False, further=facts.get("further", ()))
    seconds = pace.total(question.preset, stages, width * height / 1e6)
    return message(
        "forecast",
        needed_bytes=needed,
        free_bytes=free,
        fits=fits,
        seconds=None if seconds is None else round(seconds, 1),
        device=device,
    )


def check_memory(submit: Submit, facts: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """What a job will need and what is free, in bytes; None where the worker has not told yet.

    Args:
        submit: the job.
        facts: see ``needed_bytes``; ``free_bytes`` is what the worker could have in all, with what it holds already.

    Raises:
        ProtocolError: ``memory``, it will not fit, with the smallest tiles and working size too.
    """
    free = facts.get("free_bytes")
    job = submit.inputs["photo"].picture, submit.settings, submit.preset, facts
    needed, least = needed_bytes(*job), needed_bytes(*job, sparing=True)
    if free is None or needed is None or least is None:
        return None, free
    if least > free:
        raise ProtocolError(
            "memory",
            f"The photo needs about {least / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free.",
            "Choose a smaller region, close other programs, or scale the photo down.",
            needed_bytes=least,
            free_bytes=free,
        )
    return min(needed, max(least, free)), free


def needed_bytes(
    photo: Picture, settings: Mapping[str, Any], preset: str, facts: Mapping[str, Any], *, sparing: bool = False
) -> int | None:
    """What a job will need; None where no worker has told yet, or it knows no such preset.

    Args:
        photo, settings, preset: of the job.
        facts: of a worker: ``memory`` maps a preset to the numbers of ``restoration.memory.MemoryModel``.
        sparing: with the smallest tiles and working size, to which the worker resorts where memory is short.
    """
    model = facts.get("memory", {}).get(preset)
    if model is None:
        return None
    width, height = worked_size(photo, settings)
    side = model["least_tile_side" if sparing else "tile_side"]
    # What the fixed part holds for a whole tile is too much for a picture that is smaller than one.
    spared = (model["tile_side"] ** 2 - min(width, side) * min(height, side)) * model["per_tile_pixel"]
    asked = settings.get("working_megapixels")
    wanted = asked * 1e6 if isinstance(asked, (int, float)) and asked > 0 else model["working_pixels"]
    working = min(width * height, model["least_working_pixels"] if sparing else wanted)
    line = width * height * model["per_pixel"][str(photo.depth)] + working * model["per_working_pixel"]
    return photo.bytes + max(0, int(model["fixed"] - spared + line))


def worked_size(photo: Picture, settings: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of what a job works on: the photo, or at most the region in it."""
    region = settings.get("region")
    sides = (region.get("width"), region.get("height")) if isinstance(region, dict) else (None, None)
    width, height = (
        min(whole, part) if isinstance(part, int) and part > 0 else whole
        for whole, part in zip((photo.width, photo.height), sides, strict=True)
    )
    return width, height


def available_memory() -> int:
    """Bytes that a worker which does not run yet could have. Those of the machine: it will look more closely itself."""
    return int(psutil.virtual_memory().available)
