"""Contact sheets: what the figures cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from restoration.evaluation.benchmark import Judged

_SHOWN = ("original", "input", "classical, true mask", "ours")


def save_sheets(judged: Sequence[Judged], folder: Path) -> None:
    """One JPEG a photograph, at 100 %: original, input, the classical sequence, ours, and the two masks."""
    for photo in judged:
        probability = np.rint(photo.probability * 255).astype(np.uint8)
        grey = [np.repeat(mask[..., None], 3, axis=2) for mask in (photo.mask, probability)]
        row = np.concatenate([*(photo.pictures[name] for name in _SHOWN), *grey], axis=1)
        Image.fromarray(row).save(folder / f"{Path(photo.name).stem}.jpg", quality=92)
