"""How long a job will still take: from what its stages took before, by megapixel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

#: A stage that took less was recalled, not computed; it says nothing about the next one.
_LEAST_S = 0.05
#: Below this share the time so far says too little.
_LEAST_FRACTION = 0.1


class Pace:
    """What stages take, in seconds a megapixel; learnt from one job to the next."""

    def __init__(self) -> None:
        self._pace: dict[tuple[str, str], float] = {}

    def learn(self, preset: str, stage: str, seconds: float, megapixels: float) -> None:
        """A stage has ended."""
        if seconds >= _LEAST_S:
            before = self._pace.get((preset, stage))
            now = seconds / megapixels
            self._pace[preset, stage] = now if before is None else (before + now) / 2

    def expected(self, preset: str, stage: str, megapixels: float) -> float | None:
        """Seconds that a stage will take; None if it never ran."""
        pace = self._pace.get((preset, stage))
        return None if pace is None else pace * megapixels


class Countdown:
    """The seconds left of one job.

    Args:
        pace: of earlier jobs; learns from this one.
        preset: its networks.
        megapixels: of what it works on.
        plan: the stages that will come, in their order.
    """

    def __init__(
        self,
        pace: Pace,
        preset: str,
        megapixels: float,
        plan: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace, self._preset, self._megapixels, self._plan, self._clock = pace, preset, megapixels, plan, clock
        self._stage, self._since = "", 0.0

    def left(self, stage: str, fraction: float) -> float | None:
        """Seconds left when this share of this stage is done; None while that is not known."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._since = stage, now
        elapsed = now - self._since
        if fraction >= 1:
            self._pace.learn(self._preset, stage, elapsed, self._megapixels)
            total = 0.0
        elif fraction >= _LEAST_FRACTION and elapsed >= _LEAST_S:
            total = elapsed * (1 - fraction) / fraction
        else:
            expected = self._pace.expected(self._preset, stage, self._megapixels)
            if expected is None:
                return None
            total = max(0.0, expected - elapsed)
        behind = self._plan[self._plan.index(stage) + 1 :] if stage in self._plan else self._plan
        for later in behind:
            expected = self._pace.expected(self._preset, later, self._megapixels)
            if expected is None:
                return None
            total += expected
        return round(total, 1)
