"""Lines: scratches and hairs, as coverage maps (H×W float32, 0 to 1)."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.noise import cloud, draw_log

#: Bits of fraction that cv2 takes in the coordinates of lines and ellipses.
SUBPIXEL = 4


def draw_path(canvas: np.ndarray, points: np.ndarray, width: float) -> None:
    """Draws a smooth line into an H×W uint8 canvas; points N×2 as (x, y), width in pixels, rounded, at least 1."""
    fixed = np.rint(points * 2**SUBPIXEL).astype(np.int32).reshape(-1, 1, 2)
    thick = max(1, round(width))
    cv2.polylines(canvas, [fixed], False, 255, thick, cv2.LINE_AA, SUBPIXEL)


def random_path(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """A wandering line: a scratch, a hair, a crease. N×2 float points (x, y)."""
    side = min(height, width)
    length = side * float(np.exp(rng.uniform(np.log(0.06), np.log(1.6))))
    steps = 24
    straight = rng.random() < 0.55
    bend = rng.normal(0, 0.02 if straight else 0.16, steps)
    direction = rng.choice([np.pi / 2, rng.uniform(0, 2 * np.pi)]) + np.cumsum(bend)
    stride = np.stack([np.cos(direction), np.sin(direction)], axis=1) * (length / steps)
    start = rng.uniform([-0.1 * width, -0.1 * height], [1.1 * width, 1.1 * height])
    return start + np.cumsum(stride, axis=0)


def draw_stroke(canvas: np.ndarray, points: np.ndarray, widths: np.ndarray, level: int = 255) -> None:
    """Draws a line of changing width into an H×W uint8 canvas.

    Args:
        canvas: drawn on in place.
        points: N×2 as (x, y).
        widths: N, in pixels; fractions count. Where it is below one pixel the whole line gets fainter instead.
        level: 0 to 255.
    """
    tangent = np.gradient(points, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / (np.hypot(*tangent.T)[:, None] + 1e-6)
    # cv2 smooths outlines by half a pixel outwards: a polygon comes out a pixel wider than it is.
    half = np.maximum(widths - 1, 0)[:, None] / 2
    outline = np.concatenate([points + normal * half, (points - normal * half)[::-1]])
    fixed = np.rint(outline * 2**SUBPIXEL).astype(np.int32).reshape(-1, 1, 2)
    level = round(level * min(1.0, float(widths.max())))
    cv2.fillPoly(canvas, [fixed], level, cv2.LINE_AA, SUBPIXEL)


def scratches(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Scratches of half a pixel to five pixels, thin ones being common, pointed at the ends, broken here and there.

    Returns:
        Coverage, H×W float32.
    """
    canvas: np.ndarray = np.zeros((height, width), np.uint8)
    for _ in range(count):
        path = random_path(height, width, rng)
        pressure = np.sin(np.linspace(0.05, np.pi - 0.05, len(path))) ** rng.uniform(0.2, 0.8)
        pressure *= np.clip(1 + np.cumsum(rng.normal(0, 0.08, len(path))), 0.3, 2)
        draw_stroke(canvas, path, pressure * draw_log(0.5, 5, rng), int(rng.integers(120, 256)))
    if rng.random() < 0.5:
        canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.4, 0.9))
    coverage: np.ndarray = canvas * np.float32(1 / 255)
    if rng.random() < 0.6:  # the emulsion holds in places: the line is broken
        held = cloud(height, width, rng.uniform(8, 60), 1, rng)
        held *= np.float32(rng.uniform(1, 3))
        held += np.float32(rng.uniform(0.8, 1.6))
        coverage *= np.clip(held, 0, 1, out=held)
    return coverage


def transport_scratches(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Thin parallel lines along one direction, as grit in a camera or a squeegee draws them. Coverage H×W float32."""
    canvas: np.ndarray = np.zeros((height, width), np.uint8)
    along_y = rng.random() < 0.75
    across, along = (width, height) if along_y else (height, width)
    middle, spread = rng.uniform(0, across), across * draw_log(0.02, 0.6, rng)
    slope = rng.normal(0, 0.02)
    for _ in range(count):
        place = middle + rng.normal(0, spread)
        begin, end = np.sort(rng.uniform(-0.4, 1.4, 2)) * along
        steps = np.linspace(begin, end, 12)
        sway = place + slope * steps + np.cumsum(rng.normal(0, 0.15, 12))
        points = np.stack([sway, steps] if along_y else [steps, sway], axis=1)
        draw_path(canvas, points, 1 if rng.random() < 0.8 else 2)
    return canvas.astype(np.float32) / 255


def scrape(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """A broad rub: a short wide stroke with streaks along it, where the surface was worn off. Coverage H×W float32."""
    canvas: np.ndarray = np.zeros((height, width), np.uint8)
    path = random_path(height, width, rng)
    broad = min(height, width) * draw_log(0.008, 0.04, rng)
    normal = np.gradient(path, axis=0)[:, ::-1] * (1, -1)
    normal /= np.hypot(*normal.T)[:, None] + 1e-6
    for _ in range(int(rng.integers(4, 14))):
        first, last = np.sort(rng.integers(0, len(path), 2))
        if last - first > 1:
            draw_path(canvas, (path + normal * rng.normal(0, broad))[first:last], rng.uniform(1, 3))
    return cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.5, 1.2)) * np.float32(1 / 255)


def hairs(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Hairs and lint on the print or the scanner's glass: curled, of even width, never broken. Coverage H×W float32."""
    canvas: np.ndarray = np.zeros((height, width), np.uint8)
    for _ in range(count):
        steps = 40
        length = min(height, width) * draw_log(0.05, 0.7, rng)
        # The curvature itself wanders: that is a curl; a wandering direction alone would be a scribble.
        curl = np.cumsum(rng.normal(0, 0.02, steps)) + rng.normal(0, 0.06)
        direction = rng.uniform(0, 2 * np.pi) + np.cumsum(curl)
        stride = np.stack([np.cos(direction), np.sin(direction)], axis=1) * (length / steps)
        path = rng.uniform([0, 0], [width, height]) + np.cumsum(stride, axis=0)
        draw_stroke(canvas, path, np.full(steps, draw_log(0.8, 3, rng)))
    if rng.random() < 0.6:
        canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.35, 1.1))
    return canvas * np.float32(1 / 255)
