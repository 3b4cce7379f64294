"""Stage 3: the damage, painted over from the restored picture. The layer ``Scratch repair``."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from restoration.layers import Layer
from restoration.networks.fill import fill_holes
from restoration.photo import Photo
from restoration.stages.pixels import to_samples

#: The detector's mask ends where the damage fades out; the repair reaches so many pixels further.
MARGIN_PX = 2
#: Deviation of the soft edge around the repair, in pixels.
FEATHER_PX = 1.0
#: Tones are compared over surroundings of about this deviation, in pixels.
RING_PX = 4.0


def widen(mask: np.ndarray, margin: int = MARGIN_PX) -> np.ndarray:
    """The mask (H×W bool) and all that lies within ``margin`` pixels of it."""
    side = 2 * margin + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def feathered(mask: np.ndarray) -> np.ndarray:
    """Alpha of the repair, H×W float32: 1 in the mask, fading to 0 within a few pixels around it."""
    reach = widen(mask, round(2 * FEATHER_PX))
    return np.maximum(cv2.GaussianBlur(reach.astype(np.float32), (0, 0), FEATHER_PX), mask)


def match_tone(restored: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The restored picture in the tones of the damaged one: for a repair that lies on the unrestored photo.

    The difference of the two around the damage, without its grain, is carried smoothly into it.

    Args:
        restored, picture: H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged.
    """
    known = (~mask).astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), RING_PX)
    difference = picture - restored
    difference *= known[..., None]
    difference = cv2.GaussianBlur(difference, (0, 0), RING_PX)
    difference /= np.maximum(weight, 1e-3)[..., None]
    hole = torch.from_numpy(mask)[None, None].float()
    carried = fill_holes(torch.from_numpy(difference).permute(2, 0, 1)[None], hole)[0].permute(1, 2, 0).numpy()
    del difference
    matched: np.ndarray = np.add(restored, carried, order="C")
    return np.clip(matched, 0, 1, out=matched)


def repair_layer(
    photo: Photo, repaired: np.ndarray, mask: np.ndarray, opacity: float, offset: tuple[int, int]
) -> Layer:
    """The repair, cut to the part of the picture that has damage.

    Args:
        photo: the source, H×W.
        repaired: H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged; not empty.
        opacity: strength of the stage.
        offset: (x, y) of this photo in the whole one.
    """
    alpha = feathered(mask)
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    dtype = photo.pixels.dtype
    return Layer(
        "Scratch repair",
        "scratch_repair",
        to_samples(repaired[part], photo),
        np.rint(alpha[part] * np.iinfo(dtype).max).astype(dtype),
        x=offset[0] + int(columns[0]),
        y=offset[1] + int(rows[0]),
        opacity=opacity,
    )
