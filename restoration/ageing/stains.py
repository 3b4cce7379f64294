"""Stains: tide marks, fingerprints, adhesive tape; coverage maps H×W float32, 0 to 1."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.noise import cloud, draw_log, smooth_field
from restoration.ageing.specks import place_window


def tide_mark(height: int, width: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where water stood: dirt travels with the drying front and stays at its border as a dark line.

    Returns:
        The coverage of the wet inside (flat) and of the border line.
    """
    field = cloud(height, width, rng.uniform(0.8, 3), 4, rng)
    if rng.random() < 0.5:  # water came from a border
        from_border = np.linspace(1.4, -1.6, height, dtype=np.float32)[:: rng.choice([-1, 1]), None]
        from_side = np.linspace(1.4, -1.6, width, dtype=np.float32)[None, :: rng.choice([-1, 1])]
        field = field + (from_border if rng.random() < 0.5 else from_side)
        level = rng.uniform(0.4, 1.2)
    else:
        level = rng.uniform(0.5, 1.0)
    steep = float(np.abs(cv2.Sobel(field, -1, 1, 0)).mean() + np.abs(cv2.Sobel(field, -1, 0, 1)).mean()) / 8 + 1e-4
    pixels = (field - level) / steep  # about the distance to the front, in pixels
    body = np.clip(pixels / draw_log(0.8, 5, rng), 0, 1)
    line = np.exp(-((pixels / draw_log(1.2, 4, rng)) ** 2)) * (pixels > -4)
    return body, line * np.clip(0.7 + smooth_field(height, width, 5, rng), 0, 1)


def fingerprint(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """The ridges of a greasy finger: a loop or whorl of lines, patchy, in an oval. Coverage H×W float32.

    Ridges are 0.45 mm apart and a print is about 90 mm high, so a pitch is about 1/200 of the shorter side or more,
    for a picture that shows a part only.
    """
    side = min(height, width)
    pitch = max(2.6, side * draw_log(0.006, 0.014, rng))
    reach = int(pitch * rng.uniform(9, 16))
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    x = axis[None] * np.cos(turn) + axis[:, None] * np.sin(turn)
    y = axis[:, None] * np.cos(turn) - axis[None] * np.sin(turn)
    # Ridges run round a core above and level out below it: a loop.
    loop = np.hypot(x, np.maximum(y, 0) * 0.8 + np.minimum(y, 0) * rng.uniform(0.1, 0.9))
    phase = (loop + 0.8 * pitch * smooth_field(len(axis), len(axis), 4, rng)) * (2 * np.pi / pitch)
    oval = np.clip((1 - np.hypot(x / 0.75, y) / reach) * 5, 0, 1)
    patchy = np.clip(0.7 + cloud(len(axis), len(axis), 4, 3, rng), 0, 1)
    ridges = np.clip(0.5 + 0.9 * np.cos(phase), 0, 1) * oval * patchy
    return place_window(ridges.astype(np.float32), height, width, rng)


def tape(height: int, width: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A strip of adhesive tape: yellowed, streaked, with straight sides and cut or toothed ends.

    Returns:
        The coverage of the strip (streaked, above 0.5 everywhere inside) and of its dirty edge.
    """
    side = min(height, width)
    broad, long = side * rng.uniform(0.05, 0.16), side * draw_log(0.15, 1.4, rng)
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.12) if rng.random() < 0.7 else rng.uniform(0, np.pi)
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(rng.uniform(0, height))
    x = np.arange(width, dtype=np.float32)[None] - np.float32(rng.uniform(0, width))
    along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    across = y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
    teeth = np.float32(rng.uniform(0, 2)) * np.abs(np.sin(across * np.float32(0.8)))
    inside = np.minimum(broad / 2 - np.abs(across), long / 2 - np.abs(along) + teeth)  # pixels from the nearest edge
    strip = np.clip(inside + 0.5, 0, 1)
    streaks = cv2.resize(rng.uniform(0.55, 1, (1, max(4, int(broad)))).astype(np.float32), (256, 1))[0]
    row = np.clip((across / broad + 0.5) * 255, 0, 255).astype(np.uint8)
    edge = np.exp(-((inside / np.float32(rng.uniform(0.8, 2))) ** 2)) * (strip > 0)
    return strip * streaks[row], edge
