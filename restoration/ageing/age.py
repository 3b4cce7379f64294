"""One call that ages a photograph: print, optics, grain, tone, structured defects, file; as a print lives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from restoration.ageing.border import border
from restoration.ageing.frozen import age_frozen
from restoration.ageing.grain import age_surface, jpeg, to_bytes
from restoration.ageing.materials import Materials
from restoration.ageing.monochrome import grey, grey_print, is_grey
from restoration.ageing.noise import draw, generator
from restoration.ageing.optics import age_optics, sharpen
from restoration.ageing.recipe import DEFAULT, Recipe
from restoration.ageing.structured import age_structured
from restoration.ageing.tone import age_tone


@dataclass(frozen=True)
class AgedPhoto:
    """An aged photograph, the exact mask of its structured defects, and what its restoration should aim for.

    Attributes:
        image: H×W×3 uint8, RGB.
        mask: H×W uint8, 255 = damaged.
        clean: H×W×3 uint8, RGB: the picture before it aged; its grey print where the ageing made it monochrome,
            because a restoration must not invent colour.
    """

    image: np.ndarray
    mask: np.ndarray
    clean: np.ndarray


def age(image: np.ndarray, seed: int, recipe: Recipe = DEFAULT, materials: Materials | None = None) -> AgedPhoto:
    """Ages a photograph; the same seed, recipe and materials give the same picture.

    Args:
        image: H×W×3 uint8, RGB.
        seed: any non-negative integer.
        recipe: chances and ranges of the defects.
        materials: masks of real defects and pictures of paper to mix in.

    Raises:
        ValueError: the image is not H×W×3 uint8.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"age() takes H×W×3 uint8, not {image.shape} {image.dtype}")
    materials = materials or Materials()
    rng = np.random.default_rng(seed)
    out = image.astype(np.float32) / 255
    clean = image
    printing = generator(seed, "print")
    if printing.random() < recipe.monochrome_chance:
        out = grey_print(out, printing)
        clean = to_bytes(out)
    if printing.random() < recipe.border_chance:
        frame, level = border(image.shape[0], image.shape[1], printing)
        clean = clean.copy()
        clean[frame] = round(level * 255)
        out[frame] = level
    # The negative: optics first, because lens and enlarger act before any decay. Then the print fades, grain
    # included; then hands and time break its surface; then it is scanned.
    out = age_optics(out, recipe, rng)
    out = age_surface(out, recipe, rng, materials)
    out = age_tone(out, recipe, rng)
    scanning = generator(seed, "scan")
    if scanning.random() < recipe.sharpen_chance:
        out = sharpen(out, draw(recipe.sharpen_amount, scanning))
    mask = np.zeros(image.shape[:2], np.uint8)
    if rng.random() < recipe.structured_chance:
        if recipe.frozen:
            out, mask = age_frozen(out, recipe, materials, rng)
        else:
            scanned_in_grey = recipe.grey_scan_chance > 0 and is_grey(out)
            out, mask = age_structured(out, recipe, materials, seed)
            out = grey(out) if scanned_in_grey else out
    if rng.random() < recipe.jpeg_chance:
        out = jpeg(out, round(draw(recipe.jpeg_quality, rng)))
    return AgedPhoto(to_bytes(out), mask, clean)
