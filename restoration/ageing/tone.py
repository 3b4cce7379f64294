"""Tone: fading, dye loss, yellowing, uneven light. All smooth; none hides the picture, so none leaves a mask."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.monochrome import grey, is_grey, random_toner, tone
from restoration.ageing.noise import draw, draw_skewed, fractal_field, smooth_field, spread
from restoration.ageing.recipe import Recipe
from restoration.ageing.shading import shade, silvering
from restoration.luma import LUMA

# Paper and gelatine yellow because lignin and residual thiosulphate absorb blue first and green second.
PAPER_TINTS = np.array([[1.0, 0.93, 0.75], [1.0, 0.9, 0.68], [0.98, 0.95, 0.82], [1.0, 0.88, 0.72]], np.float32)

#: How much of the spread between dyes there is in a picture of silver.
SILVER_APART = 0.2


def fade(image: np.ndarray, recipe: Recipe, rng: np.random.Generator, silver: bool = False) -> np.ndarray:
    """Global fading: silver oxidises (blacks lift, whites drop), dyes bleach at different speeds, paper yellows.

    Args:
        image: H×W×3 float32, 0 to 1.
        recipe: the ranges.
        rng: source of randomness.
        silver: the picture is of silver, not of three dyes: its channels fade nearly alike.
    """
    apart = SILVER_APART if silver else 1.0
    gamma = draw(recipe.gamma, rng)
    # Dyes bleach at different rates: each channel has its own density loss (chromogenic prints turn red or cyan).
    channel_gamma = gamma * np.exp(rng.normal(0, recipe.dye_loss * apart, 3)).astype(np.float32)
    logarithms = cv2.log(np.clip(image, 1e-4, 1))
    logarithms *= channel_gamma
    out = cv2.exp(logarithms, logarithms)

    # Desaturation, black and white points and yellowing are one affine map of colours.
    kept = 1 - draw(recipe.desaturation, rng)
    black = draw_skewed(recipe.black_lift, recipe.fade_skew, rng) * (1 + rng.normal(0, 0.15 * apart, 3))
    white = 1 - draw_skewed(recipe.white_drop, recipe.fade_skew, rng) * (1 + rng.normal(0, 0.15 * apart, 3))
    tint = PAPER_TINTS[rng.integers(len(PAPER_TINTS))]
    paper = 1 - draw_skewed(recipe.yellowing, recipe.fade_skew, rng) / 0.22 * (1 - tint)
    matrix = (kept * np.eye(3) + (1 - kept) * LUMA) * ((white - black) * paper)[:, None]
    return cv2.transform(out, np.column_stack([matrix, black * paper]).astype(np.float32))


def pale(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A print that light or residual fixer has bleached almost away: a narrow band of pale tones is left."""
    low, contrast = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.5)
    return np.float32(low) + image * np.float32(contrast)


def uneven(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Uneven fading: light, damp and glue reach some parts more than others."""
    height, width = image.shape[:2]
    field = smooth_field(height, width, rng.uniform(1, 3.5), rng) * np.float32(amount)
    tint = 1 + rng.normal(0, 0.25, 3).astype(np.float32)
    change = cv2.merge([field * share for share in tint])
    return image + change * (0.4 + 0.6 * image)


def vignette(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Edges that are darker (lens) or paler (air creeping under the print's edge) than the middle."""
    height, width = image.shape[:2]
    cy, cx = rng.uniform(0.35, 0.65, 2)
    y = (np.arange(height, dtype=np.float32)[:, None] / height - cy) * 2
    x = (np.arange(width, dtype=np.float32)[None] / width - cx) * 2
    radius = spread(np.clip((x * x + y * y) / 2, 0, 1.5) * np.float32(amount))
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
    """Every tonal defect of the recipe, each with its chance; values stay in [0, 1].

    A grey picture may be toned first, and may come from a scan in grey, which leaves none of its tint.
    """
    out = image
    toning_rng, shading_rng, silver_rng, pale_rng = rng.spawn(4)
    monochrome = recipe.toning_chance + recipe.grey_scan_chance > 0 and is_grey(image)
    if monochrome and toning_rng.random() < recipe.toning_chance:
        out = tone(out, draw(recipe.toning_strength, toning_rng), random_toner(toning_rng))
    if rng.random() < recipe.fade_chance:
        out = fade(out, recipe, rng, silver=monochrome)
    if pale_rng.random() < recipe.pale_chance:
        out = pale(out, pale_rng)
    if rng.random() < recipe.uneven_chance:
        out = uneven(out, draw(recipe.uneven_amount, rng), rng)
    if rng.random() < recipe.vignette_chance:
        out = vignette(out, draw(recipe.vignette_amount, rng), rng)
    if rng.random() < recipe.stain_chance:
        out = stain(out, rng)
    if shading_rng.random() < recipe.shading_chance:
        out = shade(out, draw(recipe.shading_amount, shading_rng), shading_rng)
    if silver_rng.random() < recipe.silvering_chance:
        out = silvering(out, draw(recipe.silvering_amount, silver_rng), silver_rng)
    if monochrome and toning_rng.random() < recipe.grey_scan_chance:
        out = grey(out.astype(np.float32))
    return np.clip(out, 0, 1).astype(np.float32)
