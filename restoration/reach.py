"""How far a stroke reaches: as far as one can walk from it without crossing strong edges.

The geodesic distance on the luminance, as in Criminisi, Sharp and Blake 2008, "GeoS: Geodesic Image Segmentation",
section 2: a step costs its length, and more where luminance changes.
"""

from __future__ import annotations

import cv2
import numpy as np

#: A walk over so many cells of like luminance, or across so great a change of it (0 to 1), is a distance of 1.
LENGTH, CHANGE = 36.0, 0.3
#: Changes from cell to cell that are no edge: texture, grain.
TEXTURE = 0.015
#: How steeply reach falls around distance 1.
STEEPNESS = 7.0

_STEPS = tuple((down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if down or across)


def reach_of(painted: np.ndarray, light: np.ndarray) -> np.ndarray:
    """How much each cell is within reach of what was painted, h×w float32: 1 there, 0 far away or beyond edges.

    Args:
        painted: h×w bool, not empty.
        light: h×w float32, 0 to 1.
    """
    distance = distances(painted, cv2.bilateralFilter(light, 5, 0.08, 2.0))
    return (1 / (1 + np.exp(np.minimum(STEEPNESS * (distance - 1), 50)))).astype(np.float32) * _AT_NOTHING


_AT_NOTHING = np.float32(1 + np.exp(-STEEPNESS))


def distances(painted: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The shortest walk to a painted cell, h×w float32; sweeps (Bellman and Ford) until none gets shorter."""
    height, width = light.shape
    ways = []
    for down, across in _STEPS:
        here = np.s_[max(0, -down) : height - max(0, down), max(0, -across) : width - max(0, across)]
        there = np.s_[max(0, down) : height - max(0, -down), max(0, across) : width - max(0, -across)]
        change = np.maximum(np.abs(light[here] - light[there]) - np.float32(TEXTURE), 0)
        ways.append((here, there, np.float32(np.hypot(down, across) / LENGTH) + change / np.float32(CHANGE)))
    shortest = np.where(painted, np.float32(0), np.float32(1e6))
    while True:
        before = shortest.copy()
        for here, there, cost in ways:
            np.minimum(shortest[here], shortest[there] + cost, out=shortest[here])
        if np.array_equal(before, shortest):
            return shortest
