"""How a long job tells where it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

#: Called with the stage's name and the share of the stage that is done, 0 to 1. To cancel, raise
#: ``restoration.errors.Cancelled`` in it: nothing is written half.
Progress = Callable[[str, float], None]


def silent(stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


def share_of(progress: Progress, stage: str) -> Callable[[float], None]:
    """The progress of one stage, as a function of the fraction alone."""
    return lambda fraction: progress(stage, fraction)
