"""How much memory a contestant will take: what does not fit is not begun."""

from __future__ import annotations

from restoration.bench.cases import Case, Contestant
from restoration.bench.plain_attention import MATRICES
from restoration.memory import forecast
from restoration.presets.official import HIGH_RESOLUTION_PIXELS

#: By preset: bytes of a process that runs the networks over whole pictures, and bytes a pixel. Of the official networks
#: see ``restoration.memory``; the compact ones take up to 560 bytes for a pixel of a tile.
WHOLE = {"compact": (900_000_000, 600), "official": (1_450_000_000, 1300)}
#: Pixels of a side to one position of the attention.
CELL = {"compact": 8, "official": 4}
_FLOAT = 4


def uses_patches(case: Case) -> bool:
    """Whether holes are filled by patch attention: as the library chooses it, and the published program is told to."""
    return case.preset == "official" and case.scratches and case.pixels > HIGH_RESOLUTION_PIXELS


def bytes_needed(case: Case, contestant: Contestant) -> int:
    """Peak memory of the largest of its processes, roughly."""
    fixed, per_pixel = WHOLE[case.preset]
    whole = fixed + per_pixel * case.pixels
    if contestant == "plain":
        return whole + _attention(case)
    if contestant == "steps" and case.preset == "official":
        return whole
    return forecast(case.preset, case.width, case.height)


def _attention(case: Case) -> int:
    if not case.scratches or uses_patches(case):
        return 0
    positions = case.pixels // CELL[case.preset] ** 2
    return MATRICES * _FLOAT * positions**2
