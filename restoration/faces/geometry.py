"""From a face in a picture to the crop of the template, and back: the published steps, on the face's surroundings only.

Conventions. Pixel centres are whole numbers; points are (x, y) in pixels. ``affine`` is always the 3×3 similarity that
maps a pixel of the square crop to its place in the picture. Pictures are H×W×3 RGB, uint8 (0 to 255), uint16 (0 to
65535) or floating point (0 to 1).

Source: Wan et al., "Bringing Old Photos Back to Life", CVPR 2020 / TPAMI 2022, face alignment and blending of the
published pipeline; the similarity is that of Umeyama, "Least-squares estimation of transformation parameters between
two point patterns", TPAMI 1991.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from restoration.faces.sampling import Bounds, Floats, sample_bicubic, sample_bilinear, sample_nearest

# The mask loses 12 pixels (three erosions by 9×9) and the blur of 25×25 reaches 12 further: nothing beyond 24 matters.
_ERODE_SIDE = 25
_BLUR_SIDE = 25
_MARGIN = _ERODE_SIDE // 2 + _BLUR_SIDE // 2 + 2


def value_range(dtype: np.dtype[Any]) -> float:
    """The value of white: 255 for uint8, 65535 for uint16, 1.0 for floating point.

    Raises:
        ValueError: any other dtype.
    """
    if dtype == np.uint8 or dtype == np.uint16:
        return float(np.iinfo(dtype).max)
    if np.issubdtype(dtype, np.floating):
        return 1.0
    raise ValueError(f"pixels are uint8, uint16 or floating point, not {dtype}")


def template(size: int) -> Floats:
    """Where the five points of a face lie in the square crop.

    Args:
        size: side of the crop in pixels, published with 256 and 512.

    Returns:
        5×2, (x, y): the eye on the left of the picture, the eye on its right, tip of the nose, the corner of the mouth
        on the left, that on the right. For 256: (89, 108.5) (167, 108.5) (128, 147.5) (104.6, 195.86) (151.4, 195.86).
    """
    points = np.array([(196, 226), (316, 226), (256, 286), (220, 360.4), (292, 360.4)], np.float32)
    # 1.3: how much the published crop is widened about its centre (float32, as published).
    wide = (points / np.float32(256) - 1) * np.float32(1.3)
    return ((wide + 1) / 2 * np.float32(size)).astype(np.float64)


def similarity(source: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """The rotation, scale and shift that brings ``source`` nearest to ``target`` (Umeyama 1991, in closed form).

    In the plane, a point is a complex number and such a map is ``z -> c z + t``: the (weighted) least-squares ``c`` is
    a quotient of two sums, and it never mirrors.

    Args:
        source: N×2 points, N at least 2.
        target: N×2 points.
        weights: N weights of the squared distances; None weighs all the same.

    Returns:
        3×3, maps (x, y, 1) of the source to the target.

    Raises:
        ValueError: shapes that do not fit, or points that all coincide.
    """
    a, b = np.asarray(source, np.float64), np.asarray(target, np.float64)
    w = np.ones(len(a)) if weights is None else np.asarray(weights, np.float64)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1] != 2 or len(a) < 2 or w.shape != (len(a),):
        raise ValueError(f"points are N×2, N at least 2, with N weights; got {a.shape}, {b.shape}, {w.shape}")
    w = w / w.sum()
    za, zb = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    centre_a, centre_b = (w * za).sum(), (w * zb).sum()
    spread = float((w * np.abs(za - centre_a) ** 2).sum())
    c = (w * (za - centre_a).conj() * (zb - centre_b)).sum() / spread if spread > 0 else 0
    if c == 0 or not np.isfinite(c):
        raise ValueError("points that coincide give no scale and no rotation")
    t = centre_b - c * centre_a
    return np.array([[c.real, -c.imag, t.real], [c.imag, c.real, t.imag], [0, 0, 1]])


def warp_face(image: NDArray[Any], affine: Floats, size: int) -> Floats:
    """The face, upright and at the template's place: bilinear, 0 outside the picture.

    Args:
        image: H×W×C picture, any dtype; only the pixels under the crop are read.
        affine: 3×3, crop pixel to picture pixel.
        size: side of the crop in pixels.

    Returns:
        size×size×C in the value range of ``image``, not rounded. The published crop for the network is
        ``np.rint`` of it.
    """
    return sample_bilinear(image, affine, Bounds(0, 0, size, size))


def colour_match(face: NDArray[Any], reference: NDArray[Any], within: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """Gives ``face`` the histogram of ``reference``, channel by channel.

    A level becomes the first level at which the reference's cumulative histogram (as a fraction) is not lower. There
    are as many bins as levels: 256 for uint8 as published, 65536 for uint16 and (after rounding) for floating point.

    Args:
        face: H×W×C, uint8, uint16 or floating point in 0 to 1.
        reference: h×w×C, the same dtype.
        within: H×W, the pixels whose histograms are taken, at least one, ``reference`` then having the size of
            ``face``; None takes all, as published. All pixels of ``face`` are changed alike.

    Returns:
        H×W×C, dtype of ``face``.

    Raises:
        ValueError: dtypes or channels differ, or ``within`` is empty or has another size.
    """
    if face.dtype != reference.dtype or face.ndim != 3 or face.shape[2:] != reference.shape[2:]:
        raise ValueError(
            f"the two need one dtype and the same channels; got {face.dtype} {face.shape}, "
            f"{reference.dtype} {reference.shape}"
        )
    if np.issubdtype(face.dtype, np.floating):
        ours, theirs = (np.rint(np.clip(a, 0, 1) * 65535).astype(np.uint16) for a in (face, reference))
        return (colour_match(ours, theirs, within) / 65535).astype(face.dtype)
    if within is not None and (within.shape != face.shape[:2] or face.shape != reference.shape or not within.any()):
        raise ValueError(f"no pixels of {face.shape} and {reference.shape} to compare within {within.shape}")
    levels = int(value_range(face.dtype)) + 1
    out = np.empty_like(face)
    for channel in range(face.shape[2]):
        ours, theirs = (
            np.bincount(values, minlength=levels).cumsum() / values.size
            for values in (_values(a[..., channel], within) for a in (face, reference))
        )
        # Both end in exactly 1.0, so that there is always such a level.
        lookup = np.searchsorted(theirs, ours, side="left").astype(face.dtype)
        out[..., channel] = lookup[face[..., channel]]
    return out


def level_match(face: NDArray[Any], reference: NDArray[Any], within: NDArray[np.bool_]) -> NDArray[Any]:
    """Gives each channel of ``face`` the mean of ``reference``, by adding one number.

    For networks that keep the tone of what they see: a histogram also holds the grain and the blur of the reference,
    and taking it over costs a drawn face 0.4 dB.

    Args:
        face: H×W×C floating point, 0 to 1.
        reference: the same shape.
        within: H×W, the pixels whose means are taken, at least one.

    Returns:
        H×W×C, clipped to 0 and 1.
    """
    shift = (reference[within].astype(np.float64) - face[within]).mean(axis=0)
    return np.clip(face + shift, 0, 1).astype(face.dtype)


def _values(channel: NDArray[Any], within: NDArray[np.bool_] | None) -> NDArray[Any]:
    return channel.ravel() if within is None else channel[within]


def face_bounds(affine: Floats, size: int, height: int, width: int) -> Bounds:
    """The part of a picture in which a face's mask can be above 0, with the margin its making needs.

    Args:
        affine: 3×3, crop pixel to picture pixel.
        size: side of the crop in pixels.
        height: of the picture.
        width: of the picture.

    Returns:
        Bounds within the picture; width or height is 0 if the face lies beside it.
    """
    low, high = -0.5, size - 0.5
    corners = affine @ np.array([(low, low, 1), (high, low, 1), (low, high, 1), (high, high, 1)]).T
    left, top = np.floor(corners[:2].min(axis=1)) - _MARGIN
    right, bottom = np.ceil(corners[:2].max(axis=1)) + _MARGIN + 1
    x, y = int(np.clip(left, 0, width)), int(np.clip(top, 0, height))
    return Bounds(x, y, int(np.clip(right, 0, width)) - x, int(np.clip(bottom, 0, height)) - y)


def soft_mask(affine: Floats, size: int, height: int, width: int, bounds: Bounds | None = None) -> NDArray[np.float32]:
    """How much of the face is laid over each pixel of the picture: 1 inside, falling to 0 towards the crop's border.

    As published: those crop pixels that show the picture, brought back (nearest neighbour both ways), eroded by three
    times 9×9 (which one square of 25×25 is), blurred with a Gaussian of 25×25. The picture's own border does not erode.

    Args:
        affine: 3×3, crop pixel to picture pixel.
        size: side of the crop in pixels.
        height: of the picture.
        width: of the picture.
        bounds: the part wanted; None is the whole picture. A part must contain :func:`face_bounds`.

    Returns:
        ``bounds.height`` × ``bounds.width``, 0 to 1.
    """
    bounds = bounds or Bounds(0, 0, width, height)
    side = np.arange(size, dtype=np.float64)
    x = np.floor(affine[0, 0] * side[None, :] + affine[0, 1] * side[:, None] + affine[0, 2] + 0.5)
    y = np.floor(affine[1, 0] * side[None, :] + affine[1, 1] * side[:, None] + affine[1, 2] + 0.5)
    shows_picture = ((x >= 0) & (x < width) & (y >= 0) & (y < height)).astype(np.uint8)
    mask = sample_nearest(shows_picture, _inverse(affine), bounds)
    if mask.size == 0:
        return mask.astype(np.float32)
    eroded = cv2.erode(mask, np.ones((_ERODE_SIDE, _ERODE_SIDE), np.uint8))
    # sigma 0 is OpenCV's rule for a kernel's size: 0.3 * ((25 - 1) / 2 - 1) + 0.8 = 4.1.
    blurred = cv2.GaussianBlur(eroded.astype(np.float32), (_BLUR_SIDE, _BLUR_SIDE), 0)
    return np.asarray(np.clip(blurred, 0, 1), np.float32)


def warp_back(face: NDArray[Any], affine: Floats, height: int, width: int, bounds: Bounds) -> NDArray[np.float32]:
    """The square face, brought back to its place in the picture: Catmull-Rom, 0 outside, no overshoot.

    Args:
        face: size×size×C, any dtype.
        affine: 3×3, crop pixel to picture pixel.
        height: of the picture.
        width: of the picture.
        bounds: the part of the picture wanted.

    Returns:
        ``bounds.height`` × ``bounds.width`` × C in the value range of ``face``, clipped to its lowest (or to the 0
        outside, where that is in sight) and highest value.
    """
    inverse = _inverse(affine)
    out = sample_bicubic(face, inverse, bounds)
    low, high = float(face.min()), float(face.max())
    # The published step clips to the values of the whole warped picture, the zeros beside the face included. Some pixel
    # of it is such a zero if one of its corners is, the kernel reaching two pixels beyond the face.
    right, bottom = width - 1, height - 1
    corners = inverse @ np.array([(0, 0, 1), (right, 0, 1), (0, bottom, 1), (right, bottom, 1)]).T
    beside = bool((corners[:2] <= -2).any() or (corners[:2] >= face.shape[0] + 1).any())
    if beside or (out.size and float(out.min()) <= 0):
        low = min(low, 0.0)
    return np.clip(out, low, high, out=out)


def _inverse(affine: Floats) -> Floats:
    return np.asarray(np.linalg.inv(affine), np.float64)
