"""Optics: what the lens, the shutter, the enlarger and the scanner took away."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.noise import draw
from restoration.ageing.recipe import Recipe


def soften(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur: a lens out of focus, a print out of contact. Sigma in pixels."""
    return cv2.GaussianBlur(image, (0, 0), sigma)


def defocus(image: np.ndarray, radius: float) -> np.ndarray:
    """Blur by a disc, the shape of an aperture; radius in pixels."""
    size = 2 * int(np.ceil(radius)) + 1
    axis = np.arange(size, dtype=np.float32) - size // 2
    disc = np.clip(radius + 0.5 - np.hypot(axis[:, None], axis[None]), 0, 1)
    return cv2.filter2D(image, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT_101)


def shake(image: np.ndarray, length: float, angle: float) -> np.ndarray:
    """Motion blur along a line; length in pixels, angle in radians."""
    size = 2 * int(np.ceil(length / 2)) + 3
    kernel: np.ndarray = np.zeros((size, size), np.float32)
    middle, half = (size - 1) / 2, length / 2
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    start = (round((middle - dx) * 16), round((middle - dy) * 16))
    end = (round((middle + dx) * 16), round((middle + dy) * 16))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA, 4)
    kernel = cv2.GaussianBlur(kernel, (0, 0), 0.5)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)


def coarsen(image: np.ndarray, factor: float, rng: np.random.Generator) -> np.ndarray:
    """A scan of too few dots, enlarged again; the factor is the loss of resolution."""
    height, width = image.shape[:2]
    small = (max(2, round(width / factor)), max(2, round(height / factor)))
    reduced = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    kernel = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    return np.clip(cv2.resize(reduced, (width, height), interpolation=kernel), 0, 1)


def sharpen(image: np.ndarray, amount: float) -> np.ndarray:
    """Unsharp masking, as scanners do unasked: edges get halos about a pixel wide."""
    return np.clip(cv2.addWeighted(image, 1 + amount, cv2.GaussianBlur(image, (0, 0), 1.0), -amount, 0), 0, 1)


def age_optics(image: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """Every optical defect of the recipe, each with its chance."""
    out = image
    if rng.random() < recipe.blur_chance:
        sigma = draw(recipe.blur_sigma_px, rng)
        out = soften(out, sigma) if rng.random() < 0.7 else defocus(out, 1.6 * sigma)
    if rng.random() < recipe.motion_chance:
        out = shake(out, draw(recipe.motion_length_px, rng), rng.uniform(0, np.pi))
    if rng.random() < recipe.downsample_chance:
        out = coarsen(out, draw(recipe.downsample_factor, rng), rng)
    return out
