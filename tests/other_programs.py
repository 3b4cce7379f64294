"""Programs of others that read and write pictures, for tests; a test is skipped where its program lacks."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest


def run(program: str, *arguments: str | Path) -> bytes:
    """What the program answers; skips the test if it is not installed."""
    path = _imagemagick() if program == "convert" else shutil.which(program)
    if path is None:
        package = {"convert": "imagemagick", "exiftool": "libimage-exiftool-perl"}.get(program, "libtiff-tools")
        pytest.skip(f"{program} is not installed (Debian's package {package})")
    done = subprocess.run([path, *map(str, arguments)], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def _imagemagick() -> str | None:
    # A "convert" without "identify" beside it is another program: Windows has one.
    return shutil.which("magick") or (shutil.which("convert") if shutil.which("identify") else None)


_LETTERS = {1: "gray", 2: "graya", 3: "rgb", 4: "rgba"}


def make_with_imagemagick(path: Path, samples: np.ndarray, *options: str | Path) -> None:
    """Let ImageMagick write H×W×1 to ×4 samples, uint8 or uint16, into a file of the kind that its name says."""
    height, width, channels = samples.shape
    raw = path.with_name(f"{path.name}.raw")
    raw.write_bytes(samples.astype(samples.dtype.newbyteorder("<")).tobytes())
    depth = str(samples.itemsize * 8)
    what = ["-size", f"{width}x{height}", "-depth", depth, "-endian", "LSB", f"{_LETTERS[channels]}:{raw}"]
    run("convert", *what, *options, path)
    raw.unlink()


def seen_by_imagemagick(path: Path, channels: int, dtype: type, *options: str) -> np.ndarray:
    """The samples of a file, H×W×channels, as ImageMagick reads them."""
    height, width = map(int, run("convert", path, *options, "-format", "%h %w", "info:").split())
    depth = str(np.dtype(dtype).itemsize * 8)
    raw = run("convert", path, *options, "-depth", depth, "-endian", "LSB", f"{_LETTERS[channels]}:-")
    return np.frombuffer(raw, np.dtype(dtype).newbyteorder("<")).reshape(height, width, channels)


def tags_of(path: Path) -> dict[str, object]:
    """What ExifTool finds in a file, by "group:tag", numbers as numbers."""
    return json.loads(run("exiftool", "-j", "-G1", "-n", path))[0]
