"""Grain, paper and file: fine texture that lies over the whole picture."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.noise import smooth_field
from restoration.ageing.recipe import Recipe
from restoration.ageing.tone import draw


def grain(image: np.ndarray, sigma: float, size: float, colour: float, rng: np.random.Generator) -> np.ndarray:
    """Film grain: strongest in the mid-tones (as the binomial statistics of silver crystals have it), correlated.

    Args:
        image: H×W×3, 0 to 1.
        sigma: standard deviation in the mid-tones.
        size: correlation length in pixels; 0 is white noise.
        colour: 0 gives grey grain (silver), 1 independent grain a channel (dye clouds).
        rng: source of randomness.
    """
    height, width = image.shape[:2]
    common = rng.standard_normal((height, width, 1), dtype=np.float32)
    noise: np.ndarray = np.repeat(common, 3, axis=2)
    if colour > 0:
        own = rng.standard_normal((height, width, 3), dtype=np.float32)
        noise = noise * np.sqrt(1 - colour**2) + own * colour
    if size > 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), size)
        noise = noise / (noise.std() + 1e-6)
    density = 0.35 + 0.65 * np.sqrt(np.clip(4 * image * (1 - image), 0, 1))
    return image + noise * density * sigma


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


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """What JPEG of this quality (1 to 100) leaves of the picture."""
    pixels = np.clip(np.rint(image[..., ::-1] * 255), 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return decoded[..., ::-1].astype(np.float32) / 255


def age_surface(image: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """Grain and paper of the recipe, each with its chance; values stay in [0, 1]."""
    out = image
    if rng.random() < recipe.grain_chance:
        low, high = recipe.grain_sigma
        sigma = low + (high - low) * rng.random() ** 1.5  # most photographs have little grain
        colour = 0.0 if rng.random() < 0.5 else rng.uniform(0.2, 0.8)
        out = grain(out, sigma, draw(recipe.grain_size_px, rng), colour, rng)
    if rng.random() < recipe.texture_chance:
        out = paper_texture(out, draw(recipe.texture_amount, rng), rng)
    return np.clip(out, 0, 1)
