"""Where in the picture the texture of a hole is taken from: patches like what lies around it and what was guessed.

Patch-based completion (Wexler et al. 2007, "Space-Time Completion of Video", section 3): each patch that reaches into
the hole looks for a similar one that is known, and again with what was found. Two things differ. Tone and shape are a
network's guess and stay as they are: texture alone is taken, and from what is steady and near, or lips would be found
for cheeks. And only a sparse grid of patches searches the whole picture, as one product of matrices; the others choose
among the places of their neighbours, moved along (Ashikhmin 2001, "Synthesizing Natural Textures"), so that whole
pieces of texture are taken over.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from restoration.filling.patches import REACH, Components, distances, features, nearest, voted, whole_patches
from restoration.filling.texture import FLAT, is_steady, strength_of

#: Deviation, in cells, of the blur that leaves tones.
CALM = 1.5
#: At most so many patches are candidates of a search, drawn at random.
MOST_SOURCES = 6000
#: Every so-many-th patch along each side searches. At first it takes one of so many nearest among so many candidates,
#: by chance: where the guess is flat all would find the same one, and the hole be filled with its repetition.
SPACING, NEAREST, FIRST_SOURCES = 4, 6, 1500
#: After each search the hole is drawn anew. A patch's vote fades with the distance from its middle: deviation in cells.
VOTES = (2.0, 1.2, 1.0, 0.7)
#: Whose places a cell considers: those of the cells so far away, up, down, left and right.
NEIGHBOURS = (1, 2, 4)
#: What the strength of texture counts, which in the hole should be as around it; how much stronger it may be.
STRENGTH_WEIGHT, STRONGER = 24.0, 1.3
#: Texture is sought first so many cells outside the nearest rim, and about so many around that; what distance counts;
#: and how far away, in cells, it may lie at most, if there is any within.
OUTWARDS, ASTRAY, DISTANCE_WEIGHT, FARTHEST = 12, 6, 1 / 12, 40
#: Share of all candidates below which those are taken, too, whose texture is not steady.
LEAST_STEADY = 0.02
#: Difference of tone (0 to 1) up to which a candidate's texture is taken whole, and from which it is taken
#: least, in such a share: a smooth patch amid texture is worse than a strange one.
STRANGE, LEAST_TRUST = (0.12, 0.3), 0.35


@dataclass(frozen=True)
class Exemplar:
    """Where each cell of a hole takes its texture from.

    Attributes:
        picture: h×w×3 float32, the hole drawn from the patches that were found.
        rows, columns: h×w int32, the known cell that belongs to each cell of the hole; a known cell's is its own.
        trust: h×w float32, 0 to 1: how much of its texture is to be taken; less where nothing known has the tone that
            was guessed, or red lips would leave red edges in grey.
    """

    picture: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    trust: np.ndarray


def find_exemplar(guess: np.ndarray, hole: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> Exemplar | None:
    """Searches.

    Args:
        guess: h×w×3 float32, 0 to 1, the hole filled with a first guess.
        hole: h×w bool, what is no source.
        wanted: h×w bool, the part of the hole that is to be drawn.
        rng: which patches are candidates, and which of the nearest are taken.

    Returns:
        None where no whole patch is known.
    """
    sound = whole_patches(hole)
    if not sound.any():
        return None
    calm = cv2.GaussianBlur(guess, (0, 0), CALM)
    strength = strength_of(guess, calm, hole)
    steady = sound & is_steady(strength)
    sources = np.argwhere(sound)
    drawn = _some(np.argwhere(steady) if steady.sum() > LEAST_STEADY * len(sources) else sources, MOST_SOURCES, rng)
    traits, farthest = _traits(strength, hole, rng), FARTHEST * DISTANCE_WEIGHT
    few, grid = _some(drawn, FIRST_SOURCES, rng), _sparse(wanted, rng)
    # At first the guess has no texture to be compared with: tones alone, and chance among the nearest.
    compared = Components(features(calm, calm, traits, few))
    choice = rng.integers(NEAREST, size=len(grid))
    found = few[nearest(compared(features(calm, calm, traits, grid)), compared.of_candidates, farthest, choice)]
    picture = voted(guess, wanted, grid, found, VOTES[0])
    compared = Components(features(guess, calm, traits, drawn))
    # At the rim, where a part of the patch is known, the best fit; within, chance stands.
    side = 2 * REACH + 1
    inside = cv2.erode(wanted.astype(np.uint8), np.ones((side, side), np.uint8))[tuple(grid.T)] > 0
    best = drawn[nearest(compared(features(picture, calm, traits, grid)), compared.of_candidates, farthest)]
    places = _spread(grid, np.where(inside[:, None], found, best), wanted, sound)
    known = np.zeros((*hole.shape, compared.of_candidates.shape[1]), np.float32)
    for start in range(0, len(sources), MOST_SOURCES):  # all patches of a large part at once would fill the memory
        some = sources[start : start + MOST_SOURCES]
        known[tuple(some.T)] = compared(features(guess, calm, traits, some)).numpy()
    cells = np.argwhere(wanted)
    for deviation in VOTES[1:]:
        picture = voted(guess, wanted, cells, places[wanted], deviation)
        sought = compared(features(picture, calm, traits, cells)).numpy()
        places[wanted] = _best_of_neighbours(sought, cells, places, known, sound)
    picture = voted(guess, wanted, cells, places[wanted], VOTES[-1])
    rows, columns = (np.ascontiguousarray(each, np.int32) for each in np.moveaxis(places, 2, 0))
    strange = np.abs(calm[rows, columns] - calm).max(axis=2)
    trust = np.clip((STRANGE[1] - strange) / (STRANGE[1] - STRANGE[0]), LEAST_TRUST, 1)
    trust *= np.minimum(1, STRONGER * (strength + FLAT) / (strength[rows, columns] + FLAT))
    return Exemplar(picture, rows, columns, cv2.GaussianBlur(trust, (0, 0), CALM))


def _some(places: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """At most so many of some places, N×2, by chance, in their order."""
    return places if len(places) <= most else places[np.sort(rng.choice(len(places), most, replace=False))]


def _sparse(wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The middles of patches on a grid that together reach every wanted cell, N×2."""
    side = 2 * REACH + 1
    reached = cv2.dilate(wanted.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    on_grid = np.zeros_like(reached)
    height, width = wanted.shape
    top, left = (int(rng.integers(min(SPACING, length))) for length in (height, width))
    on_grid[top::SPACING, left::SPACING] = True
    on_grid[-1, left::SPACING] = on_grid[top::SPACING, -1] = on_grid[-1, -1] = True
    return np.argwhere(reached & on_grid)


def _traits(strength: np.ndarray, hole: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is compared besides patches, h×w×3 float32: strength of texture, row, column, each in its weight.

    A known cell has its own row and column, a cell of the hole those of its mirror image across the nearest rim, but
    no farther out than ``OUTWARDS``, moved about by chance: what lies there is the likeliest to go on within.
    """
    height, width = strength.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    near_y, near_x = _nearest_known(hole)
    down, right = near_y - rows, near_x - columns
    far = np.maximum(np.hypot(down, right), 1)
    onwards = 1 + np.minimum(far, OUTWARDS) / far
    rows += down * onwards + hole * _smooth_noise(height, width, rng) * ASTRAY
    columns += right * onwards + hole * _smooth_noise(height, width, rng) * ASTRAY
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    places = np.stack([rows, columns], axis=2) * np.float32(DISTANCE_WEIGHT)
    return np.dstack([strength * np.float32(STRENGTH_WEIGHT), places])


def _nearest_known(hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the known cell nearest to each cell, h×w each."""
    _, labels = cv2.distanceTransformWithLabels(
        hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    y, x = np.nonzero(~hole)
    of_label = np.zeros((int(labels.max()) + 1, 2), np.float32)
    of_label[labels[y, x]] = np.stack([y, x], axis=1)
    return of_label[labels, 0], of_label[labels, 1]


def _smooth_noise(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of deviation 1 with blobs of some ``ASTRAY`` cells, h×w float32."""
    coarse = rng.standard_normal((-(-height // ASTRAY) + 1, -(-width // ASTRAY) + 1)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def _spread(grid: np.ndarray, found: np.ndarray, wanted: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """From the places of a grid's cells to those of all wanted ones, each moved along with its nearest; h×w×2."""
    height, width = wanted.shape
    places: np.ndarray = np.moveaxis(np.mgrid[:height, :width], 0, 2).copy()
    marks = np.ones((height, width), np.uint8)
    marks[tuple(grid.T)] = 0
    _, labels = cv2.distanceTransformWithLabels(marks, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    number = np.zeros(int(labels.max()) + 1, np.int64)
    number[labels[tuple(grid.T)]] = np.arange(len(grid))
    cells = np.argwhere(wanted)
    nearest = number[labels[wanted]]
    moved = found[nearest] + cells - grid[nearest]
    fits = _within(moved, sound)
    places[wanted] = np.where(fits[:, None], moved, found[nearest])
    return places


def _within(places: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """Which places, N×2, are cells whose patches are known."""
    inside: np.ndarray = np.all((places >= 0) & (places < sound.shape), axis=1)
    y, x = np.where(inside[:, None], places, 0).T
    return np.asarray(inside & sound[y, x])


def _best_of_neighbours(
    sought: np.ndarray, cells: np.ndarray, places: np.ndarray, known: np.ndarray, sound: np.ndarray
) -> np.ndarray:
    """The best places for some cells, N×2, among their own and those that their neighbours' would make.

    Args:
        sought: N×C, what the cells' patches look like.
        cells: N×2.
        places: h×w×2.
        known: h×w×C, what the patches that are ``sound`` look like.
        sound: h×w bool.
    """
    best = places[tuple(cells.T)]
    least = distances(sought, known[tuple(best.T)], FARTHEST * DISTANCE_WEIGHT)
    for far in NEIGHBOURS:
        for step in ((far, 0), (-far, 0), (0, far), (0, -far)):
            beside = np.clip(cells + step, 0, np.array(sound.shape) - 1)
            moved = places[tuple(beside.T)] + cells - beside
            fits = _within(moved, sound)
            moved[~fits] = best[~fits]
            distance = distances(sought, known[tuple(moved.T)], FARTHEST * DISTANCE_WEIGHT)
            better = distance < least
            best[better], least[better] = moved[better], distance[better]
    return best
