"""Grain, paper and file: fine texture that lies over the whole picture; and the order they come in."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.materials import Materials
from restoration.ageing.monochrome import is_grey
from restoration.ageing.noise import draw, draw_skewed, spread
from restoration.ageing.recipe import Recipe
from restoration.ageing.texture import halftone, paper_texture, real_paper


def grain(image: np.ndarray, sigma: float, size: float, colour: float, rng: np.random.Generator) -> np.ndarray:
    """Film grain: strongest in the mid-tones (as the binomial statistics of silver crystals have it), correlated.

    Args:
        image: H×W×3 float32, 0 to 1; or H×W×1, if the grain is grey.
        sigma: standard deviation in the mid-tones.
        size: correlation length in pixels; 0 is white noise.
        colour: 0 gives grey grain (silver), 1 independent grain a channel (dye clouds).
        rng: source of randomness.
    """
    height, width = image.shape[:2]
    noise: np.ndarray = rng.standard_normal((height, width, 1), dtype=np.float32)
    if colour > 0:
        own = rng.standard_normal((height, width, 3), dtype=np.float32)
        noise = noise * np.float32(np.sqrt(1 - colour**2)) + own * np.float32(colour)
    if size > 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), size).reshape(noise.shape)
        noise = noise / np.float32(cv2.meanStdDev(noise.reshape(-1, 1))[1].item() + 1e-6)
    noise *= np.float32(sigma)
    density = image * (1 - image)
    density *= 4
    density = cv2.sqrt(np.clip(density, 0, 1, out=density)).reshape(image.shape)
    density *= 0.65
    density += 0.35
    density *= noise if noise.shape == image.shape else spread(noise)
    density += image
    return density


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """What JPEG of this quality (1 to 100) leaves of the picture."""
    _, data = cv2.imencode(".jpg", to_bytes(image)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.cvtColor(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB)
    return decoded * np.float32(1 / 255)


def to_bytes(image: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 1 as uint8, rounded and cut."""
    flat = cv2.multiply(image.reshape(len(image), -1), np.array(255.0), dtype=cv2.CV_8U)
    return np.asarray(flat).reshape(image.shape)


def age_surface(
    image: np.ndarray, recipe: Recipe, rng: np.random.Generator, materials: Materials | None = None
) -> np.ndarray:
    """Screen, grain and paper of the recipe, each with its chance; values stay in [0, 1]."""
    out = image
    screen_rng, sheet_rng = rng.spawn(2)
    if screen_rng.random() < recipe.halftone_chance:
        out = halftone(out, draw(recipe.halftone_pitch_px, screen_rng), screen_rng.uniform(0.15, 0.8), screen_rng)
    if rng.random() < recipe.grain_chance:
        sigma = draw_skewed(recipe.grain_sigma, recipe.grain_skew, rng)
        colour = 0.0 if rng.random() < 0.5 else rng.uniform(0.2, 0.8)
        size = draw(recipe.grain_size_px, rng)
        if recipe.monochrome_chance and is_grey(out):  # silver has grey grain: one channel will do
            out = spread(grain(np.ascontiguousarray(out[..., :1]), sigma, size, 0.0, rng))
        else:
            out = grain(out, sigma, size, colour, rng)
    if rng.random() < recipe.texture_chance:
        out = paper_texture(out, draw(recipe.texture_amount, rng), rng)
    if materials is not None and materials.papers and sheet_rng.random() < recipe.paper_chance:
        out = real_paper(out, materials.papers, draw(recipe.texture_amount, sheet_rng), sheet_rng)
    return np.clip(out, 0, 1)
