"""What was measured: plain data."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from restoration.bench.cases import Case, Contestant


@dataclass(frozen=True)
class Measurement:
    """One contestant at one case. All times are in seconds, of the wall clock.

    Attributes:
        left_out: why there are no figures, as a sentence; empty where there are.
        cold_s: from the start of the first process to the picture on the disk: what the first photo takes. Median of
            all runs. Each run of ``plain`` is one.
        warm_s: from file to file once the networks are loaded, median; None for ``plain``, which never is.
        working_s: of ``cold_s`` what is neither start-up nor loading.
        peak_bytes: the most that any of its processes held.
        faces: how many were drawn.
        stages: of ``plain``: stage to its ``wall_s``, ``loading_s``, ``working_s`` and ``peak_bytes``, last run.
        number_format: in which the networks ran.
        threads: of torch; None where it is not known.
    """

    left_out: str = ""
    cold_s: float | None = None
    warm_s: float | None = None
    working_s: float | None = None
    peak_bytes: int | None = None
    faces: int | None = None
    stages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    number_format: str = "float32"
    threads: int | None = None


@dataclass(frozen=True)
class Agreement:
    """How near ``steps`` and ``restore`` come to ``plain``. None where there is nothing to compare.

    Attributes:
        mask_differs: share of the pixels, 0 to 1, that one of ``plain`` and ``steps`` marked alone.
        restored_levels: greatest difference of the two before faces, in levels of 255.
        final_levels: the same of the final pictures. Faces take the histogram of their surroundings: where that has
            gaps, as in the noise that weights by the golden rule make, one level can become many.
        final_apart: share of the final samples, 0 to 1, that differ by more than one level.
        final_psnr_db: of the final pictures, in dB; None where they are the same.
        restore_levels, restore_psnr_db: the same of ``restore`` and ``plain``, which differ by design.
    """

    mask_differs: float | None = None
    restored_levels: int | None = None
    final_levels: int | None = None
    final_apart: float | None = None
    final_psnr_db: float | None = None
    restore_levels: int | None = None
    restore_psnr_db: float | None = None


@dataclass(frozen=True)
class CaseResult:
    """A case, its contestants, and how their pictures compare."""

    case: Case
    measured: Mapping[Contestant, Measurement]
    agreement: Agreement


def median(values: list[float]) -> float | None:
    """None if there is none."""
    return statistics.median(values) if values else None
