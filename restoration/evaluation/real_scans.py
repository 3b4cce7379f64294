"""Real scans, which have no truth: figures without reference, and contact sheets for the eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.measure import blur_effect
from skimage.restoration import estimate_sigma

from restoration.evaluation.encoded import marked, reduced, webp
from restoration.evaluation.methods import DEFAULTS, found_damage, restored
from restoration.luma import LUMA
from restoration.presets.interface import Models
from restoration.training.pairs import read_rgb

#: Side of the crops on a contact sheet, shown at 100 %, and longest side of the whole pictures above them.
CROP, WHOLE = 256, 384


@dataclass(frozen=True)
class NoReference:
    """What can be said of a picture alone. None of these is good or bad by itself.

    Attributes:
        noise: estimated deviation of the noise, in levels of 255 (Donoho and Johnstone 1994, from wavelets).
        blur: perceived blur, 0 sharp to 1 (Crete et al. 2007); noise counts as sharpness.
        black, white: 1st and 99th percentile of the luma, 0 to 255.
    """

    noise: float
    blur: float
    black: float
    white: float


@dataclass(frozen=True)
class Scanned:
    """A real scan and what became of it.

    Attributes:
        name: of the scan.
        before, after: figures without reference.
        marked_share: share of the pixels that the detector marks, 0 to 1.
        pictures: WebP files, at most 640 pixels: "input", "ours", "found mask".
    """

    name: str
    before: NoReference
    after: NoReference
    marked_share: float
    pictures: dict[str, bytes]


def no_reference(picture: np.ndarray) -> NoReference:
    """The figures of H×W×3 uint8, each side at least 16 pixels."""
    luma = picture.astype(np.float32) @ LUMA
    black, white = np.percentile(luma, [1, 99])
    return NoReference(float(estimate_sigma(luma)), float(blur_effect(luma)), float(black), float(white))


def restored_scans(scans: Sequence[Path], models: Models, threshold: float, sheets: Path) -> Iterator[Scanned]:
    """Restores each scan at its own size with the default settings, and writes its contact sheet NAME.jpg.

    Args:
        scans: files.
        models: the preset's networks.
        threshold: of the detector.
        sheets: folder that exists.

    Raises:
        PictureError: a file cannot be read.
    """
    for path in scans:
        scan = read_rgb(path, None)
        found = np.where(found_damage(scan, models) >= threshold, 255, 0).astype(np.uint8)
        result = restored(scan, models, DEFAULTS, found)
        views = {"input": scan, "ours": result, "found mask": marked(scan, found)}
        Image.fromarray(contact_sheet(list(views.values()), found)).save(sheets / f"{path.stem}.jpg", quality=90)
        pictures = {name: webp(reduced(view, 640)) for name, view in views.items()}
        share = float((found > 0).mean())
        yield Scanned(path.stem, no_reference(scan), no_reference(result), share, pictures)


def contact_sheet(views: Sequence[np.ndarray], found: np.ndarray, crops: int = 2) -> np.ndarray:
    """Views side by side: whole above, below them the same crops of each at 100 %, where most damage was found.

    Args:
        views: H×W×3 uint8 of one size.
        found: H×W uint8, not 0 = marked.
        crops: rows of crops.

    Returns:
        The sheet, uint8 RGB, on grey.
    """
    height, width = views[0].shape[:2]
    side = min(CROP, height, width)
    corners = crop_corners(found, side, crops)
    rows = [[reduced(view, WHOLE) for view in views]]
    rows += [[view[y : y + side, x : x + side] for view in views] for y, x in corners]
    gap = 8
    columns = max(tile.shape[1] for row in rows for tile in row)
    heights = [max(tile.shape[0] for tile in row) for row in rows]
    sheet = np.full((sum(heights) + gap * (len(rows) + 1), (columns + gap) * len(views) + gap, 3), 96, np.uint8)
    top = gap
    for row, tall in zip(rows, heights, strict=True):
        for number, tile in enumerate(row):
            left = gap + number * (columns + gap) + (columns - tile.shape[1]) // 2
            sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
        top += tall + gap
    return sheet


def crop_corners(found: np.ndarray, side: int, count: int) -> list[tuple[int, int]]:
    """Upper left corners (y, x) of crops with the most marked pixels, the middle first if none is marked.

    They come from a grid of half a side, and no two overlap by more than half; there may be fewer than ``count``.
    """
    height, width = found.shape
    step = max(1, side // 2)
    ys = sorted({*range(0, height - side + 1, step), height - side})
    xs = sorted({*range(0, width - side + 1, step), width - side})
    middle = ((height - side) / 2, (width - side) / 2)

    def rank(corner: tuple[int, int]) -> tuple[float, float]:
        y, x = corner
        marked_pixels = int((found[y : y + side, x : x + side] > 0).sum())
        return -marked_pixels, abs(y - middle[0]) + abs(x - middle[1])

    chosen: list[tuple[int, int]] = []
    for y, x in sorted(((y, x) for y in ys for x in xs), key=rank):
        if all(max(abs(y - v), abs(x - u)) >= step for v, u in chosen):
            chosen.append((y, x))
        if len(chosen) == count:
            break
    return chosen
