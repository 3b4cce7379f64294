"""Folds and tears: the paper itself gave way. Coverage maps are H×W float32, 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from restoration.ageing.lines import draw_path
from restoration.ageing.noise import cloud, draw_log


@dataclass(frozen=True)
class Fold:
    """A crease.

    Attributes:
        line: coverage of the ridge where the emulsion broke.
        flakes: coverage of the cracks and chips beside it.
        shading: H×W, about 1, to multiply the picture with: one side of the bent paper faces the light, one turns away.
    """

    line: np.ndarray
    flakes: np.ndarray
    shading: np.ndarray


def line_across(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """A nearly straight line from border to border, or a shorter one; its points, 30×2 as (x, y)."""
    angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)]) + rng.normal(0, 0.05)
    direction, normal = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    middle = rng.uniform([0.1 * width, 0.1 * height], [0.9 * width, 0.9 * height])
    reach = np.hypot(height, width) * (1 if rng.random() < 0.6 else draw_log(0.1, 0.5, rng))
    along = np.linspace(-reach, reach, 30)
    sway = np.cumsum(rng.normal(0, 0.003 * min(height, width), 30))
    return middle + along[:, None] * direction + (sway - sway[15])[:, None] * normal


def slope_beside(points: np.ndarray, height: int, width: int, reach: float, rng: np.random.Generator) -> np.ndarray:
    """Light and shade of the paper that slopes down on both sides of a crease, made at a quarter of the size.

    Args:
        points: of the crease, N×2 as (x, y).
        height, width: of the picture.
        reach: how far the paper is bent, pixels.
        rng: source of randomness.

    Returns:
        H×W float32, about -1 to 1; the two sides differ in sign, more or less.
    """
    rows, columns = max(2, height // 4), max(2, width // 4)
    lit, shaded = np.zeros((rows, columns), np.uint8), np.zeros((rows, columns), np.uint8)
    tangent = np.gradient(points, axis=0)
    aside = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / (np.hypot(*tangent.T)[:, None] + 1e-6) * reach
    scale = (columns / width, rows / height)
    draw_path(lit, (points + aside) * scale, max(1.0, reach / 4))
    draw_path(shaded, (points - aside) * scale, max(1.0, reach / 4))
    sides = lit * np.float32(rng.uniform(-1, 1) / 255) + shaded * np.float32(rng.uniform(-1, 1) / 255)
    soft = cv2.GaussianBlur(sides, (0, 0), max(0.6, reach / 4))
    return cv2.resize(soft / (np.abs(soft).max() + 1e-6), (width, height))


def fold(height: int, width: int, rng: np.random.Generator) -> Fold:
    """A crease: a pale broken ridge, chips of emulsion beside it, light on one side and shade on the other."""
    points = line_across(height, width, rng)
    canvas = np.zeros((height, width), np.uint8)
    draw_path(canvas, points, draw_log(0.8, 5, rng))
    ridge = canvas * np.float32(1 / 255)
    holding = np.clip(rng.uniform(0.5, 1.4) + 2.2 * cloud(height, width, rng.uniform(8, 20), 2, rng), 0, 1)

    beside = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(2, 6))
    near = beside * np.float32(rng.uniform(0.6, 1.3) / max(1, beside.max()))
    chips = cloud(height, width, min(height, width) / rng.uniform(4, 10), 2, rng)
    flakes = np.clip((near + chips * np.float32(0.9) - np.float32(0.95)) * 6, 0, 1) * (beside > 0)

    slope = slope_beside(points, height, width, draw_log(2, 14, rng), rng)
    return Fold(ridge * holding, flakes, 1 + slope * np.float32(rng.uniform(0.04, 0.18)))


def tear(height: int, width: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A tear from the border inwards: a jagged gap that narrows to its end, with the white core of the paper beside it.

    Returns:
        The coverage of core and gap, and that of the gap alone (what lies behind the print shows through).
    """
    side = min(height, width)
    edge = int(rng.integers(4))
    begin = np.array([[rng.uniform(0, width), 0], [rng.uniform(0, width), height],
                      [0, rng.uniform(0, height)], [width, rng.uniform(0, height)]])[edge]  # fmt: skip
    inwards = np.array([np.pi / 2, -np.pi / 2, 0, np.pi])[edge] + rng.normal(0, 0.35)
    steps = int(rng.integers(20, 60))
    length = side * draw_log(0.08, 1.1, rng)
    heading = inwards + np.cumsum(rng.normal(0, 0.07, steps))
    path = begin + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * (length / steps), axis=0)
    jagged = np.concatenate([begin[None], path + rng.normal(0, rng.uniform(0.3, 1.6), path.shape)])
    widest = draw_log(1.5, 0.025 * side + 2, rng)
    core, gap = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
    aside = rng.normal(0, 0.4 * widest, 2)  # one sheet lost more of its face than the other
    for i in range(steps):
        here = widest * (1 - i / steps) ** 0.6
        draw_path(core, jagged[i : i + 2] + aside, here * rng.uniform(0.7, 1.4) + 1)
        draw_path(gap, jagged[i : i + 2], max(1.0, 0.4 * here))
    return cv2.GaussianBlur(core.astype(np.float32) / 255, (0, 0), 0.5), gap.astype(np.float32) / 255


def slip(image: np.ndarray, core: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The picture with the paper on one side of a tear pushed along by up to two pixels.

    Args:
        image: H×W×3 float32.
        core: coverage of the tear, H×W.
        rng: source of randomness.

    Returns:
        The pushed picture, and where it was pushed: H×W bool, a band a few pixels wide along one side.
    """
    height, width = core.shape
    dx, dy = rng.uniform(1, 2, 2) * rng.choice([-1, 1], 2)
    beside = cv2.warpAffine(core, np.array([[1, 0, 2 * dx], [0, 1, 2 * dy]]), (width, height))
    band = beside > 0.3
    moved = cv2.warpAffine(image, np.array([[1, 0, dx], [0, 1, dy]]), (width, height), borderMode=cv2.BORDER_REPLICATE)
    return moved, band
