"""What the worker tells of itself when it is ready: models and their licences, and what memory they take."""

from __future__ import annotations

from typing import Any

from restoration import memory
from restoration.presets.loading import official_folder
from restoration.tiling import RESTORE_CONTEXT, TILE_CORE
from restoration.weights.registry import BUNDLED, is_there


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


def memory_models() -> dict[str, Any]:
    """By preset, the numbers from which the broker forecasts; see ``restoration.memory``."""
    return {
        name: {
            "fixed": model.fixed_bytes,
            "per_pixel": {"8": model.bytes_per_pixel, "16": model.bytes_per_pixel_16},
            "per_tile_pixel": model.bytes_per_tile_pixel,
            "tile_side": TILE_CORE + 2 * RESTORE_CONTEXT,
        }
        for name, model in memory.MODELS.items()
    }
