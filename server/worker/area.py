"""Where to work: an editor's selection as a region for the pipeline, and as a factor of what comes out of it.

An area is H×W uint8 of the photo's size: 0 = not at all, 255 = fully, between the two for a feathered edge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from restoration.errors import SettingsError
from restoration.layers import Layer
from restoration.photo import Samples, to_depth
from restoration.settings import Region, Settings
from restoration.tiling import strips

#: Rows that are multiplied at a time: the products are four times as large as what goes in.
_ROWS = 256

EMPTIED = "No scratch was found in the selection."


def narrowed(settings: Settings, area: Samples) -> Settings:
    """The settings with the smallest region that holds all of the area, within the one that they had.

    Raises:
        SettingsError: the area is 0 everywhere there.
    """
    left = top = 0
    inside, where = area, "photo"
    if settings.region is not None:
        region, where = settings.region, "region"
        left, top = max(0, region.x), max(0, region.y)
        inside = area[top : max(0, region.y + region.height), left : max(0, region.x + region.width)]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        raise SettingsError(
            f"Nothing is selected within the {where}.", f"Select a part of the {where}, or drop the selection."
        )
    x, y = int(columns[0]), int(rows[0])
    found = Region(left + x, top + y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1)
    return replace(settings, region=found)


def within(layer: Layer, area: Samples) -> Layer | None:
    """The layer as far as the area lets it through; None if nothing is left of it.

    Its alpha is multiplied, rounded to the nearest. The scratch mask is data: it is 0 where the area is, and elsewhere
    as it was; it stays a layer when nothing is left, and says so.
    """
    part = _under(layer, area)
    if layer.role == "scratch_mask":
        assert layer.alpha is not None, "the mask is its alpha"
        alpha = np.where(part > 0, layer.alpha, layer.alpha.dtype.type(0))
        note = layer.note if alpha.any() or not layer.alpha.any() else EMPTIED
        return replace(layer, alpha=alpha, note=note)
    if (part == 255).all():
        return layer
    alpha = to_depth(part, layer.pixels.dtype) if layer.alpha is None else _times(layer.alpha, part)
    return replace(layer, alpha=alpha) if alpha.any() else None


def _under(layer: Layer, area: Samples) -> Samples:
    """The area below a layer, h×w of its size; nothing is selected out of the photo."""
    height, width = area.shape
    rows = slice(min(max(layer.y, 0), height), min(max(layer.y + layer.height, 0), height))
    columns = slice(min(max(layer.x, 0), width), min(max(layer.x + layer.width, 0), width))
    below = area[rows, columns]
    if below.shape == (layer.height, layer.width):
        return below
    part = np.zeros((layer.height, layer.width), np.uint8)
    first_row, first_column = max(0, -layer.y), max(0, -layer.x)
    part[first_row:, first_column:][: below.shape[0], : below.shape[1]] = below
    return part


def _times(alpha: Samples, part: Samples) -> Samples:
    product = np.empty_like(alpha)
    for rows in strips(len(alpha), _ROWS):
        product[rows] = (alpha[rows].astype(np.uint32) * part[rows] + 127) // 255
    return product
