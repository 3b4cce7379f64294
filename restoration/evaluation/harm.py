"""Do no harm: photographs that need nothing, through the default settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restoration.evaluation.encoded import marked, webp
from restoration.evaluation.methods import DEFAULTS, found_damage, restored
from restoration.evaluation.metrics import psnr, ssim
from restoration.presets.interface import Models
from restoration.training.pairs import LONGEST_SIDE, read_rgb

#: What is asked of every release: a sound photograph keeps this SSIM, and this share of its pixels at most is marked.
LOWEST_SSIM, HIGHEST_SHARE = 0.97, 0.005


@dataclass(frozen=True)
class Unharmed:
    """A sound photograph after the default settings.

    Attributes:
        name: of the photograph.
        ssim, psnr: of the result against the photograph.
        marked_share: share of the pixels that the detector marks at its default threshold, 0 to 1.
        pictures: WebP files: "original", "ours", "found mask".
    """

    name: str
    ssim: float
    psnr: float
    marked_share: float
    pictures: dict[str, bytes]


def unharmed(photos: Sequence[Path], models: Models, threshold: float) -> Iterator[Unharmed]:
    """Puts each photograph, reduced to 512 pixels and otherwise as it is, through the pipeline.

    Args:
        photos: files.
        models: the preset's networks.
        threshold: of the detector.

    Raises:
        PictureError: a file cannot be read.
    """
    for path in photos:
        photo = read_rgb(path, LONGEST_SIDE)
        found = found_damage(photo, models) >= threshold
        result = restored(photo, models, DEFAULTS, np.where(found, 255, 0).astype(np.uint8))
        pictures = {"original": webp(photo), "ours": webp(result), "found mask": webp(marked(photo, found))}
        yield Unharmed(path.stem, ssim(photo, result), psnr(photo, result), float(found.mean()), pictures)
