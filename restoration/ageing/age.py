"""One call that ages a photograph: tone, optics, grain, structured defects, file; in the order of a print's life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from restoration.ageing.grain import age_surface, jpeg
from restoration.ageing.materials import Materials
from restoration.ageing.optics import age_optics
from restoration.ageing.recipe import DEFAULT, Recipe
from restoration.ageing.structured import age_structured
from restoration.ageing.tone import age_tone, draw


@dataclass(frozen=True)
class AgedPhoto:
    """An aged photograph and the exact mask of its structured defects.

    Attributes:
        image: H×W×3 uint8, RGB.
        mask: H×W uint8, 255 = damaged.
    """

    image: np.ndarray
    mask: np.ndarray


def age(image: np.ndarray, seed: int, recipe: Recipe = DEFAULT, materials: Materials | None = None) -> AgedPhoto:
    """Ages a photograph; the same seed, recipe and materials give the same picture.

    Args:
        image: H×W×3 uint8, RGB.
        seed: any non-negative integer.
        recipe: chances and ranges of the defects.
        materials: masks of real defects to mix in.

    Raises:
        ValueError: the image is not H×W×3 uint8.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"age() takes H×W×3 uint8, not {image.shape} {image.dtype}")
    rng = np.random.default_rng(seed)
    # The negative: optics first, because lens and enlarger act before any decay. Then the print fades, grain
    # included; then hands and time break its surface; then it is scanned.
    out = age_optics(image.astype(np.float32) / 255, recipe, rng)
    out = age_surface(out, recipe, rng)
    out = age_tone(out, recipe, rng)
    mask = np.zeros(image.shape[:2], np.uint8)
    if rng.random() < recipe.structured_chance:
        out, mask = age_structured(out, recipe, materials or Materials(), rng)
    if rng.random() < recipe.jpeg_chance:
        out = jpeg(out, round(draw(recipe.jpeg_quality, rng)))
    return AgedPhoto(np.clip(np.rint(out * 255), 0, 255).astype(np.uint8), mask)
