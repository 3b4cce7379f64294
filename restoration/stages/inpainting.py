"""Stage: holes too wide to be repaired as scratches, filled. The layer ``Inpainted``, or ``Candidate 1`` and others."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from restoration.filling.parts import diameters
from restoration.layers import CANDIDATES, Layer
from restoration.photo import Photo
from restoration.presets.interface import Fraction, Inpainter
from restoration.settings import InpaintingSettings
from restoration.stages.pixels import to_samples

#: Least width of a hole by default: a share of the picture's shorter side, and at least so many pixels.
WIDTH_SHARE, LEAST_WIDTH_PX = 1 / 25, 32
#: A layer becomes opaque within so many pixels of the hole's edge, inwards.
FEATHER_PX = 2.0


def least_width_for(height: int, width: int) -> int:
    """The width in pixels from which damage of a picture of this size is a hole, if the user does not say otherwise."""
    return max(LEAST_WIDTH_PX, round(min(height, width) * WIDTH_SHARE))


def wide_parts(mask: np.ndarray, least_width: int | None) -> np.ndarray:
    """The damage that is too wide to be repaired as a scratch.

    Connected places (diagonals connect) count as a whole, by the widest circle that has room in them, to within a
    pixel. The picture's border is a mirror to that: what lies along it is known on one side only, and counts as twice
    as wide, a missing corner as the diamond that it and its mirror images make.

    Args:
        mask: H×W bool, True = damaged.
        least_width: diameter of the circle in pixels; None takes ``least_width_for``, 0 and 1 take all damage.

    Returns:
        H×W bool, the wide places of the mask.
    """
    least = least_width_for(*mask.shape) if least_width is None else least_width
    if least <= 1 or not mask.any():
        return mask.copy()
    wide = diameters(mask) >= least
    if not wide.any():
        return np.zeros_like(mask)
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    chosen = np.zeros(count, bool)
    chosen[labels[wide]] = True
    chosen[0] = False
    return chosen[labels]


def inpainted_layers(
    photo: Photo,
    picture: np.ndarray,
    hole: np.ndarray,
    inpainter: Inpainter,
    settings: InpaintingSettings,
    offset: tuple[int, int],
    progress: Fraction,
) -> Iterator[Layer]:
    """The fillings of a hole, cut to its bounding box; nothing outside the hole is touched.

    One layer ``Inpainted``, or for several candidates as many layers in one group, of which only the first is visible.

    Args:
        photo: the source, H×W.
        picture: H×W×3 float32, 0 to 1: what is filled and looked at, the restored picture if there is one.
        hole: H×W bool, not empty.
        inpainter: of the preset.
        settings: of the stage. Candidate n is that of the seed ``seed + n``, from 0: the first is the same for any
            number of candidates.
        offset: (x, y) of this photo in the whole one.
        progress: told the share that is done; may raise to cancel.

    Raises:
        MaskError: the hole is the whole picture.
        MemoryShortError: there is not enough memory.
    """
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    dtype = photo.pixels.dtype
    alpha = np.rint(_inner_feather(hole)[part] * np.iinfo(dtype).max).astype(dtype)
    alone = settings.candidates == 1
    seeds = range(settings.seed, settings.seed + settings.candidates)
    for number, filled in enumerate(inpainter.fill(picture, hole, seeds, progress, settings.texture), start=1):
        yield Layer(
            "Inpainted" if alone else f"Candidate {number}",
            "inpainted",
            to_samples(filled[part], photo),
            alpha,
            x=offset[0] + int(columns[0]),
            y=offset[1] + int(rows[0]),
            opacity=settings.strength,
            visible=number == 1,
            group="" if alone else CANDIDATES,
        )


def _inner_feather(hole: np.ndarray) -> np.ndarray:
    """0 outside the hole, 1 from ``FEATHER_PX`` within it, H×W float32; the picture's border is no edge."""
    return np.minimum(diameters(hole) / np.float32(2 * FEATHER_PX), 1)
