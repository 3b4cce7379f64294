"""Specks and blots: dust, foxing, blotches of dirt, real film artefacts; coverage maps H×W float32, 0 to 1."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.lines import SUBPIXEL
from restoration.ageing.noise import cloud, draw_log, smooth_field


def dust(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Specks: angular grains of half a pixel to five pixels' radius, most of them small. Coverage H×W float32."""
    canvas: np.ndarray = np.zeros((height, width), np.uint8)
    for _ in range(count):
        corners = int(rng.integers(4, 9))
        turn = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, corners, endpoint=False)
        radius = 0.4 + 4.6 * rng.random() ** 3
        out = radius * rng.uniform(0.4, 1.3, (corners, 1)) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        points = rng.uniform([0, 0], [width, height]) + out * (1, rng.uniform(0.4, 1))
        fixed = np.rint(points * 2**SUBPIXEL).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillPoly(canvas, [fixed], int(rng.integers(110, 256)), cv2.LINE_AA, SUBPIXEL)
    if rng.random() < 0.4:
        canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.4, 1.0))
    return canvas * np.float32(1 / 255)


def foxing(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Foxing: rust-brown spots of fungus or iron in the paper, in clusters, dense in the middle and soft outside.

    Returns:
        H×W float32: 1 where a spot absorbs fully; the halo around a spot goes down smoothly.
    """
    canvas: np.ndarray = np.zeros((height, width), np.uint8)
    side = min(height, width)
    clusters = rng.uniform([0, 0], [width, height], (int(rng.integers(1, 6)), 2))
    for _ in range(count):
        middle = clusters[rng.integers(len(clusters))] + rng.normal(0, side * 0.18, 2)
        radius = draw_log(0.8, max(1.0, side * 0.016), rng)
        axes = (max(8, int(radius * 16)), max(8, int(radius * rng.uniform(0.6, 1) * 16)))
        centre = (int(middle[0] * 16), int(middle[1] * 16))
        level = int(rng.integers(90, 256))
        cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, level, -1, cv2.LINE_AA, SUBPIXEL)
    core = canvas.astype(np.float32) / 255
    halo = cv2.GaussianBlur(core, (0, 0), rng.uniform(0.8, 2.5))
    ragged = np.clip(1 + 0.5 * smooth_field(height, width, side / rng.uniform(2, 5), rng), 0.4, 1)
    return np.clip(0.6 * core + 0.7 * halo, 0, 1) * ragged


def blotch(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """One blot of dirt, mould or lost emulsion, from a speck to a third of the picture's width. Coverage H×W float32.

    It is drawn in a window just large enough: most are small.
    """
    side = min(height, width)
    radius = max(1.5, side * draw_log(0.005, 0.18, rng))
    reach = int(np.ceil(2.2 * radius)) + 2
    axis = np.arange(-reach, reach + 1, dtype=np.float32) / radius
    stretch, turn = draw_log(1, 2.5, rng), rng.uniform(0, np.pi)
    x = axis[None] * np.cos(turn) + axis[:, None] * np.sin(turn)
    y = axis[:, None] * np.cos(turn) - axis[None] * np.sin(turn)
    rough = cloud(len(axis), len(axis), rng.uniform(2, 6), 4, rng) * rng.uniform(0.15, 0.9)
    edge = draw_log(1.5, 12, rng) * max(1.0, radius / 12)  # how hard: coverage per radius at the edge
    window = np.clip((1 - np.hypot(x, y * stretch) + rough) * edge, 0, 1)
    return place_window(window, height, width, rng)


def place_window(window: np.ndarray, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """A small coverage map put somewhere in an H×W map of zeros, cut at the borders."""
    rows, columns = window.shape
    top, left = int(rng.uniform(0, height)) - rows // 2, int(rng.uniform(0, width)) - columns // 2
    canvas = np.zeros((height, width), np.float32)
    y0, x0, y1, x1 = max(0, top), max(0, left), min(height, top + rows), min(width, left + columns)
    canvas[y0:y1, x0:x1] = window[y0 - top : y1 - top, x0 - left : x1 - left]
    return canvas


def placed(mask: np.ndarray, height: int, width: int, scale: float, rng: np.random.Generator) -> np.ndarray:
    """A real defect's mask, turned, flipped, scaled and put somewhere in an H×W picture. Coverage float32."""
    angle = rng.uniform(0, 360)
    matrix = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), angle, scale)
    matrix[:, 2] += rng.uniform(0, 1, 2) * [width, height] - [mask.shape[1] / 2, mask.shape[0] / 2]
    flipped = mask[:, ::-1] if rng.random() < 0.5 else mask
    moved = cv2.warpAffine(np.ascontiguousarray(flipped), matrix, (width, height), flags=cv2.INTER_AREA)
    return moved.astype(np.float32) / 255
