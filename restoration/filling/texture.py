"""How strong and how steady the texture of a picture is, known or to be."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from restoration.networks.fill import fill_holes

#: Deviation, in cells, of the surroundings over which texture is measured, and of those whose texture a hole takes.
BLUR, AROUND = 2.0, 5.0
#: Share of the strength around a hole that its texture should have.
TAKEN = 0.75
#: Strength (0 to 1) that is as good as none.
FLAT = 0.006
#: Texture is steady if its weakest, within so many cells, is such a share of its strongest.
STEADY_WITHIN, STEADINESS = 6, 0.25


def strength_of(guess: np.ndarray, calm: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """How strong texture is around each cell, h×w float32, 0 to 1; in the hole, how strong it should be.

    A hole takes a part of the geometric mean of what is around it: texture is everywhere, one edge amid nothing is not
    texture, and too little of it is seen less than too much.

    Args:
        guess: h×w×3 float32, 0 to 1, the hole filled with a first guess.
        calm: the same without its texture.
        hole: h×w bool.
    """
    known = (~hole).astype(np.float32)
    variance = ((guess - calm) ** 2).mean(axis=2) * known
    share = cv2.GaussianBlur(known, (0, 0), BLUR)
    strength = np.sqrt(cv2.GaussianBlur(variance, (0, 0), BLUR) / np.maximum(share, 1e-3))
    logarithm = cv2.GaussianBlur(np.log(strength + FLAT) * known, (0, 0), AROUND)
    mean = np.exp(logarithm / np.maximum(cv2.GaussianBlur(known, (0, 0), AROUND), 1e-3)) - FLAT
    carried = fill_holes(torch.from_numpy(mean)[None, None], torch.from_numpy(hole)[None, None].float())[0, 0]
    return np.where(hole, carried.numpy() * np.float32(TAKEN), strength)


def is_steady(strength: np.ndarray) -> np.ndarray:
    """Where texture is about as strong everywhere around, h×w bool: leaves and hair, but not eyes, lips or one edge."""
    kernel = np.ones((2 * STEADY_WITHIN + 1,) * 2, np.uint8)
    least, most = cv2.erode(strength, kernel), cv2.dilate(strength, kernel)
    return np.asarray(least + FLAT > STEADINESS * (most + FLAT))
