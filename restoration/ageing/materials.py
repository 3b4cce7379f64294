"""Masks of real defects and pictures of real paper that widen the variety of the drawn ones; optional."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np


@dataclass(frozen=True)
class Materials:
    """Real defects and papers, each H×W uint8; in masks 255 = defect. Empty lists are allowed.

    Attributes:
        film_artefacts: dirt, hair, lint, scratches of scanned film.
        cracks: crack lines.
        papers: grey pictures of paper that can be tiled.
    """

    film_artefacts: Sequence[np.ndarray] = ()
    cracks: Sequence[np.ndarray] = ()
    papers: Sequence[np.ndarray] = ()

    @classmethod
    def from_folder(cls, folder: Path) -> Materials:
        """Reads ``film_artefacts/`` (with ``film_blotch_masks/``) and ``crack_masks/`` and ``paper_textures/``."""
        return cls(
            film_artefacts=[*_read_masks(folder / "film_artefacts"), *_read_masks(folder / "film_blotch_masks")],
            cracks=_read_masks(folder / "crack_masks"),
            papers=_read_masks(folder / "paper_textures"),
        )


def _read_masks(folder: Path) -> list[np.ndarray]:
    masks = (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in sorted(folder.glob("*.*")))
    return [mask for mask in masks if mask is not None]
