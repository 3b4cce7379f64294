"""A network over a picture of any size: tiles with enough context that the seams cannot be seen.

Networks without norms see only so far; a tile that carries that much context on every side comes out as it would in
the whole picture, so the tiles are cut at their cores and laid side by side without blending.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from restoration.freed_memory import give_back_freed

#: Kept pixels a side of a tile of the compact networks that restore, and of their detector's. The latter, with its
#: context, takes about 1.2 GiB.
TILE_CORE, LARGEST_CORE = 1024, 1280
#: A larger picture is reduced to so many pixels before scratches are looked for in it.
DETECT_PIXELS = 8_000_000
#: How far the restoring networks see, in pixels, outside the non-local block; a multiple of 16.
RESTORE_CONTEXT = 192
#: How far the detector sees.
DETECT_CONTEXT = 128
#: Tiles begin at multiples of so many pixels: networks halve a picture up to four times, and where they begin to count
#: must not differ from tile to tile.
ALIGNMENT = 16


@dataclass(frozen=True)
class Tile:
    """One tile: what the network sees, and which part of that is kept. Slices of (rows, columns).

    Attributes:
        seen: the tile with its context, in the picture.
        core: the part that is kept, in the picture.
        kept: the same part, within the tile.
    """

    seen: tuple[slice, slice]
    core: tuple[slice, slice]
    kept: tuple[slice, slice]


def _spans(length: int, core: int, context: int) -> list[tuple[slice, slice, slice]]:
    count = max(1, -(-length // core))
    edges = [round(i * length / count) for i in range(count + 1)]
    spans = []
    for start, stop in itertools.pairwise(edges):
        first, last = max(0, start - context) // ALIGNMENT * ALIGNMENT, min(length, stop + context)
        spans.append((slice(first, last), slice(start, stop), slice(start - first, stop - first)))
    return spans


def tiles(height: int, width: int, core: int, context: int) -> list[Tile]:
    """Covers a picture with tiles of at most core×core kept pixels, each pixel kept once."""
    return [
        Tile((row[0], column[0]), (row[1], column[1]), (row[2], column[2]))
        for row in _spans(height, core, context)
        for column in _spans(width, core, context)
    ]


def pad_to_multiple(image: np.ndarray, multiple: int, least: int = 0) -> np.ndarray:
    """Mirrors the right and lower edges outwards until both sides are multiples; H×W×C or H×W."""
    height, width = image.shape[:2]
    rows = max(-(-height // multiple) * multiple, least) - height
    columns = max(-(-width // multiple) * multiple, least) - width
    if rows == 0 and columns == 0:
        return image
    return np.pad(image, [(0, rows), (0, columns), *[(0, 0)] * (image.ndim - 2)], mode="symmetric")


def over_tiles(
    height: int,
    width: int,
    core: int,
    context: int,
    run: Callable[[Tile], np.ndarray],
    out: np.ndarray,
    progress: Callable[[float], None],
) -> None:
    """Runs a network over every tile and lays the cores side by side.

    Args:
        height, width: of the picture.
        core, context: see ``tiles``.
        run: gets a tile, returns the pixels of its core: of what the network makes of ``tile.seen``, ``tile.kept``.
        out: H×W×C or H×W, filled in place.
        progress: told the share that is done before the first and after each tile; may raise to cancel.
    """
    progress(0.0)
    plan = tiles(height, width, core, context)
    for done, tile in enumerate(plan, start=1):
        if done > 1:
            give_back_freed()  # else tiles of different sizes pile up
        out[tile.core] = run(tile)
        progress(done / len(plan))


def strips(height: int, rows: int) -> Iterator[slice]:
    """Row strips that cover a picture."""
    for start in range(0, height, rows):
        yield slice(start, min(height, start + rows))
