"""The pictures that are restored: a portrait, as large as wanted, faded, grainy, with scratches; always the same."""

from __future__ import annotations

import io
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from restoration.tiling import strips

#: NASA's portrait of Eileen Collins (public domain), 512×512.
PORTRAIT = "astronaut.jpg"
SEED = 7
STRIP_ROWS = 256
#: Deviation of the grain, and where fading has put black and white, in levels of 255.
GRAIN, BLACK, WHITE = 9.0, 45.0, 215.0
#: Scratches a picture, and their width in parts of the shorter side: the same share of every picture is damaged.
SCRATCHES, SCRATCH_WIDTH = 9, 1 / 160


def aged_portrait(width: int, height: int, scratches: bool) -> NDArray[np.uint8]:
    """The portrait, enlarged or reduced to cover width×height, cut to it, and aged.

    Returns:
        H×W×3 uint8, RGB.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    clean = _covering(width, height)
    out = np.empty((height, width, 3), np.uint8)
    for rows in strips(height, STRIP_ROWS):
        part = BLACK + clean[rows].astype(np.float32) * ((WHITE - BLACK) / 255)
        # Of silver: the same in all channels.
        part += GRAIN * rng.standard_normal((*part.shape[:2], 1), np.float32)
        out[rows] = np.clip(np.rint(part), 0, 255)
    if scratches:
        _scratch(out, rng)
    return out


def _covering(width: int, height: int) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO((files("restoration.bench") / PORTRAIT).read_bytes())) as image:
        portrait = np.array(image.convert("RGB"))
    side = max(width, height)
    how = cv2.INTER_CUBIC if side > portrait.shape[0] else cv2.INTER_AREA
    scaled = cv2.resize(portrait, (side, side), interpolation=how)
    # From the top, where the face is; the middle of the columns.
    left = (side - width) // 2
    return np.asarray(scaled[:height, left : left + width], np.uint8)


def _scratch(picture: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draws light lines across the picture, most of them steep, as film is scratched."""
    height, width = picture.shape[:2]
    thick = max(1, round(min(width, height) * SCRATCH_WIDTH))
    for _ in range(SCRATCHES):
        x, lean = rng.uniform(0, width), rng.normal(0, width / 8)
        start, stop = (round(x), 0), (round(x + lean), height - 1)
        cv2.line(picture, start, stop, (238, 236, 230), thick, cv2.LINE_AA)
