"""Edges that reach a hole, carried on into it: Navier–Stokes inpainting (Bertalmio et al. 2001) along the rim.

It knows nothing, but goes on with what arrives at the rim, sharper than a small network does; a few cells in, where it
makes streaks, the network is the better one.
"""

from __future__ import annotations

import cv2
import numpy as np

#: So many cells within the hole half of what is carried on is left, in a hole at the picture's border, which is known
#: on one side only, the larger number. Chosen on held-out pictures.
HALF, HALF_AT_BORDER = 6.0, 24.0
#: Nothing is carried farther than so many halves.
HALVES = 4
#: The neighbourhood that OpenCV looks at, in cells.
RADIUS = 3


def carried_on(filled: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """A filled picture whose filling goes on, along the rim, with what arrives there.

    Args:
        filled: h×w×3 float32, 0 to 1, the hole filled.
        hole: h×w bool.
    """
    if not hole.any() or hole.all() or min(hole.shape) <= RADIUS:
        return filled
    distance = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    halves = distance / np.where(_at_border(hole), np.float32(HALF_AT_BORDER), np.float32(HALF))
    # What lies deeper counts as known, as it was filled.
    rim = (hole & (halves <= HALVES)).astype(np.uint8)
    carried = cv2.merge([cv2.inpaint(plane, rim, RADIUS, cv2.INPAINT_NS) for plane in cv2.split(filled)])
    # Where OpenCV finds nothing to go by it divides by nothing.
    carried = np.where(np.isfinite(carried), carried, filled)
    share = (0.5**halves * (rim > 0))[..., None].astype(np.float32)
    return np.where(hole[..., None], filled + (np.clip(carried, 0, 1) - filled) * share, filled)


def _at_border(hole: np.ndarray) -> np.ndarray:
    """The connected parts of a hole that touch the picture's border, h×w bool."""
    count, labels = cv2.connectedComponents(hole.astype(np.uint8), connectivity=8)
    touching = np.zeros(count, bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        touching[edge] = True
    touching[0] = False
    return touching[labels]
