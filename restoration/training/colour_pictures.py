"""Pictures to learn colours from, and hints such as a user would paint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from restoration.ageing.monochrome import grey_print
from restoration.errors import PictureError
from restoration.networks.compact_colour import SCALE, STRIDE
from restoration.training.pairs import read_rgb

#: Pictures are kept with this shorter side.
SHORT_SIDE = 256
#: Mean chroma (Lab) below which a picture teaches nothing about colour.
DULL = 6.0
#: Share of the crops whose luminance is that of a print made of them, not the scene's own.
PRINTED = 0.5
#: Share of the other crops that get no hint: a third of all.
UNHINTED = 0.5
#: Share of the crops in which things got colours that they did not have, by the user's strokes alone: from true colours
#: a network learns that one blue stroke means a blue picture.
REPAINTED = 0.35
#: Things of a repainted crop, at most; the share of the crop that one may have; the deviation of its new a and b.
MOST_THINGS, THING_SHARE, PAINT = 3, (0.004, 0.5), 32.0
#: Hints of a crop: geometric, of this mean, and never more than ``MOST_HINTS``.
MEAN_HINTS, MOST_HINTS = 8, 30
#: A stroke ends where the colour differs by so much (Lab) from the one at its beginning: users stay within a thing.
SAME_THING = 14.0


@dataclass(frozen=True)
class ColourCrops:
    """Crops, channels last.

    Attributes:
        luminance: N×c×c float32, L of Lab over 50 less 1: -1 to 1, as the network sees it.
        chroma: N×c/4×c/4×2 float32, a and b of Lab.
        hints: N×c/4×c/4×3 float32: a and b over 110, share painted; 0 where nothing was.
    """

    luminance: np.ndarray
    chroma: np.ndarray
    hints: np.ndarray


class ColourPictures:
    """Random crops of coloured pictures, half of them mirrored.

    Args:
        sets: lists of picture files with the share of the crops that is drawn from each.
        crop: side in pixels, a multiple of 16.

    Raises:
        PictureError: no picture of a list is large and colourful enough.
    """

    def __init__(self, sets: Sequence[tuple[Sequence[Path], float]], crop: int) -> None:
        self.crop = crop
        self.shares = np.array([share for _, share in sets]) / sum(share for _, share in sets)
        self.sets = [_read(paths, crop) for paths, _ in sets]

    def batch(self, size: int, rng: np.random.Generator) -> ColourCrops:
        """Draws crops."""
        drawn = [self._crop(rng) for _ in range(size)]
        return ColourCrops(*(np.stack(parts) for parts in zip(*drawn, strict=True)))

    def _crop(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pictures = self.sets[rng.choice(len(self.sets), p=self.shares)]
        rgb = random_part(pictures[rng.integers(len(pictures))], self.crop, rng).astype(np.float32) / 255
        lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
        light = lab[..., 0]
        if rng.random() < PRINTED:
            light = cv2.cvtColor(np.clip(grey_print(rgb, rng), 0, 1), cv2.COLOR_RGB2LAB)[..., 0]
        worn = _worn(light, rng) / 50 - 1
        if rng.random() < REPAINTED:
            return worn, *repainted_hints(lab, rng)
        chroma = reduced(lab[..., 1:])
        return worn, chroma, simulated_hints(chroma, rng)


def _read(paths: Sequence[Path], crop: int) -> list[np.ndarray]:
    kept = []
    for path in track(paths, "Reading", console=Console(stderr=True)):
        picture = read_rgb(path, None)
        factor = SHORT_SIDE / min(picture.shape[:2])
        if factor < 1:
            picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        if min(picture.shape[:2]) >= crop and _mean_chroma(picture) >= DULL:
            kept.append(picture)
    if not kept:
        raise PictureError(f"No picture in colour has {crop} pixels on each side.", "Put larger ones into the data.")
    return kept


def _mean_chroma(picture: np.ndarray) -> float:
    few = np.ascontiguousarray(picture[::4, ::4]).astype(np.float32) / 255
    return float(np.hypot(*np.moveaxis(cv2.cvtColor(few, cv2.COLOR_RGB2LAB)[..., 1:], -1, 0)).mean())


def random_part(picture: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """A random square of the picture (H×W×3 uint8, no side below ``side``), reduced to ``side``, perhaps mirrored."""
    height, width = picture.shape[:2]
    large = int(rng.integers(side, min(height, width) + 1))
    y, x = rng.integers(height - large + 1), rng.integers(width - large + 1)
    part = picture[y : y + large, x : x + large]
    if large > side:
        part = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
    return part[:, ::-1] if rng.random() < 0.5 else part


def _worn(light: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """L a little blurred and grainy, as restoring leaves it."""
    if rng.random() < 0.5:
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 1.5))
    if rng.random() < 0.5:
        light = light + rng.normal(0, rng.uniform(0.5, 4), light.shape)
    return np.clip(light, 0, 100).astype(np.float32)


def reduced(ab: np.ndarray) -> np.ndarray:
    """Chroma at the network's output size: H×W×2 float32 to H/4×W/4×2."""
    return cv2.resize(ab, (ab.shape[1] // STRIDE, ab.shape[0] // STRIDE), interpolation=cv2.INTER_AREA)


def simulated_hints(chroma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points and strokes of true colour at random places.

    Args:
        chroma: h×w×2 float32, a and b of Lab.
        rng: source of randomness.

    Returns:
        h×w×3 float32: a and b over 110, and the share of the pixel that was painted.
    """
    hints = np.zeros((*chroma.shape[:2], 3), np.float32)
    if rng.random() < UNHINTED:
        return hints
    for _ in range(min(MOST_HINTS, int(rng.geometric(1 / MEAN_HINTS)))):
        lay_hint(hints, chroma, _brush(chroma, rng), float(rng.uniform(0.15, 1)))
    return hints


def lay_hint(hints: np.ndarray, chroma: np.ndarray, painted: np.ndarray, share: float) -> None:
    """Paints the mean of the true colours, h×w×2, where ``painted``, h×w bool, says so."""
    hints[painted, :2] = chroma[painted].mean(axis=0) / SCALE
    hints[painted, 2] = share


def _brush(chroma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = chroma.shape[:2]
    y, x = int(rng.integers(height)), int(rng.integers(width))
    canvas = np.zeros((height, width), np.uint8)
    if rng.random() < 0.5:
        half = int(rng.integers(3))
        canvas[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1] = 1
    else:
        steps = rng.normal(0, rng.uniform(1, 4), (int(rng.integers(2, 6)), 2)).cumsum(axis=0)
        points = np.rint(np.concatenate([np.zeros((1, 2)), steps]) + np.array([x, y])).astype(np.int32)
        cv2.polylines(canvas, [points], False, 1, int(rng.integers(1, 3)))
    same = np.hypot(*np.moveaxis(chroma - chroma[y, x], -1, 0)) < SAME_THING
    painted = (canvas > 0) & same
    painted[y, x] = True
    return painted


def repainted_hints(lab: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Things of a picture in new colours, each with a stroke of it, and perhaps hints of true colour elsewhere.

    Args:
        lab: H×W×3 float32, Lab.
        rng: source of randomness.

    Returns:
        What the colours are to be, H/4×W/4×2 float32, and the hints, H/4×W/4×3, as ``simulated_hints`` gives them.
    """
    painted, strokes = lab.copy(), []
    for _ in range(int(rng.integers(1, MOST_THINGS + 1))):
        thing = _thing(lab, rng)
        if thing is not None:
            painted[thing, 1:] += rng.normal(0, PAINT, 2) - painted[thing, 1:].mean(axis=0)
            strokes.append(thing)
    rgb = np.clip(cv2.cvtColor(painted, cv2.COLOR_LAB2RGB), 0, 1)  # no colours that nobody can paint
    chroma = reduced(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[..., 1:])
    elsewhere = rng.random() < 0.5
    hints = simulated_hints(chroma, rng) if elsewhere else np.zeros((*chroma.shape[:2], 3), np.float32)
    for thing in strokes:
        cells = cv2.resize(thing.astype(np.float32), chroma.shape[1::-1], interpolation=cv2.INTER_AREA) > 0.8
        if cells.any():
            lay_hint(hints, chroma, _stroke_within(cells, rng), float(rng.uniform(0.15, 1)))
    return chroma, hints


def _thing(lab: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """A part of the picture that is of one luminance and colour, H×W bool; None if chance hits none."""
    height, width = lab.shape[:2]
    samples = np.clip(lab * (2.55, 1, 1) + (0, 128, 128), 0, 255).astype(np.uint8)
    tolerance = (int(rng.integers(8, 40)), int(rng.integers(6, 20)), int(rng.integers(6, 20)))
    for _ in range(4):
        mask = np.zeros((height + 2, width + 2), np.uint8)
        start = (int(rng.integers(width)), int(rng.integers(height)))
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
        cv2.floodFill(samples, mask, start, 0, tolerance, tolerance, flags)
        thing = cv2.morphologyEx(mask[1:-1, 1:-1], cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
        if THING_SHARE[0] <= thing.mean() <= THING_SHARE[1]:
            return thing
    return None


def _stroke_within(cells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A short stroke or a dot within the given cells, h×w bool; not empty."""
    places = np.argwhere(cells)
    y, x = places[rng.integers(len(places))]
    canvas = np.zeros(cells.shape, np.uint8)
    away = rng.normal(0, rng.uniform(0.5, 5), 2)
    cv2.line(canvas, (int(x), int(y)), (int(x + away[0]), int(y + away[1])), 1, int(rng.integers(1, 3)))
    stroke = (canvas > 0) & cells
    stroke[y, x] = True
    return stroke
