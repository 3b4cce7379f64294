"""What structured defects are made of: bare paper, dirt, rust, on a given print."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from restoration.ageing.materials import Materials
from restoration.ageing.noise import cloud, draw_log
from restoration.ageing.paint import FAINT, Ink


@dataclass(frozen=True)
class Print:
    """The print under the defects.

    Attributes:
        image: H×W×3 float32, contiguous, 0 to 1; painted on in place.
        mask: H×W uint8; 255 where it was painted on.
        paper: RGB of its bare paper.
        materials: masks of real defects.
    """

    image: np.ndarray
    mask: np.ndarray
    paper: np.ndarray
    materials: Materials

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.image.shape[0], self.image.shape[1]

    def paper_at(self, brightness: float) -> np.ndarray:
        """The paper's colour, so many times as bright; RGB, 0 to 1, float32."""
        return np.clip(self.paper * brightness, 0, 1).astype(np.float32)


def line_ink(sheet: Print, rng: np.random.Generator) -> Ink:
    """Ink of scratches, dust and hairs: pale where emulsion is gone, dark where there is dirt or a scratched negative.

    Opacity goes from what can just be seen to full.
    """
    opacity = rng.uniform(0.15, 1) ** 0.7
    if rng.random() < 0.62:
        colour = sheet.paper_at(rng.uniform(0.8, 1.15)) * (1 + rng.normal(0, 0.012, 3))
        mode = str(rng.choice(["paint", "add", "lighten", "screen"]))
    else:
        colour = sheet.paper_at(rng.uniform(0, 0.35))
        mode = str(rng.choice(["paint", "darken", "absorb"]))
    return Ink(np.clip(colour, 0, 1).astype(np.float32), mode, opacity)


def blot_ink(sheet: Print, coverage: np.ndarray, rng: np.random.Generator) -> Ink:
    """Ink of blotches: white, black or any grey between, smooth or textured, now and then translucent.

    Args:
        sheet: the print.
        coverage: of the blotch, H×W; texture is made only where it lies.
        rng: source of randomness.
    """
    level = rng.choice([rng.uniform(0.85, 1.1), rng.uniform(0, 0.2), rng.uniform(0, 1)], p=[0.4, 0.25, 0.35])
    tone = None
    covered = coverage > FAINT
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if rows.size and rng.random() < 0.6:
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        texture = cloud(height, width, draw_log(2, 30, rng), 3, rng)
        if rng.random() < 0.5:  # dirt is grainy
            texture += 0.4 * rng.standard_normal((height, width), dtype=np.float32)
        tone = np.ones(sheet.size, np.float32)
        tone[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += texture * np.float32(rng.uniform(0.05, 0.4))
    opacity = 1.0 if rng.random() < 0.6 else rng.uniform(0.35, 1)
    return Ink(sheet.paper_at(level), "paint", opacity, tone)


def brown(strength: float, rng: np.random.Generator) -> np.ndarray:
    """What rust, tea and old glue leave of white light; strength 0 (nothing absorbed) to 1. RGB, 0 to 1."""
    hue = np.array([0.74, 0.56, 0.35]) + rng.normal(0, 0.04, 3)
    return np.clip(1 - strength * (1 - np.clip(hue, 0, 1)), 0, 1).astype(np.float32)
