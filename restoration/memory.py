"""How much memory restoring takes, and how much there is. No torch in here: who asks may not want to load it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from restoration.errors import MemoryShortError, SettingsError
from restoration.tiling import DETECT_CONTEXT, DETECT_PIXELS, LARGEST_CORE, RESTORE_CONTEXT, TILE_CORE, tiles


@dataclass(frozen=True)
class MemoryModel:
    """Peak memory of a process that restores: a straight line over the picture's pixels.

    Attributes:
        fixed_bytes: interpreter, libraries, weights.
        bytes_per_pixel: of an RGB picture of 8 bits, the photo itself and its layers among them.
        bytes_per_pixel_16: of one of 16 bits.
        bytes_per_working_pixel: of the picture that the restoring networks see.
        working_pixels: to so many it is reduced, unless the user wants it otherwise.
        bytes_per_tile_pixel: of the largest tile, with its context; 0 where the networks see their picture whole.
    """

    fixed_bytes: int
    bytes_per_pixel: int
    bytes_per_pixel_16: int
    bytes_per_working_pixel: int
    working_pixels: int
    bytes_per_tile_pixel: int


#: By preset. Measured as the peak of ``tests/peak_of_restoring.py`` on Linux x86-64, 2 cores, torch 2.13 for CPUs in
#: float32, noise with a painted mask of two bars; peaks in MB (10^6 bytes):
#:
#: * compact: 409 for 32×32, 694 for 816×612, 1061 for 1732×1155, 1376 for 3000×2000, 2131 for 6000×4000 (2383 for 16
#:   bits, 2247 with the quality stage off), 5830 for 12247×8165. A pixel of a tile takes up to
#:   480 bytes in the detector, 520 in the restorer. A hole to be filled and colours do not add to the peak: with them
#:   742 for 816×612, 1668 for 3000×2200 of 16 bits.
#: * official, random weights of the published sizes: 1354 for 256×256 (weights, files mapped among them), 1523 for
#:   512×512, 2246 for 1000×1000; with patch attention 2637 for 1280×1024, 3389 for 1600×1200: 1000 bytes a pixel up to
#:   one megapixel, 1250 above it. With its detector at the size "native" it takes far more; that is not foreseen here.
#:
#: The numbers are those, rounded up by 5 to 30 in the hundred. Builds of torch with CUDA load more libraries.
MODELS: dict[str, MemoryModel] = {
    "compact": MemoryModel(
        fixed_bytes=560_000_000,
        bytes_per_pixel=50,
        bytes_per_pixel_16=62,
        bytes_per_working_pixel=30,
        working_pixels=6_000_000,
        bytes_per_tile_pixel=560,
    ),
    "official": MemoryModel(
        fixed_bytes=1_450_000_000,
        bytes_per_pixel=50,
        bytes_per_pixel_16=62,
        bytes_per_working_pixel=1250,
        working_pixels=2_000_000,
        bytes_per_tile_pixel=0,
    ),
}

#: Tiles are not made smaller than this to save memory: the context around them would be nearly all of the work.
SMALLEST_CORE = 128
#: Nor is a picture reduced to less than this.
LEAST_WORKING_PIXELS = 250_000
#: Of the memory that is free, so much is used unasked.
SHARE_OF_FREE = 0.9


def forecast(
    preset: str,
    width: int,
    height: int,
    depth: Literal[8, 16] = 8,
    working_pixels: float | None = None,
    core: int = LARGEST_CORE,
) -> int:
    """Peak resident memory in bytes of a process that restores an RGB picture on the CPU, with all stages on.

    It errs on the safe side. A stage cache is not in it: add its limit. On a GPU, networks take theirs from the GPU's
    memory, and this is too much.

    Args:
        preset: compact or official.
        width, height: of the picture, or of the region of it that is worked in.
        depth: bits a channel.
        working_pixels: to which the picture is reduced for the networks that restore; None is the preset's own.
        core: kept pixels a side of the largest tiles.

    Raises:
        SettingsError: there is no such preset.
        ValueError: the picture has no pixels.
    """
    if preset not in MODELS:
        raise SettingsError(f"There is no preset {preset!r}.", f"Choose one of: {', '.join(MODELS)}.")
    if width < 1 or height < 1:
        raise ValueError(f"a picture is not {width}×{height}")
    model = MODELS[preset]
    pixels = width * height
    working = min(pixels, model.working_pixels if working_pixels is None else working_pixels)
    tile = max(
        _largest_tile(width, height, min(pixels, DETECT_PIXELS), core, DETECT_CONTEXT),
        _largest_tile(width, height, working, min(core, TILE_CORE), RESTORE_CONTEXT),
    )
    per_pixel = model.bytes_per_pixel_16 if depth == 16 else model.bytes_per_pixel
    line = pixels * per_pixel + working * model.bytes_per_working_pixel
    return int(model.fixed_bytes + line + tile * model.bytes_per_tile_pixel)


def _largest_tile(width: int, height: int, seen: float, core: int, context: int) -> int:
    """Pixels of the largest tile, with its context, of a picture that is reduced to ``seen`` pixels."""
    factor = math.sqrt(seen / (width * height))
    plan = tiles(max(1, round(height * factor)), max(1, round(width * factor)), core, context)
    return max((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in (t.seen for t in plan))


@dataclass(frozen=True)
class MemoryPlan:
    """How a picture is worked on so that the memory suffices.

    Attributes:
        core: kept pixels a side of the largest tiles; smaller ones take longer.
        working_pixels: to which the picture is reduced for the networks that restore.
        needed_bytes: the forecast.
    """

    core: int
    working_pixels: float
    needed_bytes: int


def plan_within(
    budget: int, preset: str, width: int, height: int, depth: Literal[8, 16] = 8, working_pixels: float | None = None
) -> MemoryPlan:
    """The best way to restore a picture within so much memory: smaller tiles first, then a smaller working size.

    Args:
        budget: in bytes.
        preset, width, height, depth, working_pixels: see ``forecast``.

    Raises:
        MemoryShortError: the budget is too small for the picture.
        SettingsError, ValueError: as of ``forecast``.
    """
    core, working = LARGEST_CORE, MODELS[preset].working_pixels if working_pixels is None else working_pixels
    while True:
        needed = forecast(preset, width, height, depth, working, core)
        if needed <= budget:
            return MemoryPlan(core, working, needed)
        if core > SMALLEST_CORE:
            core = max(SMALLEST_CORE, core // 2)
        elif working > LEAST_WORKING_PIXELS:
            working = max(LEAST_WORKING_PIXELS, min(working, width * height) / 2)
        else:
            raise MemoryShortError(
                f"The photo needs {needed / 1e9:.1f} GB of memory at least, and {budget / 1e9:.1f} GB may be used.",
                "Choose a region, close other programs, or allow more memory.",
            )


def own_memory() -> int:
    """Bytes that this process holds already."""
    return int(psutil.Process().memory_info().rss)


def free_memory(root: Path = Path("/")) -> int:
    """Bytes that this process could still have, in the machine and in the control groups that confine it (Linux).

    Args:
        root: of the file system in which the control groups are looked up.
    """
    free = int(psutil.virtual_memory().available)
    return max(0, min([free, *_free_in_groups(root)]))


def _free_in_groups(root: Path) -> list[int]:
    """What each control group over this process leaves; in containers and services it is often less than the machine's.

    Version 2 has one tree for everything, version 1 one for each resource.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []  # no control groups on this system
    left: list[int] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        mounted = root / "sys/fs/cgroup"
        if controllers == "":
            names = ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            mounted = mounted / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        group = mounted / path.lstrip("/")
        # A group has no more than those above it. Inside a container the path may be that outside: then there is only
        # the mounted group itself.
        while group != mounted and mounted in group.parents:
            left += _left(group, *names)
            group = group.parent
        left += _left(mounted, *names)
    return left


def _left(group: Path, limit: str, used: str, reclaimable: str) -> list[int]:
    """What one group leaves, or nothing if it has no limit."""
    try:
        most, now = (group / limit).read_text(encoding="ascii").strip(), int((group / used).read_text(encoding="ascii"))
        statistics = (group / "memory.stat").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []  # not a group, or one without the memory controller
    if most == "max":
        return []
    # Cached files count as used, but go when memory is wanted.
    cached = sum(int(line.split()[1]) for line in statistics if line.split()[0] == reclaimable)
    return [int(most) - now + cached]
