"""What the processes of one case share: a folder with a description of the job, the picture, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from restoration.settings import Preset

Pixels = NDArray[np.uint8]

#: Files of a job's folder; those of the contestants lie in folders of their names.
JOB, INPUT, MASK, RESTORED, FINAL = "job.json", "input.png", "mask.png", "restored.png", "final.png"

#: Side of the crops of faces. The published program takes 512 where the picture is of high resolution; this library
#: takes 256 always, and so do all contestants.
FACE_SIDE = 256


@dataclass(frozen=True)
class Job:
    """One case, for the processes that do it.

    Attributes:
        preset: the networks.
        models: folder of the official weights; None for compact.
        scratches: whether they are looked for and repaired.
        high_resolution: whether holes are filled by patch attention, as with the published ``--HR``.
        float32: whether the library keeps to float32 where the machine has a faster format. ``plain`` always does.
    """

    preset: Preset
    models: str | None
    scratches: bool
    high_resolution: bool
    float32: bool

    def write(self, folder: Path) -> None:
        (folder / JOB).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Job:
        return cls(**json.loads((folder / JOB).read_text(encoding="utf-8")))


def read_picture(path: Path) -> Pixels:
    """H×W×3 uint8, RGB."""
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def read_mask(path: Path) -> Pixels:
    """H×W uint8, 255 = damaged."""
    with Image.open(path) as image:
        return np.array(image.convert("L"))


def write_picture(path: Path, picture: Pixels) -> None:
    """A picture or a mask as PNG."""
    Image.fromarray(picture).save(path)
