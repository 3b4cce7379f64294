"""One restored face as a patch that lies over the picture, and how patches are laid down.

Source: Wan et al., "Bringing Old Photos Back to Life", CVPR 2020 / TPAMI 2022, blending step of the published pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from restoration.faces.face_mask import face_mask
from restoration.faces.geometry import (
    colour_match,
    face_bounds,
    level_match,
    soft_mask,
    value_range,
    warp_back,
    warp_face,
)
from restoration.faces.sampling import Bounds, Floats, positions


@dataclass(frozen=True)
class FacePatch:
    """Pixels to be laid over a picture, and where.

    Attributes:
        pixels: h×w×3 RGB, dtype of the picture they belong to.
        alpha: h×w float32, 0 (picture) to 1 (patch); not multiplied into ``pixels``.
        x: column of the picture under the left column of the patch.
        y: row of the picture under the top row of the patch.
    """

    pixels: NDArray[Any]
    alpha: NDArray[np.float32]
    x: int
    y: int


def face_layer(
    image: NDArray[Any], face: NDArray[Any], affine: Floats, *, published: bool = False, keeps_tone: bool = False
) -> FacePatch | None:
    """Brings a restored face back to its place in the picture.

    The face takes the histogram (or the mean) that the picture has under the mask, is warped back, gets the detail that
    was too fine for the crop, and a mask in the shape of a face for alpha. The work and the memory depend on the size
    of the face in the picture, not on that of the picture.

    Args:
        image: H×W×3 RGB picture: uint8, uint16 or floating point in 0 to 1. What the face was cut from.
        face: size×size×3 RGB, what the network made of the crop: of the picture's dtype, or floating point in 0 to 1.
        affine: 3×3, crop pixel to picture pixel, of which the crop was made.
        published: the mask is the soft square, the histogram that of the whole crop, with the black that lies beside
            the picture: laid over the picture the patch gives the published blend, up to the rounding of ``pixels``.
        keeps_tone: the network keeps the tone of the crop: its means are all that is taken from the picture.

    Returns:
        The patch, as small as its alpha allows; None if nothing of the face would be seen: it lies beside the picture,
        or (published) is so small that the square's soft border takes all of it, below some 25 pixels for the crop.

    Raises:
        ValueError: shapes or dtypes other than these.
    """
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"a picture is H×W×3, not {image.shape}")
    if face.ndim != 3 or face.shape[0] != face.shape[1] or face.shape[2] != 3:
        raise ValueError(f"a face is size×size×3, not {face.shape}")
    face = _as_dtype(face, image.dtype)
    height, width = image.shape[:2]
    size = face.shape[0]
    bounds = face_bounds(affine, size, height, width)
    if published:
        alpha = soft_mask(affine, size, height, width, bounds)
    else:
        alpha = face_mask(affine, size, bounds) * _off_the_border(affine, height, width, bounds)
    seen_rows, seen_columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if len(seen_rows) == 0:
        return None
    rows = slice(int(seen_rows[0]), int(seen_rows[-1]) + 1)
    columns = slice(int(seen_columns[0]), int(seen_columns[-1]) + 1)
    bounds = bounds._replace(
        x=bounds.x + columns.start,
        y=bounds.y + rows.start,
        width=columns.stop - columns.start,
        height=rows.stop - rows.start,
    )
    # The published pipeline truncates here, although it rounds the crop for the network.
    aligned = warp_face(image, affine, size).astype(image.dtype)
    within = None
    if not published:
        # What lies beside the picture is black in the crop: a face half outside would be darkened by it.
        within = (face_mask(np.eye(3), size, Bounds(0, 0, size, size)) > 0) & _inside(affine, size, height, width)
        if not within.any():
            return None
    if keeps_tone and within is not None:
        top = value_range(image.dtype)
        matched = level_match(face.astype(np.float32) / top, aligned.astype(np.float32) / top, within) * top
    else:
        matched = colour_match(face, aligned, within)
    warped = warp_back(matched, affine, height, width, bounds)
    if not published:
        warped += _lost_detail(image, aligned, affine, bounds)
    return FacePatch(_rounded(warped, image.dtype), alpha[rows, columns].copy(), bounds.x, bounds.y)


def paste_back(image: NDArray[Any], patches: Iterable[FacePatch]) -> NDArray[Any]:
    """Lays patches over a picture, one after another, later ones on top; rounds once, at the end.

    Args:
        image: H×W×3 RGB, uint8, uint16 or floating point in 0 to 1; left as it is.
        patches: patches of the picture's dtype that lie within it.

    Returns:
        H×W×3, dtype of ``image``. Pixels that no patch covers are those of ``image``.

    Raises:
        ValueError: a patch of another dtype, or one that does not lie within the picture.
    """
    patches = list(patches)
    out = image.copy()
    if not patches:
        return out
    for patch in patches:
        h, w = patch.alpha.shape
        if patch.pixels.dtype != image.dtype or patch.pixels.shape != (h, w, *image.shape[2:]):
            raise ValueError(
                f"a patch of {patch.pixels.dtype} {patch.pixels.shape} and alpha {(h, w)} do not fit {image.dtype}"
            )
        if min(patch.x, patch.y) < 0 or patch.x + w > image.shape[1] or patch.y + h > image.shape[0]:
            raise ValueError(f"a patch of {w}×{h} at {patch.x},{patch.y} leaves the picture")
    # Floating point only where patches lie: the whole of a large scan would need several times its memory.
    left, top = min(p.x for p in patches), min(p.y for p in patches)
    right = max(p.x + p.alpha.shape[1] for p in patches)
    bottom = max(p.y + p.alpha.shape[0] for p in patches)
    current = image[top:bottom, left:right].astype(np.float32)
    for patch in patches:
        h, w = patch.alpha.shape
        under = current[patch.y - top : patch.y - top + h, patch.x - left : patch.x - left + w]
        alpha = patch.alpha[..., None]
        under[:] = patch.pixels * alpha + (1 - alpha) * under
    out[top:bottom, left:right] = _rounded(current, image.dtype)
    return out


def _lost_detail(
    image: NDArray[Any], aligned: NDArray[Any], affine: Floats, bounds: Bounds
) -> NDArray[np.float32] | float:
    """What the crop could not hold of a face larger than itself: the picture less the crop, brought back to its size.

    The network never saw it and cannot have changed it; without it a large face would come back softer than it was.
    """
    share = float(np.clip((np.hypot(affine[0, 0], affine[1, 0]) - 1) / 0.5, 0, 1))
    if share == 0:
        return 0.0
    height, width = image.shape[:2]
    place = image[bounds.y : bounds.y + bounds.height, bounds.x : bounds.x + bounds.width]
    return (place.astype(np.float32) - warp_back(aligned, affine, height, width, bounds)) * np.float32(share)


def _inside(affine: Floats, size: int, height: int, width: int) -> NDArray[np.bool_]:
    """Which pixels of the crop show the picture alone."""
    out = np.zeros((size, size), bool)
    for rows, x, y in positions(affine, Bounds(0, 0, size, size)):
        out[rows] = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return out


def _off_the_border(affine: Floats, height: int, width: int, bounds: Bounds) -> NDArray[np.float32]:
    """0 at the picture's border, rising to 1 within five pixels of the crop.

    Beside the picture the network saw black, which would otherwise come back as a dark rim.
    """
    pixel = max(1.0, float(np.hypot(affine[0, 0], affine[1, 0])))
    x = np.arange(bounds.x, bounds.x + bounds.width)
    y = np.arange(bounds.y, bounds.y + bounds.height)
    across, along = np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y)
    distance = np.minimum(across[None, :], along[:, None]) / pixel
    return np.asarray(np.clip((distance - 1) / 4, 0, 1), np.float32)


def _as_dtype(face: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if face.dtype == dtype:
        return face
    if not np.issubdtype(face.dtype, np.floating):
        raise ValueError(f"a face of {face.dtype} does not fit a picture of {dtype}")
    if np.issubdtype(dtype, np.floating):
        return face.astype(dtype)
    top = value_range(dtype)
    # Halves up, as the published writing of the network's output does it (np.rint takes them to even).
    return np.floor(np.clip(face, 0, 1).astype(np.float64) * top + 0.5).astype(dtype)


def _rounded(values: NDArray[np.float32], dtype: np.dtype[Any]) -> NDArray[Any]:
    values = np.clip(values, 0, value_range(dtype))
    return values.astype(dtype) if np.issubdtype(dtype, np.floating) else np.rint(values).astype(dtype)
