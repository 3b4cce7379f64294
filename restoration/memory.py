"""How much memory restoring takes, and how much there is. No torch in here: who asks may not want to load it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from restoration.errors import SettingsError
from restoration.tiling import RESTORE_CONTEXT, TILE_CORE, tiles


@dataclass(frozen=True)
class MemoryModel:
    """Peak memory of a process that restores: a straight line over the picture's pixels.

    Attributes:
        fixed_bytes: interpreter, libraries, weights, and a whole tile where the networks work tile by tile.
        bytes_per_pixel: of an RGB picture of 8 bits, the photo itself and its layers among them.
        bytes_per_pixel_16: of one of 16 bits.
        bytes_per_tile_pixel: what ``fixed_bytes`` holds too much for each pixel that a picture lacks to a whole tile;
            0 where the networks see the picture whole.
    """

    fixed_bytes: int
    bytes_per_pixel: int
    bytes_per_pixel_16: int
    bytes_per_tile_pixel: int


#: By preset. Measured as ``ru_maxrss`` of ``tests/peak_of_restoring.py`` on Linux x86-64, 2 cores, torch 2.13 for CPUs
#: in float32, noise with a painted mask of two bars; peaks in MB (10^6 bytes):
#:
#: * compact: 409 for 32×32, 694 for 816×612, 762 for 1414×1060, 1455 for 2828×2121, 1865 for 4000×3000 (2017 for 16
#:   bits; 2233 with the quality stage off). A pixel of a tile takes up to 520 bytes. With quality off a large picture
#:   is heaviest while tones are matched: picture, R, what is matched and the layers are 92 bytes a pixel, while the
#:   allocator keeps some of the tiles.
#: * official, random weights of the published sizes: 1354 for 256×256 (weights, files mapped among them), 1523 for
#:   512×512, 2246 for 1000×1000; with patch attention 2637 for 1280×1024, 3389 for 1600×1200: 1000 bytes a pixel up to
#:   one megapixel, 1250 above it. With its detector at the size "native" it takes far more; that is not foreseen here.
#:
#: The numbers are those, rounded up by 5 to 10 in the hundred. Builds of torch with CUDA load more libraries.
MODELS: dict[str, MemoryModel] = {
    "compact": MemoryModel(
        fixed_bytes=1_560_000_000, bytes_per_pixel=95, bytes_per_pixel_16=111, bytes_per_tile_pixel=560
    ),
    "official": MemoryModel(
        fixed_bytes=1_450_000_000, bytes_per_pixel=1300, bytes_per_pixel_16=1316, bytes_per_tile_pixel=0
    ),
}

#: Pixels of the largest tile, with its context.
_WHOLE_TILE = (TILE_CORE + 2 * RESTORE_CONTEXT) ** 2


def forecast(preset: str, width: int, height: int, depth: Literal[8, 16] = 8) -> int:
    """Peak resident memory in bytes of a process that restores an RGB picture on the CPU, with all stages on.

    It errs on the safe side. A stage cache is not in it: add its limit. On a GPU, networks take theirs from the GPU's
    memory, and this is too much.

    Args:
        preset: compact or official.
        width, height: of the picture, or of the region of it that is worked in.
        depth: bits a channel.

    Raises:
        SettingsError: there is no such preset.
        ValueError: the picture has no pixels.
    """
    if preset not in MODELS:
        raise SettingsError(f"There is no preset {preset!r}.", f"Choose one of: {', '.join(MODELS)}.")
    if width < 1 or height < 1:
        raise ValueError(f"a picture is not {width}×{height}")
    model = MODELS[preset]
    largest = max(_area(tile.seen) for tile in tiles(height, width, TILE_CORE, RESTORE_CONTEXT))
    spared = (_WHOLE_TILE - largest) * model.bytes_per_tile_pixel
    per_pixel = model.bytes_per_pixel_16 if depth == 16 else model.bytes_per_pixel
    return model.fixed_bytes - spared + width * height * per_pixel


def _area(part: tuple[slice, slice]) -> int:
    rows, columns = part
    return int((rows.stop - rows.start) * (columns.stop - columns.start))


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
