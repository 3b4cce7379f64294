"""Stage 2: fading, grain and blur over the whole picture. The layer ``Restored``."""

from __future__ import annotations

import numpy as np

from restoration.layers import Layer
from restoration.photo import Photo
from restoration.stages.pixels import STRIP_ROWS, changed_samples
from restoration.tiling import strips


def change(picture: np.ndarray, restored: np.ndarray, mask: np.ndarray) -> float:
    """How much the network found to do: the mean difference outside the damage, 0 to 1.

    Args:
        picture, restored: H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged.
    """
    sound = ~mask
    if not sound.any():
        return 1.0
    total = 0.0
    for rows in strips(len(mask), STRIP_ROWS):
        total += float(np.abs(picture[rows] - restored[rows]).mean(axis=2)[sound[rows]].sum(dtype=np.float64))
    return total / int(sound.sum())


def restored_layer(
    photo: Photo,
    picture: np.ndarray,
    restored: np.ndarray,
    mask: np.ndarray,
    opacity: float,
    offset: tuple[int, int],
) -> Layer:
    """R outside the damage, the source's own pixels inside it: the repair is a layer of its own.

    Args:
        photo: the source, H×W.
        picture: the source as H×W×3 float32, 0 to 1.
        restored: R, H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged.
        opacity: strength of the stage.
        offset: (x, y) of this photo in the whole one.
    """
    pixels = changed_samples(photo, picture, restored)
    pixels[mask] = photo.pixels[mask]
    return Layer("Restored", "restored", pixels, x=offset[0], y=offset[1], opacity=opacity)
