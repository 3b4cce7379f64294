"""What is measured: which networks, which size, with or without scratches."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from restoration.errors import SettingsError
from restoration.settings import Preset

Contestant = Literal["plain", "steps", "restore"]
CONTESTANTS: tuple[Contestant, ...] = get_args(Contestant)

#: Sides of all cases are multiples of this: no program then has to resize or pad, and all see the same pixels.
SIDE_MULTIPLE = 32
#: The detectors need two pixels at their innermost level.
SHORTEST_SIDE = 64


@dataclass(frozen=True)
class Case:
    """One picture for one set of networks.

    Attributes:
        preset: compact, or official: the published sizes.
        width, height: of the picture, in pixels.
        scratches: whether it has scratches, which are looked for and repaired; without them both is left out.
    """

    preset: Preset
    width: int
    height: int
    scratches: bool

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.preset} {self.width}×{self.height} {'with' if self.scratches else 'without'} scratches"


def cases_of(presets: Sequence[Preset], sizes: Sequence[tuple[int, int]], scratches: Sequence[bool]) -> list[Case]:
    """All combinations, small pictures first within each set of networks.

    Args:
        presets: the sets of networks.
        sizes: (width, height) in pixels.
        scratches: with, without, or both.
    """
    ordered = sorted(dict.fromkeys(sizes), key=lambda size: size[0] * size[1])
    return [
        Case(preset, width, height, damaged)
        for preset, (width, height), damaged in itertools.product(presets, ordered, scratches)
    ]


def square_of(megapixels: float) -> tuple[int, int]:
    """(width, height) of the square nearest to so many megapixels (10^6 pixels) whose sides are multiples of 32.

    Raises:
        SettingsError: it would be too small, or is larger than photos can be.
    """
    if not math.isfinite(megapixels) or not 0.004 <= megapixels <= 1000:
        raise SettingsError(f"The size {megapixels!r} is none for a photo.", "Give megapixels, from 0.004 to 1000.")
    side = round(math.sqrt(megapixels * 1e6) / SIDE_MULTIPLE) * SIDE_MULTIPLE
    return side, side


def check_size(width: int, height: int) -> tuple[int, int]:
    """The size, if it can be measured.

    Raises:
        SettingsError: a side is too short, or no multiple of 32.
    """
    if min(width, height) < SHORTEST_SIDE or width % SIDE_MULTIPLE or height % SIDE_MULTIPLE:
        raise SettingsError(
            f"{width}×{height} pixels cannot be measured.",
            f"Give sides that are multiples of {SIDE_MULTIPLE} and at least {SHORTEST_SIDE}.",
        )
    return width, height
