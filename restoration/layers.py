"""Layers: what a restoration gives back, and how they lie over the photo."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from restoration.colour import colour_space, in_srgb
from restoration.photo import Photo, Samples, check_pixels, check_samples, to_depth

Role = Literal["scratch_mask", "restored", "inpainted", "scratch_repair", "face", "further", "colour"]
BlendMode = Literal["normal", "color"]

#: Roles from the bottom of the stack to its top. Further stages have seen all that is below them; colours, which keep
#: the light of what is below, lie above them.
_STACK = ("restored", "inpainted", "scratch_repair", "face", "further", "colour", "scratch_mask")

#: The group of the fillings of a hole, among which the user chooses.
CANDIDATES = "Candidates"

_Floats = npt.NDArray[np.float64]

#: Rows are composited in strips of about so many pixels: float copies then stay in the processor's cache.
_STRIP_PIXELS = 1 << 14


@dataclass(frozen=True, eq=False)
class Layer:
    """A named picture that lies over a photo, or over a part of it.

    Attributes:
        name: what the user reads in the list of layers.
        role: what it is, for programs.
        pixels: h×w×1 (grey) or h×w×3 (RGB) in the photo's type, uint8 or uint16.
        alpha: h×w of the same type, or None for opaque.
        x: column of the photo in which the layer's left edge lies; it may reach out of the photo on every side.
        y: row of the photo in which its upper edge lies.
        blend_mode: ``normal`` covers what is below, ``color`` gives it hue and saturation and keeps its luminosity.
        opacity: 0 to 1; the strength of a stage, never part of the pixels.
        visible: a hidden layer changes nothing.
        note: one sentence for the user, or nothing.
        group: name of the group, within that of all layers, in which the layer lies; empty for none. Layers of one
            group lie next to each other, and where a user chooses among them only one is visible.

    Raises:
        ValueError: a value is not as said above.
    """

    name: str
    role: Role
    pixels: Samples
    alpha: Samples | None = None
    x: int = 0
    y: int = 0
    blend_mode: BlendMode = "normal"
    opacity: float = 1.0
    visible: bool = True
    note: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        check_pixels("layer", self.pixels, self.alpha)
        if self.role not in get_args(Role):
            raise ValueError(f"there is no role {self.role!r}")
        if self.blend_mode not in get_args(BlendMode):
            raise ValueError(f"there is no blend mode {self.blend_mode!r}")
        if not math.isfinite(self.opacity) or not 0 <= self.opacity <= 1:
            raise ValueError(f"an opacity must be from 0 to 1, not {self.opacity}")

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])


def group_name(layer_name: str) -> str:
    """The name of the group that holds the layers made from the layer or file ``layer_name``."""
    return f"Restored – {layer_name}"


def stacked(layers: Iterable[Layer]) -> list[Layer]:
    """The layers in the order in which they lie over each other, the lowest first."""
    return sorted(layers, key=lambda layer: _STACK.index(layer.role))


def scratch_mask_layer(mask: Samples, dtype: npt.DTypeLike, *, x: int = 0, y: int = 0, note: str = "") -> Layer:
    """The hidden layer that shows the damage: red, and its alpha is the mask, to be painted on and erased.

    Args:
        mask: h×w, uint8 or uint16, 0 = sound, full = damaged.
        dtype: the photo's type, uint8 or uint16.
        x: column of the photo in which the mask begins.
        y: row of the photo in which the mask begins.
        note: one sentence for the user, or nothing.

    Raises:
        ValueError: the mask has another shape or type.
    """
    check_samples("mask", mask, 2)
    pixels = np.zeros((*mask.shape, 3), dtype)
    pixels[..., 0] = np.iinfo(pixels.dtype).max
    alpha = to_depth(mask, pixels.dtype)
    return Layer("Scratch mask", "scratch_mask", pixels, alpha, x=x, y=y, visible=False, note=note)


def flatten(photo: Photo, layers: Sequence[Layer]) -> Photo:
    """The photo with its visible layers composited over it, from the first (bottom) to the last (top).

    Arithmetic is in the stored encoding, as editors do it, in double precision and rounded once, to the nearest. Where
    no visible layer has any alpha times opacity the pixels are the photo's, bit for bit; if that is everywhere, the
    photo itself is returned. The photo's alpha does not change: layers paint on what is there.

    A grey photo stays grey under grey layers; an RGB layer that shows anywhere makes the result RGB. Such a layer is
    sRGB, so a photo with a grey profile of its own, and its grey layers, are converted to that first.

    Raises:
        ValueError: a visible layer has another type than the photo.
    """
    for layer in layers:
        if layer.visible and layer.pixels.dtype != photo.pixels.dtype:
            raise ValueError(f"layer {layer.name!r} is {layer.pixels.dtype}, the photo is {photo.pixels.dtype}")
    shown = [layer for layer in layers if _shows(layer, photo)]
    if not shown:
        return photo
    channels = max(photo.pixels.shape[2], *(layer.pixels.shape[2] for layer in shown))
    if channels > photo.pixels.shape[2] and colour_space(photo).icc_profile is not None:
        shown = [_in_srgb(layer, photo) for layer in shown]
        photo = in_srgb(photo)
    result = np.empty((photo.height, photo.width, channels), photo.pixels.dtype)
    rows = max(1, _STRIP_PIXELS // photo.width)
    for top in range(0, photo.height, rows):
        strip = result[top : top + rows]
        strip[...] = photo.pixels[top : top + rows]
        touching = [layer for layer in shown if layer.y < top + rows and layer.y + layer.height > top]
        if touching:
            canvas = _planes(strip)
            for layer in touching:
                _composite(canvas, layer, top, photo.max_value)
            strip[...] = np.moveaxis(np.floor(canvas + 0.5), 0, 2)
    return photo.with_pixels(result)


def _in_srgb(layer: Layer, photo: Photo) -> Layer:
    if layer.pixels.shape[2] == 3:
        return layer
    return replace(layer, pixels=in_srgb(Photo(layer.pixels, icc_profile=photo.icc_profile)).pixels)


def alpha_within(photo: Photo, layer: Layer) -> Samples | None:
    """The alpha that ``layer`` needs where nobody keeps layers within the photo's alpha, as ``flatten`` does.

    That is its own times the photo's, h×w, or simply its own where the photo is opaque. The scratch mask keeps its own:
    its alpha is data, not looks. May be None, for opaque.
    """
    if photo.is_opaque or photo.alpha is None or layer.role == "scratch_mask":
        return layer.alpha
    full = photo.max_value
    product = np.zeros(layer.pixels.shape[:2], photo.pixels.dtype)
    part = (overlap(-layer.y, photo.height, layer.height), overlap(-layer.x, photo.width, layer.width))
    below = photo.alpha[overlap(layer.y, layer.height, photo.height), overlap(layer.x, layer.width, photo.width)]
    own = full if layer.alpha is None else layer.alpha[part]
    product[part] = (below.astype(np.uint32) * own + full // 2) // full
    return product


def overlap(start: int, length: int, limit: int) -> slice:
    """The part of 0 to ``limit`` that a span of ``length`` from ``start`` covers; empty if there is none."""
    first = min(max(start, 0), limit)
    return slice(first, min(max(start + length, first), limit))


def _shows(layer: Layer, photo: Photo) -> bool:
    """True if the layer can change any pixel of the photo."""
    if not layer.visible or layer.opacity == 0:
        return False
    rows = overlap(-layer.y, photo.height, layer.height)
    columns = overlap(-layer.x, photo.width, layer.width)
    if rows.start == rows.stop or columns.start == columns.stop:
        return False
    return layer.alpha is None or bool(layer.alpha[rows, columns].any())


def _planes(pixels: Samples) -> _Floats:
    """H×W×C as C×H×W in double precision: arithmetic between channels is several times faster so."""
    return np.moveaxis(pixels, 2, 0).astype(np.float64, order="C")


def _composite(canvas: _Floats, layer: Layer, top: int, maximum: int) -> None:
    """Lay ``layer`` over ``canvas``, a strip C×H×W of the photo (0 to ``maximum``) that begins at row ``top``."""
    _, height, width = canvas.shape
    below = canvas[:, overlap(layer.y - top, layer.height, height), overlap(layer.x, layer.width, width)]
    part = (overlap(top - layer.y, height, layer.height), overlap(-layer.x, width, layer.width))
    above = _planes(layer.pixels[part])
    if layer.blend_mode == "color":
        if len(below) == 1:
            return  # grey has no colour to give, and none to take
        above = _with_luminosity_of(below, above, maximum)
    weight: Any = layer.opacity
    if layer.alpha is not None:
        weight = layer.alpha[part] * (layer.opacity / maximum)
    below += (above - below) * weight


def _with_luminosity_of(below: _Floats, above: _Floats, maximum: int) -> _Floats:
    """The W3C's ``SetLum(above, Lum(below))``: 3×h×w with the hue and saturation of ``above``, as far as they fit."""
    luminosity = _luminosity(below)
    red, green, blue = offset = np.broadcast_to(above, below.shape) - _luminosity(above)
    lowest = np.minimum(np.minimum(red, green), blue)
    highest = np.maximum(np.maximum(red, green), blue)
    # The offsets span at most ``maximum``, so that a pixel leaves the range at one end only.
    scale = np.ones_like(luminosity)
    np.divide(luminosity, -lowest, out=scale, where=luminosity + lowest < 0)
    np.divide(maximum - luminosity, highest, out=scale, where=luminosity + highest > maximum)
    return luminosity + offset * scale


def _luminosity(planes: _Floats) -> _Floats:
    if len(planes) == 1:
        return planes[0]
    red, green, blue = planes
    return 0.3 * red + 0.59 * green + 0.11 * blue
