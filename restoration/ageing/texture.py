"""What the picture is printed on and by: paper, its finish, and the printer's screen."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from restoration.ageing.noise import smooth_field, spread


def paper_texture(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """The tooth of matt, linen or silk-finished paper, lit from one side by the scanner's lamp."""
    height, width = image.shape[:2]
    kind = rng.integers(3)
    if kind == 0:  # fibres: noise stretched along one direction
        noise = rng.standard_normal((height, width)).astype(np.float32)
        stretch = rng.uniform(2, 5)
        relief = cv2.GaussianBlur(noise, (0, 0), sigmaX=stretch, sigmaY=0.7)
    elif kind == 1:  # a regular raster: silk finish (honeycomb) or halftone
        pitch, angle = rng.uniform(3.5, 9), rng.uniform(0, np.pi)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        u = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / pitch)
        v = (y * np.cos(angle) - x * np.sin(angle)) * (2 * np.pi / pitch)
        relief = np.cos(u) * np.cos(v)
    else:  # mottled: uneven gelatine
        relief = smooth_field(height, width, min(height, width) / rng.uniform(4, 12), rng)
    relief = relief / (relief.std() + 1e-6)
    return image * (1 + amount * relief[..., None])


def real_paper(image: np.ndarray, papers: Sequence[np.ndarray], amount: float, rng: np.random.Generator) -> np.ndarray:
    """The relief of a real sheet, from a picture of paper: any part of it, turned by right angles, scaled, repeated.

    Args:
        image: H×W×3 float32, 0 to 1.
        papers: pictures of paper that can be tiled, each h×w uint8, grey.
        amount: standard deviation of the relief, as a share of the picture's brightness.
        rng: source of randomness.
    """
    height, width = image.shape[:2]
    sheet = np.rot90(papers[int(rng.integers(len(papers)))], int(rng.integers(4)))
    scale = rng.uniform(0.6, 1.3)
    sheet = cv2.resize(np.ascontiguousarray(sheet), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = sheet.shape
    top, left = int(rng.integers(rows)), int(rng.integers(columns))
    part = sheet[np.ix_(np.arange(top, top + height) % rows, np.arange(left, left + width) % columns)]
    relief = (part - np.float32(sheet.mean())) / np.float32(sheet.std() + 1e-6)
    # A few sheets have blots or folds: those are damage, and would be unmarked.
    relief = np.clip(relief, -2.5, 2.5) * np.float32(amount)
    return image * spread(1 + relief)


def halftone(image: np.ndarray, pitch: float, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A printed picture: dots on a turned grid that grow with darkness, blurred by ink spread and the scanner.

    Args:
        image: H×W×3 float32, 0 to 1.
        pitch: distance of dots in pixels, 2.5 or more.
        strength: 0 to 1, how far the dots are resolved.
        rng: source of randomness.
    """
    height, width = image.shape[:2]
    angle = np.float32(rng.choice([np.pi / 4, rng.uniform(0, np.pi / 2)]))
    turn = np.float32(2 * np.pi / pitch)
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    u, v = (x * np.cos(angle) + y * np.sin(angle)) * turn, (y * np.cos(angle) - x * np.sin(angle)) * turn
    screen = (np.cos(u) * np.cos(v)).astype(np.float32)
    # Mid-tones show the screen most; white and black have no dots.
    amount = np.float32(0.5 * strength) * (1 - (2 * np.clip(image, 0, 1) - 1) ** 2)
    return image + amount * spread(screen)
