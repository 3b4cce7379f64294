"""The damage of a photo, by what becomes of it: scratches are repaired, holes are filled."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from restoration.filling.parts import diameters
from restoration.stages.inpainting import FEATHER_PX, wide_parts
from restoration.stages.scratch_repair import widen


@dataclass(frozen=True, eq=False)
class Damage:
    """Where a photo is damaged. What nothing is to become of is in neither; no pixel is in both.

    Attributes:
        narrow: H×W bool, to be repaired from the restorer's pass.
        hole: H×W bool, to be inpainted.
        unfillable: whether there would be a hole, but nothing is left from which to fill it.
    """

    narrow: np.ndarray
    hole: np.ndarray
    unfillable: bool = False

    @functools.cached_property
    def all(self) -> np.ndarray:
        """H×W bool: what the restorer must not look at."""
        return self.narrow | self.hole

    @functools.cached_property
    def covered(self) -> np.ndarray:
        """H×W bool: what the layers of repair and inpainting hide; a filling becomes opaque only within the hole."""
        if not self.hole.any():
            return self.narrow
        return self.narrow | (diameters(self.hole) >= 2 * FEATHER_PX)


def no_damage(height: int, width: int) -> Damage:
    """Nothing of which anything is to become."""
    nowhere = np.zeros((height, width), bool)
    return Damage(nowhere, nowhere)


def divided(counted: np.ndarray, *, repairs: bool, inpaints: bool, least_width: int | None, margin: int) -> Damage:
    """The damage that counts, by what becomes of it.

    Where all there is would be a hole, nothing is left to fill it from: it is repaired as scratches are, then.

    Args:
        counted: H×W bool, True = damaged.
        repairs: whether scratches are repaired.
        inpaints: whether holes are filled; if not, they are scratches, too.
        least_width: of a hole; see ``wide_parts``.
        margin: so many pixels beyond what is marked belong to the damage.
    """
    nowhere = np.zeros_like(counted)

    def widened(part: np.ndarray) -> np.ndarray:
        return widen(part, margin) if part.any() else nowhere

    wide = wide_parts(counted, least_width) if inpaints else nowhere
    hole = widened(wide)
    unfillable = bool(hole.all())
    if unfillable:
        wide = hole = nowhere
    narrow = widened(counted & ~wide) if repairs else nowhere
    return Damage(narrow & ~hole, hole, unfillable)
