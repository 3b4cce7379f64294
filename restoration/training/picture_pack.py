"""Clean pictures on disk, decoded once: a training step that reads JPEGs spends its time on that.

Two ``.npy`` files: all pixels one after another, memory-mapped, and a table of the pictures' sizes and kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from restoration.errors import PictureError
from restoration.training.pairs import read_rgb

#: Pictures are reduced to this longer side.
LONGEST_SIDE = 384
PIXELS, TABLE = "pixels.npy", "table.npy"
#: How much larger than the crop the part of a picture may be that is reduced to it: holes in large scans are filled at
#: a reduced size first.
LARGEST_REDUCTION = 2.5


def write_pack(kinds: Sequence[Sequence[Path]], folder: Path) -> None:
    """Decodes pictures into a folder; leaves one that holds as many alone.

    Args:
        kinds: the pictures of each kind; a kind's number is its place.
        folder: gets the two files.

    Raises:
        PictureError: a picture is damaged.
    """
    jobs = [(kind, path) for kind, paths in enumerate(kinds) for path in paths]
    if (folder / TABLE).is_file() and len(np.load(folder / TABLE)) == len(jobs):
        return
    folder.mkdir(parents=True, exist_ok=True)
    table = np.zeros((len(jobs), 4), np.int64)  # offset, height, width, kind
    offset = 0
    partial = folder / "pixels.part"
    with partial.open("wb") as file:
        for number, (kind, path) in enumerate(track(jobs, "Decoding", console=Console(stderr=True))):
            picture = read_rgb(path, LONGEST_SIDE)
            file.write(picture.tobytes())
            table[number] = offset, *picture.shape[:2], kind
            offset += picture.size
    pixels = np.lib.format.open_memmap(folder / PIXELS, "w+", np.uint8, (offset,))
    pixels[:] = np.memmap(partial, np.uint8, "r")
    pixels.flush()
    partial.unlink()
    np.save(folder / TABLE, table)


class PicturePack:
    """Random crops of packed pictures, at sizes between their own and a reduced one.

    Args:
        folder: see ``write_pack``.
        crop: side in pixels; smaller pictures are enlarged to it.
        kinds: which kinds to draw from, each as often as the others; None takes all.

    Raises:
        PictureError: there is no picture of one of these kinds.
    """

    def __init__(self, folder: Path, crop: int, kinds: Sequence[int] | None = None) -> None:
        if not (folder / TABLE).is_file():
            raise PictureError(f"There are no packed pictures in {folder}.", "Train inpainting-pictures first.")
        self.crop = crop
        self.pixels = np.load(folder / PIXELS, mmap_mode="r")
        self.table = np.load(folder / TABLE)
        there = sorted(set(self.table[:, 3].tolist()))
        self.rows = [np.flatnonzero(self.table[:, 3] == kind) for kind in (there if kinds is None else kinds)]
        if not all(len(rows) for rows in self.rows):
            raise PictureError(f"{folder} lacks pictures of one kind.", "Put some into the folders of the data.")

    def batch(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """N×c×c×3 uint8; half of them mirrored."""
        out = np.empty((size, self.crop, self.crop, 3), np.uint8)
        for i in range(size):
            rows = self.rows[int(rng.integers(len(self.rows)))]
            offset, height, width, _ = (int(each) for each in self.table[rows[int(rng.integers(len(rows)))]])
            picture = self.pixels[offset : offset + height * width * 3].reshape(height, width, 3)
            side = round(min(height, width, self.crop * np.exp(rng.uniform(0, np.log(LARGEST_REDUCTION)))))
            y, x = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
            part = np.ascontiguousarray(picture[y : y + side, x : x + side])
            method = cv2.INTER_AREA if side >= self.crop else cv2.INTER_CUBIC
            part = cv2.resize(part, (self.crop, self.crop), interpolation=method)
            out[i] = part[:, ::-1] if rng.random() < 0.5 else part
        return out
