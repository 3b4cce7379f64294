"""Recipes: how likely and how strong each defect is."""

from __future__ import annotations

from dataclasses import dataclass, replace

Range = tuple[float, float]


@dataclass(frozen=True)
class Recipe:
    """Chances (0 to 1) and ranges from which one ageing is drawn; a range is uniform unless said.

    Lengths are fractions of the picture's shorter side or pixels, as named, so that a recipe means the same decay on
    any scan whose grain is about a pixel wide.
    """

    # Tone: what light, air and chemistry do to dyes, silver and paper.
    fade_chance: float = 0.9
    black_lift: Range = (0.0, 0.32)
    white_drop: Range = (0.0, 0.28)
    gamma: Range = (0.78, 1.3)
    desaturation: Range = (0.0, 0.75)
    dye_loss: float = 0.1
    yellowing: Range = (0.0, 0.22)
    uneven_chance: float = 0.5
    uneven_amount: Range = (0.03, 0.15)
    vignette_chance: float = 0.3
    vignette_amount: Range = (0.1, 0.45)
    stain_chance: float = 0.2

    # Optics: lens, motion, a soft print, a coarse scan.
    blur_chance: float = 0.75
    blur_sigma_px: Range = (0.5, 2.2)
    motion_chance: float = 0.1
    motion_length_px: Range = (3.0, 9.0)
    downsample_chance: float = 0.35
    downsample_factor: Range = (1.3, 2.6)

    # Grain, paper, file.
    grain_chance: float = 0.85
    grain_sigma: Range = (0.01, 0.085)
    grain_size_px: Range = (0.0, 1.1)
    texture_chance: float = 0.25
    texture_amount: Range = (0.01, 0.05)
    jpeg_chance: float = 0.5
    jpeg_quality: Range = (40.0, 95.0)

    # Structured defects: those that take the picture away and leave a mask.
    structured_chance: float = 0.75
    scratch_count: Range = (0.0, 12.0)
    dust_count: Range = (0.0, 25.0)
    crease_chance: float = 0.3
    crack_chance: float = 0.25
    film_artefact_chance: float = 0.6
    film_artefact_count: Range = (1.0, 5.0)
    hole_chance: float = 0.12
    corner_chance: float = 0.1


DEFAULT = Recipe()

#: Fading, grain, blur and scratches (with dust, creases and cracks) at work in every picture; used for the figures in
#: the README. Without lost pieces and blotches of real film dirt: those are no scratches, and few of them would
#: outweigh all scratches in a count of pixels.
BENCHMARK = Recipe(
    fade_chance=1.0,
    black_lift=(0.06, 0.3),
    white_drop=(0.04, 0.26),
    gamma=(0.85, 1.2),
    desaturation=(0.1, 0.5),
    dye_loss=0.08,
    yellowing=(0.02, 0.2),
    blur_chance=1.0,
    blur_sigma_px=(0.6, 1.8),
    grain_chance=1.0,
    grain_sigma=(0.02, 0.08),
    structured_chance=1.0,
    scratch_count=(3.0, 12.0),
    film_artefact_chance=0.0,
    hole_chance=0.0,
    corner_chance=0.0,
)

#: The same with holes, lost corners and, where there are masks of it, real film dirt.
HEAVY = replace(BENCHMARK, film_artefact_chance=0.6, hole_chance=0.12, corner_chance=0.1)

#: No tone, no grain, no blur: only what leaves a mask.
STRUCTURED_ONLY = Recipe(
    fade_chance=0, uneven_chance=0, vignette_chance=0, stain_chance=0, blur_chance=0, motion_chance=0,
    downsample_chance=0, grain_chance=0, texture_chance=0, jpeg_chance=0, structured_chance=1,
)  # fmt: skip

RECIPES = {"default": DEFAULT, "benchmark": BENCHMARK, "heavy": HEAVY, "structured": STRUCTURED_ONLY}
