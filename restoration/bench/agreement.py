"""Whether two contestants made the same picture."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from restoration.bench.job import FINAL, MASK, RESTORED, Pixels, read_mask, read_picture
from restoration.bench.results import Agreement


def agreement_of(folder: Path) -> Agreement:
    """Compares the pictures in a job's folder; what is not there is not compared."""
    plain, steps, restore = (folder / name for name in ("plain", "steps", "restore"))
    masks = _both(plain / MASK, steps / MASK)
    restored = _both(plain / RESTORED, steps / RESTORED)
    final = _both(plain / FINAL, steps / FINAL)
    product = _both(plain / FINAL, restore / FINAL)
    return Agreement(
        mask_differs=None if masks is None else float((read_mask(masks[0]) != read_mask(masks[1])).mean()),
        restored_levels=None if restored is None else most_levels(*map(read_picture, restored)),
        final_levels=None if final is None else most_levels(*map(read_picture, final)),
        final_apart=None if final is None else share_apart(*map(read_picture, final)),
        final_psnr_db=None if final is None else psnr_db(*map(read_picture, final)),
        restore_levels=None if product is None else most_levels(*map(read_picture, product)),
        restore_psnr_db=None if product is None else psnr_db(*map(read_picture, product)),
    )


def _both(a: Path, b: Path) -> tuple[Path, Path] | None:
    return (a, b) if a.exists() and b.exists() else None


def most_levels(a: Pixels, b: Pixels) -> int:
    """The greatest difference of two pictures of one size, in levels of 255."""
    return int(np.abs(a.astype(np.int16) - b).max())


def share_apart(a: Pixels, b: Pixels) -> float:
    """The share of the samples of two pictures of one size, 0 to 1, that differ by more than one level."""
    return float((np.abs(a.astype(np.int16) - b) > 1).mean())


def psnr_db(a: Pixels, b: Pixels) -> float | None:
    """Peak signal-to-noise ratio of two pictures of one size, in dB; None if they are the same."""
    difference = a.astype(np.float32) - b
    mean_square = float(np.square(difference, out=difference).mean(dtype=np.float64))
    return None if mean_square == 0 else 10 * math.log10(255**2 / mean_square)
