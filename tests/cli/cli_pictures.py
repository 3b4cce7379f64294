"""Pictures for the command line, and what lies in folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from restoration.photo import Photo
from restoration.photo_writing import write_photo


def everything_in(folder: Path) -> dict[str, bytes]:
    """All files and folders below a folder, with what is in them."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def picture(height: int = 48, width: int = 64, channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    """A faded gradient with grain."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:height, 0:width]
    tone = 0.3 + 0.4 * (x / width + y / height)[..., None] / 2 + 0.05 * np.arange(channels)
    return ((tone + rng.normal(0, 0.02, tone.shape)).clip(0, 1) * np.iinfo(dtype).max).astype(dtype)


def make_photo(path: Path, *, alpha: bool = False, **shape: Any) -> Path:
    """A photo in a file; ``shape`` as of ``picture``."""
    pixels = picture(**shape)
    height, width = pixels.shape[:2]
    full = np.iinfo(pixels.dtype).max
    ramp = np.linspace(0, full, height * width).astype(pixels.dtype).reshape(height, width) if alpha else None
    write_photo(path, Photo(pixels, ramp))
    return path
