"""Tone: fading, dye loss, yellowing, uneven light. All smooth; none hides the picture, so none leaves a mask."""

from __future__ import annotations

import numpy as np

from restoration.ageing.noise import fractal_field, smooth_field
from restoration.ageing.recipe import Range, Recipe
from restoration.luma import LUMA

# Paper and gelatine yellow because lignin and residual thiosulphate absorb blue first and green second.
PAPER_TINTS = np.array([[1.0, 0.93, 0.75], [1.0, 0.9, 0.68], [0.98, 0.95, 0.82], [1.0, 0.88, 0.72]], np.float32)


def draw(limits: Range, rng: np.random.Generator) -> float:
    """One number, uniform between the two limits."""
    return float(rng.uniform(*limits))


def fade(image: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """Global fading: silver oxidises (blacks lift, whites drop), dyes bleach at different speeds, paper yellows."""
    gamma = draw(recipe.gamma, rng)
    # Dyes bleach at different rates: each channel has its own density loss (chromogenic prints turn red or cyan).
    channel_gamma = gamma * np.exp(rng.normal(0, recipe.dye_loss, 3)).astype(np.float32)
    out = np.clip(image, 1e-4, 1) ** channel_gamma

    luma = (out @ LUMA)[..., None]
    out = luma + (out - luma) * (1 - draw(recipe.desaturation, rng))

    black = draw(recipe.black_lift, rng) * (1 + rng.normal(0, 0.15, 3)).astype(np.float32)
    white = 1 - draw(recipe.white_drop, rng) * (1 + rng.normal(0, 0.15, 3)).astype(np.float32)
    out = black + out * (white - black)

    tint = PAPER_TINTS[rng.integers(len(PAPER_TINTS))]
    amount = draw(recipe.yellowing, rng) / 0.22
    return out * (1 - amount * (1 - tint))


def uneven(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Uneven fading: light, damp and glue reach some parts more than others."""
    height, width = image.shape[:2]
    field = smooth_field(height, width, rng.uniform(1, 3.5), rng)[..., None] * amount
    tint = 1 + rng.normal(0, 0.25, 3).astype(np.float32)
    return image + field * tint * (0.4 + 0.6 * image)


def vignette(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Edges that are darker (lens) or paler (air creeping under the print's edge) than the middle."""
    height, width = image.shape[:2]
    cy, cx = rng.uniform(0.35, 0.65, 2)
    y = (np.arange(height, dtype=np.float32)[:, None] / height - cy) * 2
    x = (np.arange(width, dtype=np.float32)[None] / width - cx) * 2
    radius = np.clip((x * x + y * y) / 2, 0, 1.5)[..., None] * amount
    if rng.random() < 0.6:
        return image * (1 - radius)
    return image + (0.9 - image) * radius


def stain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brown blots with a darker rim, as water leaves them; and foxing when the blots are small."""
    height, width = image.shape[:2]
    field = fractal_field(height, width, rng.uniform(1.5, 6), 3, rng)
    level = rng.uniform(0.35, 0.8)
    body = np.clip((field - level) / 0.25, 0, 1)
    rim = np.exp(-(((field - level) / 0.05) ** 2)) * 0.5
    density = ((body + rim) * rng.uniform(0.05, 0.3))[..., None]
    colour = np.array([0.75, 0.55, 0.3], np.float32) * rng.uniform(0.7, 1.2)
    return image * (1 - density * (1 - colour))


def age_tone(image: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """Every tonal defect of the recipe, each with its chance; values stay in [0, 1]."""
    out = image
    if rng.random() < recipe.fade_chance:
        out = fade(out, recipe, rng)
    if rng.random() < recipe.uneven_chance:
        out = uneven(out, draw(recipe.uneven_amount, rng), rng)
    if rng.random() < recipe.vignette_chance:
        out = vignette(out, draw(recipe.vignette_amount, rng), rng)
    if rng.random() < recipe.stain_chance:
        out = stain(out, rng)
    return np.clip(out, 0, 1).astype(np.float32)
