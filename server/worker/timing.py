"""How long a job will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence

from server.pace import Pace

#: Below this share, or after less than this time, what a stage took so far says too little.
_LEAST_FRACTION, _LEAST_S = 0.1, 0.05


class Countdown:
    """The seconds left of one job.

    Args:
        pace: of earlier jobs; learns from this one.
        preset: its networks.
        megapixels: of what it works on.
        plan: the stages that will come, in their order.
        subject: names what it works on; see ``Pace.learn``.
    """

    def __init__(
        self,
        pace: Pace,
        preset: str,
        megapixels: float,
        plan: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
        subject: Hashable = None,
    ) -> None:
        self._subject = subject
        self._pace, self._preset, self._megapixels, self._plan, self._clock = pace, preset, megapixels, plan, clock
        self._stage, self._since = "", 0.0

    def left(self, stage: str, fraction: float) -> float | None:
        """Seconds left when this share of this stage is done; None while that is not known."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._since = stage, now
        elapsed = now - self._since
        if fraction >= 1:
            self._pace.learn(self._preset, stage, elapsed, self._megapixels, self._subject)
            total = 0.0
        elif fraction >= _LEAST_FRACTION and elapsed >= _LEAST_S:
            total = elapsed * (1 - fraction) / fraction
        else:
            expected = self._pace.expected(self._preset, stage, self._megapixels)
            if expected is None:
                return None
            total = max(0.0, expected - elapsed)
        behind = self._plan[self._plan.index(stage) + 1 :] if stage in self._plan else self._plan
        rest = self._pace.total(self._preset, behind, self._megapixels)
        return None if rest is None else round(total + rest, 1)
