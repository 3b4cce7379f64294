"""Patches of a picture: what they look like, which are alike, and a picture drawn from them."""

from __future__ import annotations

import cv2
import numpy as np
import torch

#: Half a patch's side without its middle, in cells: patches of 7×7.
REACH = 3
#: Components of a patch that are compared, and what tone counts beside texture.
COMPONENTS, TONE_WEIGHT = 32, 2.0
#: Patches compared at a time.
CHUNK = 1024
#: What a candidate's distance grows by that is too far away: it is taken only if there is no other.
TOO_FAR = 1e4


def whole_patches(hole: np.ndarray) -> np.ndarray:
    """The cells whose patches are known and within the picture, h×w bool."""
    side = 2 * REACH + 1
    whole = cv2.erode((~hole).astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0) > 0
    whole[:REACH] = whole[max(len(whole) - REACH, 0) :] = False
    whole[:, :REACH] = whole[:, max(whole.shape[1] - REACH, 0) :] = False
    return np.asarray(whole)


#: A cell's patch, N×F, and its traits, N×3, both float32.
Features = tuple[np.ndarray, np.ndarray]


def features(texture: np.ndarray, calm: np.ndarray, traits: np.ndarray, places: np.ndarray) -> Features:
    """The patches around some cells, all cells of the texture and every third of the calm picture, and their traits."""
    padded = [np.pad(each, ((REACH, REACH), (REACH, REACH), (0, 0)), mode="edge") for each in (texture, calm)]
    y, x = places.T
    step = range(2 * REACH + 1)
    parts = [padded[0][y + dy, x + dx] for dy in step for dx in step]
    parts += [padded[1][y + dy, x + dx] * np.float32(TONE_WEIGHT) for dy in step[::REACH] for dx in step[::REACH]]
    return np.concatenate(parts, axis=1), traits[y, x]


class Components:
    """The principal components of the candidates' patches, and the traits: N×F and N×3 to N×C."""

    def __init__(self, candidates: Features) -> None:
        self.mean = candidates[0].mean(axis=0)
        centred = torch.from_numpy(candidates[0] - self.mean)
        self.axes = torch.linalg.eigh(centred.T @ centred)[1][:, -COMPONENTS:].contiguous()
        self.of_candidates = self(candidates)

    def __call__(self, features: Features) -> torch.Tensor:
        patches, traits = features
        return torch.cat([torch.from_numpy(patches - self.mean) @ self.axes, torch.from_numpy(traits)], dim=1)


def nearest(
    queries: torch.Tensor, candidates: torch.Tensor, farthest: float, choice: np.ndarray | None = None
) -> np.ndarray:
    """The number of the candidate nearest to each query, by Euclid.

    Args:
        queries, candidates: N×C and M×C, of ``Components``; the last two are rows and columns in their weight.
        farthest: most that these may be apart, if there is any such candidate.
        choice: a whole number a query: not the nearest, but the one after so many nearer ones.
    """
    lengths = (candidates**2).sum(dim=1) / 2
    most = 1 if choice is None else min(int(choice.max(initial=0)) + 1, len(candidates))
    best = []
    for part in queries.split(CHUNK):
        far = torch.cdist(part[:, -2:], candidates[:, -2:]) > farthest
        best.append((lengths - part @ candidates.T + far * TOO_FAR).topk(most, largest=False).indices)
    taken = np.zeros(len(queries), np.int64) if choice is None else choice % most
    return torch.cat(best).numpy()[np.arange(len(queries)), taken]


def distances(sought: np.ndarray, offered: np.ndarray, farthest: float) -> np.ndarray:
    """Squared distances of N×C to N×C without their traits, but with a penalty where they lie too far apart: N."""
    squared = (sought - offered) ** 2
    away = squared[:, -2:].sum(axis=1) > farthest**2
    return np.asarray(squared[:, :-3].sum(axis=1) + away * TOO_FAR)


def voted(guess: np.ndarray, wanted: np.ndarray, cells: np.ndarray, found: np.ndarray, deviation: float) -> np.ndarray:
    """The hole drawn from the patches that were found, each pixel the weighted mean of those that reach it."""
    height, width = wanted.shape
    total = np.zeros((height + 2 * REACH, width + 2 * REACH, 3), np.float32)
    weights = np.zeros(total.shape[:2], np.float32)
    y, x = cells.T
    from_y, from_x = found.T
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            weight = np.float32(np.exp(-(dy * dy + dx * dx) / (2 * deviation**2)))
            # No cell is named twice within one shift, so += counts each.
            total[y + dy + REACH, x + dx + REACH] += guess[from_y + dy, from_x + dx] * weight
            weights[y + dy + REACH, x + dx + REACH] += weight
    inner = np.s_[REACH : REACH + height, REACH : REACH + width]
    drawn = total[inner] / np.maximum(weights[inner], 1e-6)[..., None]
    return np.where((wanted & (weights[inner] > 0))[..., None], drawn, guess)
