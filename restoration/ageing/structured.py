"""Structured defects: all that hides a part of the picture. Each is painted, and marked, by itself.

A pixel is in the mask if, and only if, a structured defect was painted on it: see ``paint`` for the threshold. What a
crease does beside its ridge (light and shade on the bent paper) is no part of the mask: the picture is still there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from restoration.ageing.folds import fold, slip, tear
from restoration.ageing.inks import Print, blot_ink, brown, line_ink
from restoration.ageing.lines import hairs, scrape, scratches, transport_scratches
from restoration.ageing.losses import cracks, hole, lost_corner
from restoration.ageing.materials import Materials
from restoration.ageing.noise import draw, draw_log, generator, spread
from restoration.ageing.paint import Ink, paint, paper_white
from restoration.ageing.recipe import Recipe
from restoration.ageing.specks import blotch, dust, foxing, placed
from restoration.ageing.stains import fingerprint, tape, tide_mark


def add_scratches(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    height, width = sheet.size
    total = round(draw(recipe.scratch_count, rng))
    for _ in range(2):  # two sets, so that one picture has pale and dark scratches
        if count := round(total / 2):
            paint(sheet.image, sheet.mask, scratches(height, width, count, rng), line_ink(sheet, rng))
    if total and rng.random() < recipe.transport_chance:
        lines = transport_scratches(height, width, int(rng.integers(1, 25)), rng)
        paint(sheet.image, sheet.mask, lines * np.float32(rng.uniform(0.3, 1)), line_ink(sheet, rng))
    if total and rng.random() < recipe.scrape_chance:
        paint(sheet.image, sheet.mask, scrape(height, width, rng), line_ink(sheet, rng))


def add_dust(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    for _ in range(2):
        if count := round(draw(recipe.dust_count, rng) / 2):
            paint(sheet.image, sheet.mask, dust(*sheet.size, count, rng), line_ink(sheet, rng))


def add_hairs(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.hair_chance:
        paint(sheet.image, sheet.mask, hairs(*sheet.size, int(rng.integers(1, 5)), rng), line_ink(sheet, rng))


def add_foxing(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.foxing_chance:
        spots = foxing(*sheet.size, round(draw_log(6, 160, rng)), rng)
        paint(sheet.image, sheet.mask, spots, Ink(brown(rng.uniform(0.6, 1.1), rng), "absorb", rng.uniform(0.6, 1)))


def add_blotches(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.blotch_chance:
        for _ in range(round(draw_log(1, 8, rng))):
            blot = blotch(*sheet.size, rng)
            paint(sheet.image, sheet.mask, blot, blot_ink(sheet, blot, rng), area=True)


def add_film_artefacts(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    kinds = sheet.materials.film_artefacts
    if kinds and rng.random() < recipe.film_artefact_chance:
        height, width = sheet.size
        for _ in range(round(draw(recipe.film_artefact_count, rng))):
            real = kinds[int(rng.integers(len(kinds)))]
            cover = placed(real, height, width, draw_log(0.15, 0.9, rng) * min(height, width) / 320, rng)
            ink = blot_ink(sheet, cover, rng) if rng.random() < 0.4 else line_ink(sheet, rng)
            paint(sheet.image, sheet.mask, cover, ink, area=True)


def add_tide_mark(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.tide_mark_chance:
        body, line = tide_mark(*sheet.size, rng)
        wet, edge = rng.uniform(0, 0.5), rng.uniform(0.25, 0.9)
        if rng.random() < 0.25:  # water bleached instead
            pale = sheet.paper_at(1)
            paint(sheet.image, sheet.mask, body, Ink(pale, "paint", wet), area=True)
            paint(sheet.image, sheet.mask, line, Ink(pale, "lighten", edge))
        else:
            paint(sheet.image, sheet.mask, body, Ink(brown(wet, rng), "absorb"), area=True)
            paint(sheet.image, sheet.mask, line, Ink(brown(edge, rng), "absorb"))


def add_fingerprint(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.fingerprint_chance:
        grease = line_ink(sheet, rng)
        ink = Ink(grease.colour, grease.mode, rng.uniform(0.25, 0.8))
        paint(sheet.image, sheet.mask, fingerprint(*sheet.size, rng), ink)


def add_tape(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.tape_chance:
        strip, edge = tape(*sheet.size, rng)
        paint(sheet.image, sheet.mask, strip, Ink(brown(rng.uniform(0.15, 0.8), rng), "absorb"), area=True)
        if rng.random() < 0.6:  # old tape scatters: it veils what lies under it
            veil = sheet.paper_at(rng.uniform(0.6, 1))
            paint(sheet.image, sheet.mask, strip, Ink(veil, "paint", rng.uniform(0.1, 0.45)), area=True)
        paint(sheet.image, sheet.mask, edge, Ink(brown(rng.uniform(0.3, 1), rng), "absorb"))


def add_creases(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.crease_chance:
        for _ in range(1 + int(rng.random() < 0.3)):
            crease = fold(*sheet.size, rng)
            np.clip(sheet.image * spread(crease.shading), 0, 1, out=sheet.image)
            ink = line_ink(sheet, rng)
            paint(sheet.image, sheet.mask, crease.line, ink)
            if rng.random() < 0.6:
                paint(sheet.image, sheet.mask, crease.flakes, Ink(ink.colour, "paint", rng.uniform(0.6, 1)))


def add_cracks(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.crack_chance:
        paint(sheet.image, sheet.mask, cracks(*sheet.size, sheet.materials, rng), line_ink(sheet, rng))


def add_tear(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    if rng.random() < recipe.tear_chance:
        core, gap = tear(*sheet.size, rng)
        if rng.random() < 0.5:
            moved, band = slip(sheet.image, core, rng)
            sheet.image[band] = moved[band]
            sheet.mask[band] = 255
        white = sheet.paper_at(rng.uniform(0.95, 1.15))
        paint(sheet.image, sheet.mask, core, Ink(white), area=True)
        behind = sheet.paper_at(rng.choice([rng.uniform(0, 0.3), rng.uniform(0.7, 1.1)]))
        if rng.random() < 0.6:
            paint(sheet.image, sheet.mask, gap, Ink(behind), area=True)


def add_losses(sheet: Print, recipe: Recipe, rng: np.random.Generator) -> None:
    for chance, shape in ((recipe.hole_chance, hole), (recipe.corner_chance, lost_corner)):
        if rng.random() < chance:
            gone = shape(*sheet.size, rng)
            ink = blot_ink(sheet, gone, rng)
            paint(sheet.image, sheet.mask, gone, Ink(ink.colour, tone=ink.tone), area=True)


#: In the order in which they come about; each draws from its own generator. Order may change, names are their seeds.
FAMILIES: dict[str, Callable[[Print, Recipe, np.random.Generator], None]] = {
    "tide marks": add_tide_mark,
    "foxing": add_foxing,
    "cracks": add_cracks,
    "creases": add_creases,
    "film artefacts": add_film_artefacts,
    "scratches": add_scratches,
    "blotches": add_blotches,
    "fingerprints": add_fingerprint,
    "tape": add_tape,
    "tears": add_tear,
    "losses": add_losses,
    "dust": add_dust,
    "hairs": add_hairs,
}


def age_structured(image: np.ndarray, recipe: Recipe, materials: Materials, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Every structured defect of the recipe.

    Returns:
        The picture, and its mask: H×W uint8, 255 where a defect was painted.
    """
    out = np.ascontiguousarray(image, np.float32).copy()
    sheet = Print(out, np.zeros(out.shape[:2], np.uint8), paper_white(out), materials)
    for name, add in FAMILIES.items():
        add(sheet, recipe, generator(seed, name))
    return sheet.image, sheet.mask
