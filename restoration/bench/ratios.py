"""What the figures of one run say of each other. Seconds belong to a machine; ratios travel better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from restoration.bench.cases import CONTESTANTS, Contestant
from restoration.bench.results import CaseResult, Measurement
from restoration.settings import Preset

#: Pixels over which exponents are fitted: from 1 to 24 megapixels, as near as sides of multiples of 32 come to them.
SPAN = (0.9e6, 26e6)


def ratios_to_plain(plain: Measurement, other: Measurement) -> dict[str, float | None]:
    """How a contestant compares with ``plain``; None where either has no figure.

    Returns:
        ``warm_times_faster``: end to end, plain's processes against a warm run. ``cold_times_faster``: the first photo
        of each. ``work_times_faster``: start-up and loading left out on both sides. ``peak_share``: of plain's peak
        memory.
    """
    return {
        "warm_times_faster": _ratio(plain.cold_s, other.warm_s),
        "cold_times_faster": _ratio(plain.cold_s, other.cold_s),
        "work_times_faster": _ratio(plain.working_s, other.warm_s),
        "peak_share": _ratio(other.peak_bytes, plain.peak_bytes),
    }


def _ratio(a: float | None, b: float | None) -> float | None:
    return None if a is None or not b else a / b


def exponent(pixels: Sequence[float], values: Sequence[float]) -> float | None:
    """p of the power law values = c · pixels^p that fits best, by least squares between the logarithms.

    Returns:
        1 for what grows as the pixels do, 2 for what grows with their square; None for fewer than two sizes.
    """
    if len(set(pixels)) < 2:
        return None
    return float(np.polyfit(np.log(pixels), np.log(values), 1)[0])


def exponents(results: Iterable[CaseResult]) -> list[dict[str, object]]:
    """How time (warm; of ``plain`` end to end) and peak memory grow over the cases within ``SPAN``.

    Returns:
        One entry for each preset, with and without scratches, and contestant that has figures of two sizes:
        ``preset``, ``scratches``, ``contestant``, ``from_pixels``, ``to_pixels``, ``time``, ``memory``.
    """
    series: dict[tuple[Preset, bool, Contestant], list[tuple[int, float, int]]] = {}
    for result in results:
        case = result.case
        if not SPAN[0] <= case.pixels <= SPAN[1]:
            continue
        for contestant in CONTESTANTS:
            point = _point(result, contestant)
            if point is not None:
                series.setdefault((case.preset, case.scratches, contestant), []).append((case.pixels, *point))
    out: list[dict[str, object]] = []
    for (preset, scratches, contestant), points in series.items():
        pixels, seconds, peaks = zip(*points, strict=True)
        time = exponent(pixels, seconds)
        if time is not None:
            out.append(
                {
                    "preset": preset,
                    "scratches": scratches,
                    "contestant": contestant,
                    "from_pixels": min(pixels),
                    "to_pixels": max(pixels),
                    "time": time,
                    "memory": exponent(pixels, peaks),
                }
            )
    return out


def _point(result: CaseResult, contestant: Contestant) -> tuple[float, int] | None:
    one = result.measured.get(contestant)
    seconds = None if one is None else (one.cold_s if contestant == "plain" else one.warm_s)
    return None if one is None or seconds is None or one.peak_bytes is None else (seconds, one.peak_bytes)
