"""Painting a structured defect onto the picture, exactly as far as its mask goes.

Wan et al. 2020 (section 4.1) blend scratch textures by layer addition, lighten-only and screen with random opacity;
darkening and absorption are added here, because dirt, foxing and stains take light away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: A defect whose strongest twentieth changes pixels (0 to 1) by less than this is no damage to a viewer: it isn't
#: drawn.
VISIBLE = 0.09
#: A drawn defect goes as far as it changes pixels by more than this (8 of 255 steps); beyond, nothing is touched.
FAINT = 0.03
#: An area defect whose median change is less than this lies on a picture of its own tone: it isn't drawn either.
SHOWING = 0.05
#: Coverage from which a pixel is inside an area defect, whatever it shows.
INSIDE = 0.3


@dataclass(frozen=True)
class Ink:
    """What a defect is made of.

    Attributes:
        colour: RGB, 0 to 1.
        mode: "paint", "add", "lighten", "screen", "darken" or "absorb" (the colour multiplies the picture).
        opacity: 0 to 1.
        tone: H×W float32 that multiplies the colour, for textured inks; None is 1 everywhere.
    """

    colour: np.ndarray
    mode: str = "paint"
    opacity: float = 1.0
    tone: np.ndarray | None = None


def blend(before: np.ndarray, cover: np.ndarray, colour: np.ndarray, mode: str) -> np.ndarray:
    """Pixels N×3 under ink; cover N×1, colour N×3 or 3; all 0 to 1, as is the result.

    Raises:
        ValueError: there is no such mode.
    """
    if mode == "paint":
        after = before * (1 - cover) + colour * cover
    elif mode == "add":
        after = before + colour * cover
    elif mode == "lighten":
        after = np.maximum(before, before * (1 - cover) + colour * cover)
    elif mode == "screen":
        after = 1 - (1 - before) * (1 - colour * cover)
    elif mode == "darken":
        after = np.minimum(before, before * (1 - cover) + colour * cover)
    elif mode == "absorb":
        after = before * (1 - cover * (1 - colour))
    else:
        raise ValueError(f"There is no blend mode {mode!r}.")
    return np.clip(after, 0, 1)


def paint(image: np.ndarray, mask: np.ndarray, coverage: np.ndarray, ink: Ink, area: bool = False) -> None:
    """Lays a defect over the picture, in place, and adds to the mask exactly the pixels it touched.

    Args:
        image: H×W×3 float32, contiguous, 0 to 1.
        mask: H×W uint8, contiguous; 255 is written where the picture is changed.
        coverage: H×W float32, 0 to 1.
        ink: what the defect is made of.
        area: the defect is a blot: its whole inside counts, even where it happens to have the picture's own tone.
    """
    index = np.flatnonzero(coverage > FAINT)
    if not index.size:
        return
    pixels, cover = image.reshape(-1, 3), coverage.ravel()[index, None]
    before = pixels[index]
    colour = ink.colour if ink.tone is None else np.clip(ink.colour * ink.tone.ravel()[index, None], 0, 1)
    after = blend(before, cover * np.float32(ink.opacity), colour, ink.mode).astype(np.float32)
    step = np.abs(after - before)
    change = np.maximum(np.maximum(step[:, 0], step[:, 1]), step[:, 2])
    if np.quantile(change, 0.95) < VISIBLE or (area and np.median(change) < SHOWING):
        return
    touched = change > FAINT
    if area:
        touched |= cover[:, 0] > INSIDE
    pixels[index[touched]] = after[touched]
    mask.ravel()[index[touched]] = 255


def paper_white(image: np.ndarray) -> np.ndarray:
    """The colour of the bare paper, guessed as the mean of the picture's brightest fiftieth; RGB, 0 to 1."""
    sample = image[::6, ::6].reshape(-1, 3)
    brightness = sample.sum(axis=1)
    return sample[brightness >= np.quantile(brightness, 0.98)].mean(axis=0)
