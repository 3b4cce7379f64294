"""How much of a whole run is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Optional


class Share:
    """How much of a run is done, so that it agrees with the time left that stands beside it.

    The server tells how much of a stage is done, and how many seconds are left of the job: a bar that filled once for
    each stage would contradict them.

    Args:
        clock: tells seconds.

    Attributes:
        fraction: 0 to 1, never less than before; None while it is not known.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """The run begins, or begins anew."""
        self._began = self._clock()
        self.fraction: Optional[float] = None

    def heard(self, seconds_left: Optional[float]) -> None:
        """The server has told how many seconds are left; None: it does not know."""
        if seconds_left is None:
            return
        gone = self._clock() - self._began
        whole = gone + max(seconds_left, 0.0)
        self.fraction = max(self.fraction or 0.0, gone / whole if whole > 0 else 0.0)
