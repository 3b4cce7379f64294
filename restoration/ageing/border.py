"""The white or dark frame around a print."""

from __future__ import annotations

import numpy as np


def border(height: int, width: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Where a frame lies: the margin of the paper, or the black edge of a plate; each side by itself.

    Returns:
        H×W bool, True in the frame, and the frame's tone, 0 to 1.
    """
    tone = rng.uniform(0.84, 1) if rng.random() < 0.75 else rng.uniform(0, 0.16)
    # An even frame, or one that a crooked cut or scan left on some sides only.
    sides = np.full(4, rng.uniform(0.01, 0.08)) if rng.random() < 0.5 else rng.uniform(-0.05, 0.09, 4)
    top, bottom, left, right = np.maximum(sides * min(height, width), 0).astype(int)
    frame = np.ones((height, width), bool)
    frame[top : height - bottom, left : width - right] = False
    return frame, tone
