"""What the worker tells of itself when it is ready: its device, its models with their licences, and their memory."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import torch

from restoration import memory
from restoration.device import Compute
from restoration.presets.loading import official_folder
from restoration.stages.discovery import discovered
from restoration.tiling import DETECT_CONTEXT, LARGEST_CORE, RESTORE_CONTEXT, TILE_CORE
from restoration.weights.registry import BUNDLED, is_there
from server.protocol import MAX_NAME

#: Of the largest tile, with its context.
_TILE_SIDE = max(LARGEST_CORE + 2 * DETECT_CONTEXT, TILE_CORE + 2 * RESTORE_CONTEXT)


def models() -> list[dict[str, Any]]:
    """The presets as the message ``models`` lists them."""
    bundled = [
        {"name": one.name, "licence": one.licence, "available": is_there(one), "networks": list(one.networks)}
        for one in BUNDLED
    ]
    complete = all(one["available"] for one in bundled)
    folder = official_folder(None)
    there = folder.is_dir()
    return [
        {
            "name": "compact",
            "available": complete,
            "sentence": "Comes with the program." if complete else "Some of its weights are missing.",
            "weights": bundled,
        },
        {
            "name": "official",
            "available": there,
            "sentence": f"In {folder}." if there else f"Not installed: {folder} does not exist.",
            "weights": [],
        },
    ]


def further_stages() -> list[dict[str, Any]]:
    """The further stages as the message ``models`` lists them, in the order in which they run."""
    return [
        {
            "name": stage.name,
            "title": stage.title,
            "sentence": stage.sentence,
            "on_by_default": stage.on_by_default,
        }
        for stage in discovered().stages.values()
    ]


def device_name(compute: Compute, cpu_facts: Path = Path("/proc/cpuinfo")) -> str | None:
    """What the maker calls the graphics card, or the processor; at most 64 characters, None if nobody says it.

    Args:
        compute: where the networks run.
        cpu_facts: Linux's list of processors, of which Python's ``platform`` knows nothing.
    """
    if compute.device.type == "cuda":
        name = torch.cuda.get_device_name(compute.device)
    else:
        name = platform.processor()
        if cpu_facts.is_file():
            lines = cpu_facts.read_text(encoding="utf-8", errors="replace").splitlines()
            names = [value for key, _, value in (line.partition(":") for line in lines) if key.strip() == "model name"]
            name = names[0] if names else name
    printable = "".join(one for one in " ".join(name.split()) if one.isprintable())
    return printable[:MAX_NAME] or None


def memory_models() -> dict[str, Any]:
    """By preset, the numbers from which the broker forecasts; see ``restoration.memory``."""
    return {
        name: {
            "fixed": model.fixed_bytes + _TILE_SIDE**2 * model.bytes_per_tile_pixel,
            "per_pixel": {"8": model.bytes_per_pixel, "16": model.bytes_per_pixel_16},
            "per_working_pixel": model.bytes_per_working_pixel,
            "working_pixels": model.working_pixels,
            "least_working_pixels": memory.LEAST_WORKING_PIXELS,
            "per_tile_pixel": model.bytes_per_tile_pixel,
            "tile_side": _TILE_SIDE,
            "least_tile_side": memory.SMALLEST_CORE + 2 * RESTORE_CONTEXT,
        }
        for name, model in memory.MODELS.items()
    }
