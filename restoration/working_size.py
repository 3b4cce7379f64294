"""A large scan is restored at a smaller size, and keeps its own fine detail.

Networks learnt what damage looks like in pictures of about a megapixel. A scan of 24 megapixels shows the same damage
many pixels wide, and a network's time and memory grow with the pixels. So what is restored is the scan, reduced; what
comes back is enlarged, and the scan's own detail, finer than the reduced one can hold, is laid over it: as strongly as
restoring left the coarser detail beside it. A scan that restoring leaves alone comes out bit for bit as it was, up to
the rounding of floats. In holes there is no detail to keep: there the scan's own is carried on across them at the
scan's own size (Telea 2004), with some of the grain of what lies beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from restoration.luma import LUMA
from restoration.networks.fill import fill_holes
from restoration.tiling import strips

#: A cell of the reduced picture is a hole if less than this share of it is sound.
LEAST_SOUND = 0.25
#: Detail whose contrast is compared, and the surroundings over which it is: deviations in cells.
DETAIL_CELLS, SURROUNDING_CELLS = 3.0, 8.0
#: How much weaker and stronger fine detail may get.
GAIN = (0.5, 2.0)
#: Variance below which there is no detail to compare, in (0 to 1)².
LEAST_VARIANCE = 1e-5
#: Keys of the cubic kernel (Keys 1981), as OpenCV has it.
_CUBIC = -0.75
STRIP_ROWS = 256
#: Detail for a hole is borrowed from at most so many rows away.
REACH = 96
#: And from so many cells beside the hole's edge, where nothing is left of the damage.
BESIDE = 3.0
#: Detail is carried on from so many pixels around. What is carried on is smoother than what lies beside it: grain is
#: laid over it, as much as it lacks in surroundings of this deviation, in pixels.
CARRIED_FROM, GRAIN_PX = 3, 6.0
_HALF = 32767


@dataclass(frozen=True)
class Reduced:
    """A picture and its mask at the size in which networks work.

    Attributes:
        picture: h×w×3 float32, 0 to 1; each cell the mean of its sound pixels.
        mask: h×w bool, True = damaged.
        factor: by how much a side was reduced, at least 1.
    """

    picture: np.ndarray
    mask: np.ndarray
    factor: float


def reduction(height: int, width: int, pixels: float) -> float:
    """By how much a side has to be reduced for a picture to have at most so many pixels; 1 if it has no more."""
    return max(1.0, math.sqrt(height * width / pixels))


def reduce_to(picture: np.ndarray, mask: np.ndarray, factor: float) -> Reduced:
    """Reduces a picture.

    Args:
        picture: H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged.
        factor: above 1.
    """
    height, width = mask.shape
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    if not mask.any():
        return Reduced(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.zeros(size[::-1], bool), factor)
    known = (~mask).astype(np.float32)
    sound = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    hole = sound < LEAST_SOUND
    small = np.empty((*hole.shape, 3), np.float32)
    for channel in range(3):  # one at a time: no second picture of this size in memory
        summed = cv2.resize(picture[..., channel] * known, size, interpolation=cv2.INTER_AREA)
        plain = cv2.resize(np.ascontiguousarray(picture[..., channel]), size, interpolation=cv2.INTER_AREA)
        small[..., channel] = np.where(hole, plain, summed / np.maximum(sound, LEAST_SOUND))
    return Reduced(small, hole, factor)


def enlarge_onto(picture: np.ndarray, mask: np.ndarray, reduced: Reduced, restored: np.ndarray) -> np.ndarray:
    """What was restored at the reduced size, at the picture's own, with the picture's own fine detail.

    Args:
        picture: H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged.
        reduced: the picture at the size at which it was restored.
        restored: h×w×3 float32, 0 to 1: what became of it.

    Returns:
        H×W×3 float32, 0 to 1.
    """
    height, width = mask.shape
    gain = detail_gain(reduced.picture, restored, reduced.mask)
    # Filled, or the damage in its cells would come back as detail of what lies beside it.
    coarse = _filled(reduced.picture, reduced.mask)
    out = np.empty(picture.shape, np.float32)
    for rows in strips(height, STRIP_ROWS):
        damaged = bool(mask[rows].any())
        # What is borrowed for a hole may lie in the rows above and below.
        seen = slice(max(0, rows.start - REACH), min(height, rows.stop + REACH)) if damaged else rows
        own = picture[seen] - _enlarged_rows(coarse, seen, height, width)
        own *= _enlarged_rows(gain, seen, height, width)[..., None]
        if damaged:
            hole = mask[seen]
            continued = carry_on(own, hole)
            borrow_detail(own, hole, BESIDE * reduced.factor)
            own[hole] = continued[hole] + (_lacking(continued, own, hole)[..., None] * own)[hole]
        own = own[rows.start - seen.start :][: rows.stop - rows.start]
        np.clip(_enlarged_rows(restored, rows, height, width) + own, 0, 1, out=out[rows])
    return out


def carry_on(detail: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Detail with its holes filled from their edges inwards: lines that cross a scratch go on (Telea 2004).

    Args:
        detail: H×W×3 float32; what it has in holes is not looked at.
        mask: H×W bool, True = damaged.

    Returns:
        H×W×3 float32, the detail itself outside the mask; all zeros where everything is damaged.
    """
    if mask.all():
        return np.zeros_like(detail)
    hole = mask.astype(np.uint8)
    # OpenCV fills unsigned integers. Detail lies between -1 and 1; 16 bits hold it to a hundredth of a level of 8.
    samples = np.rint((np.clip(detail, -1, 1) + 1) * _HALF).astype(np.uint16)
    parts = [cv2.inpaint(part, hole, CARRIED_FROM, cv2.INPAINT_TELEA) for part in cv2.split(samples)]
    return cv2.merge(parts).astype(np.float32) / np.float32(_HALF) - 1


def _lacking(continued: np.ndarray, grain: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The factor, H×W float32, that gives grain the variance by which it exceeds what was carried on, within holes."""
    has, wanted = (
        cv2.GaussianBlur(np.square(detail).mean(axis=2) * hole, (0, 0), GRAIN_PX) for detail in (continued, grain)
    )
    return np.sqrt(np.clip(1 - has / np.maximum(wanted, 1e-9), 0, 1))


def borrow_detail(detail: np.ndarray, mask: np.ndarray, beside: float) -> None:
    """Gives holes the fine detail, grain above all, of what lies across their nearest edge; in place.

    Each pixel of a hole takes the detail of its mirror image, a little farther out: at the edge itself lies what the
    damage has left of itself. Where that is damaged, too, or too far, there is none: the hole is as smooth as it was
    drawn.

    Args:
        detail: H×W×3 float32; what it has in holes is overwritten.
        mask: H×W bool, True = damaged.
        beside: how much farther out, in pixels.
    """
    sound_y, sound_x = np.nonzero(~mask)
    rows, columns = np.nonzero(mask)
    detail[rows, columns] = 0
    if not len(sound_y) or not len(rows):
        return
    _, labels = cv2.distanceTransformWithLabels(
        mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.zeros((int(labels.max()) + 1, 2), np.int32)
    places[labels[sound_y, sound_x]] = np.stack([sound_y, sound_x], axis=1)
    nearest = places[labels[rows, columns]].astype(np.float32)
    outwards = nearest - np.stack([rows, columns], axis=1)
    far = np.maximum(np.hypot(*outwards.T), 1)[:, None]
    mirrored = np.rint(nearest + outwards * (1 + beside / far)).astype(int)
    inside = ((mirrored >= 0) & (mirrored < mask.shape)).all(axis=1)
    y, x = mirrored[inside].T
    known = ~mask[y, x]
    detail[rows[inside][known], columns[inside][known]] = detail[y[known], x[known]]


def detail_gain(before: np.ndarray, after: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """How strongly detail of one picture is left in another, h×w float32 within ``GAIN``: a local regression.

    Args:
        before, after: h×w×3 float32, 0 to 1.
        hole: h×w bool, what has no say.
    """
    sound = (~hole).astype(np.float32)
    details = []
    for picture in (before, after):
        luma = picture @ LUMA
        details.append((luma - _blurred(luma * sound, DETAIL_CELLS) / _share(sound, DETAIL_CELLS)) * sound)
    seen, left = details
    common = _blurred(seen * left, SURROUNDING_CELLS)
    own = _blurred(seen * seen, SURROUNDING_CELLS)
    gain = (common + LEAST_VARIANCE) / (own + LEAST_VARIANCE)
    return np.clip(gain, *GAIN).astype(np.float32)


def _filled(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    if not hole.any():
        return picture
    known, holes = torch.from_numpy(picture).permute(2, 0, 1)[None], torch.from_numpy(hole)[None, None].float()
    return np.ascontiguousarray(fill_holes(known, holes)[0].permute(1, 2, 0).numpy())


def _blurred(values: np.ndarray, deviation: float) -> np.ndarray:
    return cv2.GaussianBlur(values, (0, 0), deviation)


def _share(sound: np.ndarray, deviation: float) -> np.ndarray:
    return np.maximum(_blurred(sound, deviation), 1e-3)


def _enlarged_rows(small: np.ndarray, rows: slice, height: int, width: int) -> np.ndarray:
    """Some rows of a small picture enlarged to height×width, by bicubic interpolation: h×w×C or h×w.

    The same as to enlarge all of it and cut out the rows; a large scan has no room for all of it.
    """
    centres = (np.arange(rows.start, rows.stop) + 0.5) * (len(small) / height) - 0.5
    first = np.floor(centres).astype(int)
    fraction = (centres - first).astype(np.float32)
    part: np.ndarray = np.zeros((len(centres), *small.shape[1:]), np.float32)
    for tap in (-1, 0, 1, 2):
        weight = _cubic(np.abs(fraction - tap)).reshape(-1, *[1] * (small.ndim - 1))
        part += weight * small[np.clip(first + tap, 0, len(small) - 1)]
    return cv2.resize(part, (width, len(part)), interpolation=cv2.INTER_CUBIC)


def _cubic(distance: np.ndarray) -> np.ndarray:
    near = ((_CUBIC + 2) * distance - (_CUBIC + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance - 4
    return np.where(distance <= 1, near, np.where(distance < 2, _CUBIC * far, 0)).astype(np.float32)
