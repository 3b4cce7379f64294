"""Stage 5: plausible colours, near those that the user painted. The layer ``Colour``, in blend mode Color.

Chroma is found in a small picture and brought to the edges of the large one, whose luminance stays what it is. Sepia
and other tints are gone with that: the network sees luminance alone, and the layer covers what hue there was.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from restoration.guided import aligned, enlarged, fit_lines
from restoration.layers import Layer
from restoration.photo import Photo
from restoration.presets.interface import Colouriser, Seen
from restoration.reach import reach_of
from restoration.settings import ColourSettings
from restoration.stages.pixels import STRIP_ROWS, to_rgb_samples
from restoration.tiling import strips

#: What the user painted: H×W×4 uint8, sRGB and alpha, of the photo's size.
Hints = npt.NDArray[np.uint8]

#: From this alpha on a pixel is painted.
PAINTED = 128
#: Chroma is first smoothed among cells within a radius of so many, near and alike by these deviations.
RADIUS, CELLS_NEAR, LIGHT_ALIKE = 5, 3.0, 0.05
#: The guided filter's window, and the contrast below which luminance says nothing about where colours end.
WINDOW, FLAT = 1, 4e-4
#: A painted colour is met exactly in its own cells. What the network missed it by is carried to cells this near, if
#: their luminance (0 to 1) is this much alike: deviations.
NEAR, ALIKE = 4.0, 0.06
#: So many distances are held at once.
PAIRS_AT_ONCE = 1 << 22
#: Colours of a print: it may be toned, but then its hue follows its luminance. What differs from that by more (Lab,
#: root mean square) has colours of its own.
OWN_COLOURS = 5.0

_COVERED = "The photo has colours of its own; hide this layer to see them."


@dataclass(frozen=True, eq=False)
class Scene:
    """All that colouring needs of a picture at its full size: kept, so that a new hint does not ask for the picture.

    Attributes:
        light: H×W float32, L of Lab over 100.
        own_colours: whether the picture has colours that the layer will cover.
    """

    light: np.ndarray
    own_colours: bool


def scene_of(picture: np.ndarray) -> Scene:
    """What colouring needs of a picture, H×W×3 float32, 0 to 1."""
    light = np.empty(picture.shape[:2], np.float32)
    for rows in strips(len(picture), STRIP_ROWS):
        light[rows] = cv2.cvtColor(np.ascontiguousarray(picture[rows]), cv2.COLOR_RGB2LAB)[..., 0] / 100
    return Scene(light, has_own_colours(picture))


def colour_layer(
    photo: Photo,
    scene: Scene,
    seen: Seen,
    hints: Hints | None,
    colouriser: Colouriser,
    settings: ColourSettings,
    offset: tuple[int, int],
) -> Layer:
    """The layer ``Colour``: RGB in the photo's depth, also over a grey photo.

    Args:
        photo: the source, H×W, for the samples' type.
        scene: what the stages before made of it, H×W.
        seen: what the colouriser saw in the same picture.
        hints: H×W×4, or None.
        colouriser: the network.
        settings: strength, which is the layer's opacity, and saturation, which hints are not subject to.
        offset: (x, y) of this photo in the whole one.
    """
    cells = None if hints is None else hint_cells(hints, seen.light.shape)
    chroma = seen.chroma
    if cells is not None:
        # One stroke of blue tells the network of a blue picture; beyond the stroke's reach it is not listened to.
        reach = reach_of(cells[..., 2] > 0, seen.light)[..., None]
        chroma = chroma + reach * (colouriser.chroma(seen, cells) - chroma)
    chroma = aligned(chroma, seen.light, RADIUS, CELLS_NEAR, LIGHT_ALIKE) * np.float32(settings.saturation)
    if cells is not None:
        chroma = with_hints_met(chroma, seen.light, cells)
    note = _COVERED if scene.own_colours else ""
    pixels = to_rgb_samples(_coloured(scene.light, chroma, seen.light), photo)
    return Layer(
        "Colour", "colour", pixels, x=offset[0], y=offset[1], blend_mode="color", opacity=settings.strength, note=note
    )


def hint_cells(hints: Hints, shape: tuple[int, ...]) -> np.ndarray | None:
    """The user's colours in the cells of the network: h×w×3 float32, a and b of Lab and the share that is painted.

    Args:
        hints: H×W×4 uint8, sRGB and alpha.
        shape: (h, w).

    Returns:
        None where nothing is painted.
    """
    painted = (hints[..., 3] >= PAINTED).astype(np.float32)
    if not painted.any():
        return None
    size = (shape[1], shape[0])
    share = cv2.resize(painted, size, interpolation=cv2.INTER_AREA)
    colour = np.zeros((*shape, 3), np.float32)
    for channel in range(3):  # one at a time: floats of a whole scan are large
        summed = cv2.resize(hints[..., channel] * painted, size, interpolation=cv2.INTER_AREA)
        colour[..., channel] = summed / np.maximum(share, 1e-6) / 255
    lab = cv2.cvtColor(np.clip(colour, 0, 1), cv2.COLOR_RGB2LAB)
    return np.dstack([lab[..., 1:] * (share > 0)[..., None], share])


def with_hints_met(chroma: np.ndarray, light: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Chroma that has the painted colours where they were painted, and comes near them around.

    Args:
        chroma: h×w×2 float32, a and b of Lab.
        light: h×w float32, 0 to 1.
        cells: h×w×3 float32, from ``hint_cells``; at least one is painted.
    """
    painted = cells[..., 2] > 0
    missed = cells[painted][:, :2] - chroma[painted]
    places, lights = np.argwhere(painted).astype(np.float32), light[painted]
    everywhere = np.argwhere(np.ones_like(painted)).astype(np.float32)
    carried = np.empty((len(everywhere), 2), np.float32)
    step = max(1, PAIRS_AT_ONCE // len(places))
    for first in range(0, len(everywhere), step):
        part = slice(first, first + step)
        away = ((everywhere[part, None] - places) ** 2).sum(axis=2) / (2 * NEAR**2)
        away += (light.reshape(-1)[part, None] - lights) ** 2 / (2 * ALIKE**2)
        weight = np.exp(-away)
        carried[part] = weight.max(axis=1, keepdims=True) * (weight @ missed) / (weight.sum(axis=1)[:, None] + 1e-6)
    met = chroma + carried.reshape(chroma.shape)
    met[painted] = cells[painted][:, :2]
    return met


def has_own_colours(picture: np.ndarray) -> bool:
    """Whether a picture, H×W×3 float32, 0 to 1, is neither grey nor a toned print, whose hue follows its luminance."""
    factor = min(1.0, 256 / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    lab = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    level = np.minimum(lab[:, 0] / 100 * 20, 19).astype(int)
    count = np.maximum(np.bincount(level, minlength=20), 1)
    spread = [lab[:, axis] - (np.bincount(level, lab[:, axis], 20) / count)[level] for axis in (1, 2)]
    return bool(np.sqrt(np.mean(np.square(spread).sum(axis=0))) > OWN_COLOURS)


def _coloured(light: np.ndarray, chroma: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The picture of this luminance, H×W, in these colours: H×W×3 float32, 0 to 1.

    Args:
        light: H×W float32, 0 to 1.
        chroma: h×w×2 float32, a and b of Lab.
        cells: h×w float32, the luminance of the cells.
    """
    height, width = light.shape
    lines = fit_lines(chroma, cells, WINDOW, FLAT)
    out = np.empty((height, width, 3), np.float32)
    for rows in strips(height, STRIP_ROWS):
        lab = np.dstack([light[rows] * 100, enlarged(lines, light[rows], rows, height)])
        np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1, out=out[rows])
    return out
