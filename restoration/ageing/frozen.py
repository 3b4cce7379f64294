"""The structured defects of the benchmark, frozen: the README's figures were measured on these very pictures.

Nothing here may change what it draws, nor may the shapes it takes from ``lines``, ``losses`` and ``specks``;
``structured`` is where defects get better. A defect is a coverage map (H×W, 0 to 1) laid over the picture in one of the
paper's blend modes (Wan et al. 2020, section 4.1: layer addition, lighten only, screen) or darkened, with random
opacity.
"""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.lines import SUBPIXEL, draw_path, random_path
from restoration.ageing.losses import cracks, hole, lost_corner
from restoration.ageing.materials import Materials
from restoration.ageing.noise import draw, fractal_field, smooth_field
from restoration.ageing.recipe import Recipe
from restoration.ageing.specks import placed

#: Coverage above which a pixel is damaged, if the damage can be seen at all.
COVERED = 0.25
#: Change of a pixel's value (0 to 1) below which nobody, and no detector, can see the damage.
VISIBLE = 0.06


def scratches(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Lines 1 to 4 pixels wide, broken here and there. Coverage H×W float32."""
    canvas = np.zeros((height, width), np.uint8)
    for _ in range(count):
        draw_path(canvas, random_path(height, width, rng), float(np.exp(rng.uniform(np.log(0.8), np.log(4.5)))))
    coverage: np.ndarray = canvas.astype(np.float32) / 255
    if rng.random() < 0.6:  # the emulsion holds in places: the line is broken
        coverage *= np.clip(1.4 + 2 * smooth_field(height, width, rng.uniform(8, 30), rng), 0, 1)
    if rng.random() < 0.5:
        coverage = cv2.GaussianBlur(coverage, (0, 0), rng.uniform(0.4, 0.9))
    return coverage


def dust(height: int, width: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Ellipses of many sizes. Coverage H×W float32."""
    canvas = np.zeros((height, width), np.uint8)
    for _ in range(count):
        radius = float(np.exp(rng.uniform(np.log(0.6), np.log(5))))
        centre = (int(rng.uniform(0, width) * 16), int(rng.uniform(0, height) * 16))
        axes = (max(8, int(radius * 16)), max(8, int(radius * rng.uniform(0.4, 1) * 16)))
        cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA, SUBPIXEL)
    rough = canvas.astype(np.float32) / 255
    if rng.random() < 0.6:
        rough *= np.clip(1.2 + 2 * smooth_field(height, width, min(height, width) / 3, rng), 0, 1)
    return rough


def crease(height: int, width: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A fold: a line of broken emulsion, and the shading of the bent paper beside it.

    Returns:
        The coverage of the line (H×W, 0 to 1) and the shading (H×W, to be multiplied with the picture; about 1).
    """
    canvas = np.zeros((height, width), np.uint8)
    along_x = rng.random() < 0.5
    t = np.linspace(-0.05, 1.05, 30)
    offset = rng.uniform(0.1, 0.9) + np.cumsum(rng.normal(0, 0.004, 30)) + t * rng.normal(0, 0.12)
    points = np.stack([t * width, offset * height] if along_x else [offset * width, t * height], axis=1)
    draw_path(canvas, points, rng.uniform(1, 3.5))
    line = canvas.astype(np.float32) / 255
    holding = np.clip(1.1 + 2.2 * fractal_field(height, width, 12, 2, rng), 0, 1)
    side = cv2.GaussianBlur(line, (0, 0), rng.uniform(2, 7))
    shift = np.roll(side, int(rng.uniform(2, 5)), axis=0 if along_x else 1)
    relief = (side - shift) / (np.abs(side - shift).max() + 1e-6)
    return line * holding, 1 + relief * rng.uniform(0.05, 0.2)


def lay_over(image: np.ndarray, coverage: np.ndarray, rng: np.random.Generator, opaque: bool = False) -> np.ndarray:
    """Lays a defect over the picture in a random blend mode, colour and opacity."""
    cover = coverage[..., None] * (1 if opaque else rng.uniform(0.35, 1))
    pale = np.array([1, 0.98, 0.93], np.float32) * rng.uniform(0.72, 1)
    dark = np.array([1, 0.9, 0.8], np.float32) * rng.uniform(0, 0.25)
    mode = rng.choice(["paint", "add", "lighten", "screen", "darken"], p=[0.35, 0.15, 0.15, 0.15, 0.2])
    if opaque or mode == "paint":
        return image * (1 - cover) + pale * cover
    if mode == "add":
        return np.clip(image + cover * pale * rng.uniform(0.3, 0.8), 0, 1)
    if mode == "lighten":
        return np.maximum(image, pale * cover)
    if mode == "screen":
        return 1 - (1 - image) * (1 - pale * cover)
    return image * (1 - cover) + np.minimum(image, dark) * cover


def age_frozen(
    image: np.ndarray, recipe: Recipe, materials: Materials, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Every structured defect of the recipe.

    Returns:
        The picture, and its mask: H×W uint8, 255 where a defect covers the picture and can be seen.
    """
    height, width = image.shape[:2]
    out = image
    damaged = np.zeros((height, width), bool)

    def cover(coverage: np.ndarray, opaque: bool = False) -> None:
        nonlocal out, damaged
        after = lay_over(out, coverage, rng, opaque)
        step = np.abs(after - out)  # over a short axis, max() is slow
        change = np.maximum(np.maximum(step[..., 0], step[..., 1]), step[..., 2])
        damaged |= (coverage > COVERED) & (change > VISIBLE)
        out = after

    for _ in range(2):  # two sets, so that one picture has pale and dark scratches
        if count := round(draw(recipe.scratch_count, rng) / 2):
            cover(scratches(height, width, count, rng))
    if count := round(draw(recipe.dust_count, rng)):
        cover(dust(height, width, count, rng))
    if rng.random() < recipe.crease_chance:
        line, shading = crease(height, width, rng)
        out = np.clip(out * shading[..., None], 0, 1)
        cover(line)
    if rng.random() < recipe.crack_chance:
        cover(cracks(height, width, materials, rng))
    if materials.film_artefacts and rng.random() < recipe.film_artefact_chance:
        for _ in range(round(draw(recipe.film_artefact_count, rng))):
            mask = materials.film_artefacts[int(rng.integers(len(materials.film_artefacts)))]
            cover(placed(mask, height, width, rng.uniform(0.25, 0.8) * min(height, width) / 320, rng))
    if rng.random() < recipe.hole_chance:
        cover(hole(height, width, rng), opaque=True)
    if rng.random() < recipe.corner_chance:
        cover(lost_corner(height, width, rng), opaque=True)
    return out.astype(np.float32), damaged.astype(np.uint8) * 255
