"""Where test pairs come from: photographs aged by a recipe, or pairs that another program made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from restoration.ageing import Materials, Recipe, age
from restoration.errors import PictureError
from restoration.training.pairs import LONGEST_SIDE, read_rgb

T = TypeVar("T")

#: Seeds of evaluation begin here; those of training are CRC-32 numbers of file names, below 2**32, and variants.
FIRST_SEED = 10**12
#: Names of the files of a pair, after the pair's own name.
CLEAN, AGED, MASK = "_clean.png", "_aged.png", "_mask.png"


@dataclass(frozen=True)
class Case:
    """A photograph with its truth.

    Attributes:
        name: of the photograph.
        clean: the truth, H×W×3 uint8, RGB.
        aged: what is to be restored, of the same size.
        damaged: the true mask of structured defects, H×W uint8, 255 = damaged.
    """

    name: str
    clean: np.ndarray
    aged: np.ndarray
    damaged: np.ndarray


def synthetic_cases(photos: Sequence[Path], recipe: Recipe, materials: Materials | None = None) -> Iterator[Case]:
    """Ages each photograph, reduced to 512 pixels, with a seed of its own, counted from ``FIRST_SEED``.

    The truth is what ``AgedPhoto.clean`` says: the grey print where the ageing made the photograph monochrome.

    Raises:
        PictureError: a file cannot be read.
    """
    for number, path in enumerate(photos):
        original = read_rgb(path, LONGEST_SIDE)
        aged = age(original, FIRST_SEED + number, recipe, materials)
        yield Case(path.stem, aged.clean, aged.image, aged.mask)


def pair_names(folder: Path) -> list[str]:
    """The names of the pairs in a folder, sorted: each has NAME_clean.png, NAME_aged.png and NAME_mask.png.

    Raises:
        PictureError: there is none, or a pair lacks a file.
    """
    if not folder.is_dir():
        raise PictureError(f"There is no folder {folder}.", "Name the pairs' folder with --pairs.")
    names = sorted(path.name.removesuffix(CLEAN) for path in folder.glob(f"*{CLEAN}"))
    for name in names:
        for ending in (AGED, MASK):
            if not (folder / f"{name}{ending}").is_file():
                raise PictureError(f"{folder} has {name}{CLEAN} but not {name}{ending}.", "Add it, or take both out.")
    if not names:
        raise PictureError(
            f"There is no pair in {folder}.", f"A pair is three files: NAME{CLEAN}, NAME{AGED}, NAME{MASK}."
        )
    return names


def pair_cases(folder: Path, names: Sequence[str]) -> Iterator[Case]:
    """Reads pairs that another program made, at their own size; a mask is damaged where it is brighter than 127.

    Raises:
        PictureError: a file cannot be read, or the three are not of one size.
    """
    for name in names:
        clean, aged, mask = (read_rgb(folder / f"{name}{ending}", None) for ending in (CLEAN, AGED, MASK))
        if not clean.shape == aged.shape == mask.shape:
            raise PictureError(
                f"The three files of {name} in {folder} are not of one size.", "Make them so, or take the pair out."
            )
        yield Case(name, clean, aged, np.where(mask[..., 0] > 127, 255, 0).astype(np.uint8))


def evenly(items: Sequence[T], count: int) -> list[T]:
    """At most so many items, evenly spaced over the whole list."""
    chosen = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[i] for i in chosen]
