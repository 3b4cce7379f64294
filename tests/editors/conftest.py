"""What the tests of all editors share. Being here puts this folder on the import path, too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running_server import RunningServer
from screens import Screen

from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """A virtual screen of 1280×800 pixels."""
    one = Screen()
    yield one
    one.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The server of all tests that do it no harm."""
    one = RunningServer(tmp_path_factory.mktemp("server"), OMP_WAIT_POLICY="passive")
    yield one
    one.stop()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An aged photograph, 512×512, 8 bits, as a file without loss."""
    path = tmp_path_factory.mktemp("photos") / "astronaut.png"
    write_photo(path, Photo(read_photo(PROJECT / "examples/astronaut_aged.jpg").pixels))
    return path


@pytest.fixture(scope="session")
def small_photo(photo: Path) -> Path:
    """A part of it, 256×256, without the face: runs are short, and all that comes is the same three layers."""
    path = photo.with_name("small.png")
    write_photo(path, Photo(np.ascontiguousarray(read_photo(photo).pixels[256:, 128:384])))
    return path


@pytest.fixture(scope="session")
def portrait(photo: Path) -> Path:
    """The part of it with the face, 256×256."""
    path = photo.with_name("portrait.png")
    write_photo(path, Photo(np.ascontiguousarray(read_photo(photo).pixels[:256, 128:384])))
    return path


@pytest.fixture
def fresh_photo(photo: Path, tmp_path: Path) -> Path:
    """The same with noise of its own: the server has never seen it, so that a run takes its time."""
    path = tmp_path / "fresh.png"
    noise = np.random.default_rng().integers(-3, 4, (512, 512, 3))
    write_photo(path, Photo((read_photo(photo).pixels.astype(int) + noise).clip(0, 255).astype(np.uint8)))
    return path


@pytest.fixture(scope="session")
def medium_photo(photo: Path) -> Path:
    """The same, twice as wide and as high: a run takes some seconds."""
    path = photo.with_name("medium.png")
    write_photo(path, Photo(np.tile(read_photo(photo).pixels, (2, 2, 1))))
    return path


@pytest.fixture(scope="session")
def large_photo(photo: Path) -> Path:
    """The same, four times as wide and as high: a run takes long enough to be disturbed."""
    path = photo.with_name("large.png")
    write_photo(path, Photo(np.tile(read_photo(photo).pixels, (4, 4, 1))))
    return path


@pytest.fixture(scope="session")
def deep_photo(photo: Path) -> Path:
    """The same in 16 bits, with values that 8 bits do not have."""
    path = photo.with_name("deep.png")
    pixels = read_photo(photo).pixels.astype(np.uint16) * 257
    fine = np.arange(pixels.size, dtype=np.uint16).reshape(pixels.shape) % 97
    write_photo(path, Photo(np.minimum(pixels, 65535 - 97) + fine))
    return path


@pytest.fixture(scope="session")
def grey_photo(photo: Path) -> Path:
    """The same in grey, 8 bits."""
    path = photo.with_name("grey.png")
    pixels = read_photo(photo).pixels.mean(2, keepdims=True).round().astype(np.uint8)
    write_photo(path, Photo(pixels))
    return path


@pytest.fixture(scope="session")
def by_command_line(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Restores a file as the command line does, once; returns the pixels."""
    known: dict[tuple[str, ...], Any] = {}

    def restored(path: Path, *options: str) -> Any:
        key = (str(path), *options)
        if key not in known:
            out = tmp_path_factory.mktemp("cli") / "out.png"
            command = [sys.executable, "-I", "-m", "restoration.cli", "restore", str(path), "-o", str(out), *options]
            environ = {**os.environ, "OMP_WAIT_POLICY": "passive"}
            subprocess.run(command, check=True, timeout=300, env=environ, capture_output=True)
            known[key] = read_photo(out).pixels
        return known[key]

    return restored
