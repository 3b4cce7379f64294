"""Losses: cracked emulsion, holes, missing corners; coverage maps H×W float32, 0 to 1."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.materials import Materials
from restoration.ageing.noise import fractal_field, smooth_field
from restoration.ageing.specks import placed


def cracks(height: int, width: int, materials: Materials, rng: np.random.Generator) -> np.ndarray:
    """Cracked gelatine or varnish: real crack lines where there are any, else a net of borders between cells."""
    if materials.cracks and rng.random() < 0.6:
        mask = materials.cracks[int(rng.integers(len(materials.cracks)))]
        return placed(mask, height, width, rng.uniform(0.5, 1.2) * min(height, width) / 320, rng)
    field = fractal_field(height, width, rng.uniform(1.5, 5), 3, rng)
    steep = np.hypot(cv2.Sobel(field, -1, 1, 0), cv2.Sobel(field, -1, 0, 1)) / 8
    net = np.clip(1.2 - np.abs(field - rng.uniform(-0.2, 0.2)) / (steep * rng.uniform(0.7, 1.6) + 1e-6), 0, 1)
    # Only a part of the picture is cracked.
    return net * (smooth_field(height, width, 2, rng) > rng.uniform(-0.1, 0.4))


def hole(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """A place where the emulsion is gone: an irregular blot with a hard edge. Coverage H×W float32."""
    side = min(height, width)
    radius = side * rng.uniform(0.03, 0.12)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = np.hypot(x - rng.uniform(0, width), (y - rng.uniform(0, height)) * rng.uniform(0.5, 2)) / radius
    rough = fractal_field(height, width, rng.uniform(6, 16), 3, rng) * rng.uniform(0.2, 0.7)
    return np.clip((1 - distance + rough) * 8, 0, 1)


def lost_corner(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """A corner broken off, with a ragged edge. Coverage H×W float32."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across = (x if rng.random() < 0.5 else width - 1 - x) / width
    down = (y if rng.random() < 0.5 else height - 1 - y) / height
    reach = across / rng.uniform(0.06, 0.2) + down / rng.uniform(0.06, 0.2)
    rough = fractal_field(height, width, rng.uniform(5, 12), 3, rng) * 0.15
    return np.clip((1 - reach + rough) * 12, 0, 1)
