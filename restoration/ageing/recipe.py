"""Recipes: how likely and how strong each defect is."""

from __future__ import annotations

from dataclasses import dataclass, replace

Range = tuple[float, float]


@dataclass(frozen=True)
class Recipe:
    """Chances (0 to 1) and ranges from which one ageing is drawn; a range is uniform unless said.

    Lengths are fractions of the picture's shorter side or pixels, as named, so that a recipe means the same decay on
    any scan whose grain is about a pixel wide. Without arguments it does nothing.
    """

    # The print: how many scenes in colour were photographed in black and white, how many prints toned, and how many
    # of them a scanner read in grey.
    monochrome_chance: float = 0.0
    toning_chance: float = 0.0
    toning_strength: Range = (0.2, 1.3)
    grey_scan_chance: float = 0.0
    border_chance: float = 0.0

    # Tone: what light, air and chemistry do to dyes, silver and paper.
    fade_chance: float = 0.0
    black_lift: Range = (0.0, 0.32)
    white_drop: Range = (0.0, 0.28)
    gamma: Range = (0.78, 1.3)
    desaturation: Range = (0.0, 0.75)
    dye_loss: float = 0.1
    yellowing: Range = (0.0, 0.22)
    fade_skew: float = 1.0  # above 1, little fading is more common than much
    pale_chance: float = 0.0
    uneven_chance: float = 0.0
    uneven_amount: Range = (0.03, 0.15)
    vignette_chance: float = 0.0
    vignette_amount: Range = (0.1, 0.45)
    stain_chance: float = 0.0
    shading_chance: float = 0.0
    shading_amount: Range = (0.04, 0.3)
    silvering_chance: float = 0.0
    silvering_amount: Range = (0.1, 0.5)

    # Optics: lens, motion, a soft print, a coarse scan.
    blur_chance: float = 0.0
    blur_sigma_px: Range = (0.5, 2.2)
    motion_chance: float = 0.0
    motion_length_px: Range = (3.0, 9.0)
    downsample_chance: float = 0.0
    downsample_factor: Range = (1.3, 2.6)
    sharpen_chance: float = 0.0
    sharpen_amount: Range = (0.3, 1.5)

    # Grain, paper, screen, file.
    grain_chance: float = 0.0
    grain_sigma: Range = (0.01, 0.085)
    grain_skew: float = 1.5  # most photographs have little grain
    grain_size_px: Range = (0.0, 1.1)
    texture_chance: float = 0.0
    paper_chance: float = 0.0
    texture_amount: Range = (0.01, 0.05)
    halftone_chance: float = 0.0
    halftone_pitch_px: Range = (2.5, 6.0)
    jpeg_chance: float = 0.0
    jpeg_quality: Range = (40.0, 95.0)

    # Structured defects: those that take the picture away and leave a mask. ``frozen``: drawn as when the benchmark
    # was first run; only scratches, dust, creases, cracks, film artefacts, holes and corners are known to it.
    structured_chance: float = 0.0
    frozen: bool = False
    scratch_count: Range = (0.0, 0.0)
    transport_chance: float = 0.0
    scrape_chance: float = 0.0
    dust_count: Range = (0.0, 0.0)
    hair_chance: float = 0.0
    crease_chance: float = 0.0
    crack_chance: float = 0.0
    tear_chance: float = 0.0
    film_artefact_chance: float = 0.0
    film_artefact_count: Range = (1.0, 5.0)
    blotch_chance: float = 0.0
    foxing_chance: float = 0.0
    tide_mark_chance: float = 0.0
    fingerprint_chance: float = 0.0
    tape_chance: float = 0.0
    hole_chance: float = 0.0
    corner_chance: float = 0.0


#: Only what leaves a mask: no tone, no grain, no blur.
STRUCTURED_ONLY = Recipe(
    structured_chance=1,
    scratch_count=(0.0, 14.0),
    transport_chance=0.15,
    scrape_chance=0.12,
    dust_count=(0.0, 40.0),
    hair_chance=0.2,
    crease_chance=0.25,
    crack_chance=0.12,
    tear_chance=0.1,
    film_artefact_chance=0.4,
    film_artefact_count=(1.0, 4.0),
    blotch_chance=0.3,
    foxing_chance=0.15,
    tide_mark_chance=0.1,
    fingerprint_chance=0.07,
    tape_chance=0.06,
    hole_chance=0.08,
    corner_chance=0.08,
)

#: For training. Its ranges were set beside real scans, so that the quantiles of black and white point, tint, noise
#: and sharpness of both overlap; damage is more common than in archives, because it is what is to be learnt.
DEFAULT = replace(
    STRUCTURED_ONLY,
    structured_chance=0.75,
    monochrome_chance=0.7,
    toning_chance=0.45,
    grey_scan_chance=0.65,
    border_chance=0.12,
    fade_chance=0.9,
    black_lift=(0.0, 0.24),
    white_drop=(0.0, 0.24),
    gamma=(0.7, 1.35),
    desaturation=(0.0, 0.6),
    dye_loss=0.08,
    fade_skew=2.8,
    pale_chance=0.05,
    uneven_chance=0.35,
    vignette_chance=0.25,
    shading_chance=0.3,
    silvering_chance=0.08,
    blur_chance=0.5,
    blur_sigma_px=(0.35, 1.6),
    sharpen_chance=0.4,
    motion_chance=0.05,
    downsample_chance=0.2,
    downsample_factor=(1.2, 2.2),
    grain_chance=0.9,
    grain_sigma=(0.004, 0.07),
    grain_skew=2.8,
    texture_chance=0.1,
    paper_chance=0.2,
    halftone_chance=0.05,
    jpeg_chance=0.6,
)

#: Fading, grain, blur and scratches (with dust, creases and cracks) at work in every picture; used for the figures in
#: the README. Without lost pieces and blotches of real film dirt: those are no scratches, and few of them would
#: outweigh all scratches in a count of pixels. What it draws must not change.
BENCHMARK = Recipe(
    fade_chance=1.0,
    black_lift=(0.06, 0.3),
    white_drop=(0.04, 0.26),
    gamma=(0.85, 1.2),
    desaturation=(0.1, 0.5),
    dye_loss=0.08,
    yellowing=(0.02, 0.2),
    uneven_chance=0.5,
    vignette_chance=0.3,
    stain_chance=0.2,
    blur_chance=1.0,
    blur_sigma_px=(0.6, 1.8),
    motion_chance=0.1,
    downsample_chance=0.35,
    grain_chance=1.0,
    grain_sigma=(0.02, 0.08),
    texture_chance=0.25,
    jpeg_chance=0.5,
    frozen=True,
    structured_chance=1.0,
    scratch_count=(3.0, 12.0),
    dust_count=(0.0, 25.0),
    crease_chance=0.3,
    crack_chance=0.25,
)

#: The same with holes, lost corners and, where there are masks of it, real film dirt.
HEAVY = replace(BENCHMARK, film_artefact_chance=0.6, hole_chance=0.12, corner_chance=0.1)

#: Worse prints, mostly in colour: archives keep the good ones, people bring the others.
WORN = replace(
    DEFAULT,
    structured_chance=0.85,
    monochrome_chance=0.2,
    fade_chance=1.0,
    black_lift=(0.0, 0.3),
    white_drop=(0.0, 0.26),
    fade_skew=1.0,
    uneven_chance=0.5,
    blur_chance=0.85,
    blur_sigma_px=(0.4, 1.9),
    downsample_chance=0.3,
    grain_sigma=(0.01, 0.08),
    grain_skew=1.3,
)

RECIPES = {"default": DEFAULT, "worn": WORN, "benchmark": BENCHMARK, "heavy": HEAVY, "structured": STRUCTURED_ONLY}
