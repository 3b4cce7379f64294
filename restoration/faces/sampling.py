"""Sampling an image at the pixels of an affinely mapped grid: nearest, bilinear, bicubic; 0 outside the image.

Pixel centres are whole numbers. ``matrix`` is 3×3 and maps ``(x, y, 1)`` of an output pixel to ``(x, y, 1)`` in the
image. All functions compute the coordinates of a pixel from its absolute position, so that a part of the output equals
the same part of the whole output, bit for bit.

OpenCV is not used here: its bicubic kernel has A = -0.75 where the published one (scikit-image ``warp``, order 3) is
Catmull-Rom with A = -0.5, and its affine warps round coordinates to 1/32 pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

# Pixels worked on at once: it keeps the memory of the bicubic kernel at some tens of megabytes, whatever the output.
_STRIP_PIXELS = 1 << 17


class Bounds(NamedTuple):
    """A rectangle of pixels: columns ``x`` to ``x + width - 1``, rows ``y`` to ``y + height - 1``."""

    x: int
    y: int
    width: int
    height: int


def sample_nearest(image: NDArray[Any], matrix: Floats, bounds: Bounds) -> NDArray[Any]:
    """Nearest neighbour, halves rounded up.

    Args:
        image: H×W, any dtype.
        matrix: 3×3, output pixel to image position.
        bounds: the output pixels wanted.

    Returns:
        ``bounds.height`` × ``bounds.width``, dtype of ``image``.
    """
    out = np.zeros((bounds.height, bounds.width), image.dtype)
    for rows, x, y in positions(matrix, bounds):
        column, row = np.floor(x + 0.5).astype(np.intp), np.floor(y + 0.5).astype(np.intp)
        out[rows] = _pick(image, row, column)
    return out


def sample_bilinear(image: NDArray[Any], matrix: Floats, bounds: Bounds) -> Floats:
    """Bilinear; each of the four neighbours that lies outside counts as 0.

    Only the pixels that are needed are read, so that the cost does not depend on the size of ``image``.

    Args:
        image: H×W×C, any dtype.
        matrix: 3×3, output pixel to image position.
        bounds: the output pixels wanted.

    Returns:
        ``bounds.height`` × ``bounds.width`` × C, in the value range of ``image``.
    """
    out = np.zeros((bounds.height, bounds.width, image.shape[2]))
    for rows, x, y in positions(matrix, bounds):
        left, top = np.floor(x), np.floor(y)
        dx, dy = (x - left)[..., None], (y - top)[..., None]
        column, row = left.astype(np.intp), top.astype(np.intp)
        upper = (1 - dx) * _pick(image, row, column) + dx * _pick(image, row, column + 1)
        lower = (1 - dx) * _pick(image, row + 1, column) + dx * _pick(image, row + 1, column + 1)
        out[rows] = (1 - dy) * upper + dy * lower
    return out


def sample_bicubic(image: NDArray[Any], matrix: Floats, bounds: Bounds) -> NDArray[np.float32]:
    """Catmull-Rom (cubic convolution with A = -0.5; Keys 1981), pixels outside count as 0; not clipped.

    Args:
        image: H×W×C, any dtype.
        matrix: 3×3, output pixel to image position.
        bounds: the output pixels wanted.

    Returns:
        ``bounds.height`` × ``bounds.width`` × C, in the value range of ``image`` but for overshoots at edges.
    """
    height, width, channels = image.shape
    # A frame of zeros, and every position further out pulled into it, spare a test for each of the sixteen taps.
    frame = 4
    padded = np.pad(image.astype(np.float32), ((frame, frame), (frame, frame), (0, 0)))
    flat, stride = padded.reshape(-1, channels), width + 2 * frame
    out = np.zeros((bounds.height, bounds.width, channels), np.float32)
    for rows, x, y in positions(matrix, bounds):
        x, y = np.clip(x, -2.0, width + 1.0), np.clip(y, -2.0, height + 1.0)
        left, top = np.floor(x), np.floor(y)
        wx, wy = _catmull_rom(x - left), _catmull_rom(y - top)
        first = (top.astype(np.intp) + frame - 1) * stride + left.astype(np.intp) + frame - 1
        total = np.zeros((*first.shape, channels), np.float32)
        for i in range(4):
            line = np.zeros_like(total)
            for j in range(4):
                line += flat[first + (i * stride + j)] * wx[j][..., None]
            total += line * wy[i][..., None]
        out[rows] = total
    return out


def _catmull_rom(t: Floats) -> list[NDArray[np.float32]]:
    weights = (
        0.5 * t * (-1 + t * (2 - t)),
        0.5 * (2 + t * t * (-5 + 3 * t)),
        0.5 * t * (1 + t * (4 - 3 * t)),
        0.5 * t * t * (t - 1),
    )
    return [weight.astype(np.float32) for weight in weights]


def _pick(image: NDArray[Any], row: Indices, column: Indices) -> NDArray[Any]:
    height, width = image.shape[:2]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    values: NDArray[Any] = image[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    values[~inside] = 0
    return values


def positions(matrix: Floats, bounds: Bounds) -> Iterator[tuple[slice, Floats, Floats]]:
    """Strips of output rows, counted from the top of ``bounds``, with the image positions x and y of their pixels."""
    step = max(1, _STRIP_PIXELS // max(bounds.width, 1))
    columns = np.arange(bounds.x, bounds.x + bounds.width, dtype=np.float64)[None, :]
    for start in range(0, bounds.height, step):
        stop = min(start + step, bounds.height)
        lines = np.arange(bounds.y + start, bounds.y + stop, dtype=np.float64)[:, None]
        x, y = (m[0] * columns + m[1] * lines + m[2] for m in matrix[:2])
        yield slice(start, stop), x, y
