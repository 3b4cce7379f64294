"""How plausible the colours of a picture are that was grey, and how well hints are kept to.

Photographs in colour are made grey and coloured again, once without hints and once with some of their own colours as
hints. Colour differences are CIEDE2000 (scikit-image), colourfulness is that of Hasler and Süsstrunk 2003.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from restoration.ageing.monochrome import grey
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.presets.interface import Colouriser
from restoration.settings import ColourSettings
from restoration.stages.colour import PAINTED, Hints, colour_layer, scene_of
from restoration.stages.pixels import to_picture
from restoration.training.pairs import list_pictures, read_rgb

T = TypeVar("T")
Track = Callable[[Iterable[T], str, int], Iterable[T]]

#: Pictures are judged with this longer side, at most.
LONGEST_SIDE = 512
#: Hints of a picture, and their radius as a part of the shorter side.
HINTS, HINT_RADIUS = 10, 1 / 60


@dataclass(frozen=True)
class ColourFigures:
    """One picture, or the mean of many.

    Attributes:
        grey: mean colour difference of the grey picture from the true one.
        coloured: of the coloured one, without hints.
        hinted: of the coloured one, with hints.
        at_hints: mean difference at the painted pixels between the result and the painted colour at the picture's own
            luminance.
        colourfulness, colourfulness_hinted, colourfulness_true: of the results and of the truth.
    """

    grey: float
    coloured: float
    hinted: float
    at_hints: float
    colourfulness: float
    colourfulness_hinted: float
    colourfulness_true: float


@dataclass(frozen=True, eq=False)
class JudgedColours:
    """A picture and what became of it, H×W×3 uint8 each."""

    name: str
    figures: ColourFigures
    true: np.ndarray
    grey: np.ndarray
    coloured: np.ndarray
    hinted: np.ndarray


def colourfulness(rgb: np.ndarray) -> float:
    """Hasler and Süsstrunk 2003, "Measuring colourfulness in natural images": H×W×3 uint8; 0 for a grey picture."""
    red, green, blue = rgb.astype(np.float64).reshape(-1, 3).T
    first, second = red - green, (red + green) / 2 - blue
    return float(np.hypot(first.std(), second.std()) + 0.3 * np.hypot(first.mean(), second.mean()))


def mean_difference(rgb: np.ndarray, true: np.ndarray) -> float:
    """Mean CIEDE2000 of two pictures, H×W×3 uint8."""
    return float(deltaE_ciede2000(rgb2lab(rgb), rgb2lab(true)).mean())


def true_hints(true: np.ndarray, count: int, rng: np.random.Generator) -> Hints:
    """Dots of a picture's own mean colours at random places: H×W×4 uint8."""
    height, width = true.shape[:2]
    radius = max(1, round(min(height, width) * HINT_RADIUS))
    hints = np.zeros((height, width, 4), np.uint8)
    for _ in range(count):
        dot = np.zeros((height, width), np.uint8)
        cv2.circle(dot, (int(rng.integers(width)), int(rng.integers(height))), radius, 1, -1)
        hints[dot > 0, :3] = np.rint(true[dot > 0].mean(axis=0))
        hints[dot > 0, 3] = 255
    return hints


def coloured(photo: Photo, colouriser: Colouriser, hints: Hints | None = None) -> Photo:
    """The photo with its colour layer over it."""
    picture = to_picture(photo)
    seen = colouriser.look(picture)
    return flatten(
        photo, [colour_layer(photo, scene_of(picture), seen, hints, colouriser, ColourSettings(True), (0, 0))]
    )


def judge(name: str, true: np.ndarray, colouriser: Colouriser, rng: np.random.Generator) -> JudgedColours:
    """Makes a picture (H×W×3 uint8) grey, colours it, and compares."""
    dull = np.rint(np.clip(grey(true.astype(np.float32) / 255), 0, 1) * 255).astype(np.uint8)
    photo, hints = Photo(dull), true_hints(true, HINTS, rng)
    plain, told = coloured(photo, colouriser).pixels, coloured(photo, colouriser, hints).pixels
    figures = ColourFigures(
        mean_difference(dull, true),
        mean_difference(plain, true),
        mean_difference(told, true),
        missed_at_hints(told, hints),
        colourfulness(plain),
        colourfulness(told),
        colourfulness(true),
    )
    return JudgedColours(name, figures, true, dull, plain, told)


def missed_at_hints(result: np.ndarray, hints: Hints) -> float:
    """By how much (mean CIEDE2000) the painted colour is missed where it was painted, luminance aside."""
    painted = hints[..., 3] >= PAINTED
    lab = rgb2lab(result[painted][None])
    asked = np.dstack([lab[..., :1], rgb2lab(hints[painted][None, :, :3])[..., 1:]])
    return float(deltaE_ciede2000(lab, asked).mean())


def evaluate_colour(
    data: Path, colouriser: Colouriser, count: int, seed: int, track: Track[Path]
) -> dict[str, list[JudgedColours]]:
    """Judges the pictures of photos/test and faces/test, so many of each at most.

    Raises:
        PictureError: there are none, or one cannot be read.
    """
    judged: dict[str, list[JudgedColours]] = {}
    for name in ("photos", "faces"):
        paths = list_pictures(data / name / "test")
        chosen = paths[:: max(1, len(paths) // count)][:count]
        judged[name] = [
            judge(path.stem, read_rgb(path, LONGEST_SIDE), colouriser, np.random.default_rng([seed, number]))
            for number, path in enumerate(track(chosen, name, len(chosen)))
        ]
    return judged


def mean_figures(judged: Sequence[JudgedColours]) -> ColourFigures:
    """The mean of every figure."""
    names = [field.name for field in fields(ColourFigures)]
    return ColourFigures(**{name: float(np.mean([getattr(one.figures, name) for one in judged])) for name in names})
