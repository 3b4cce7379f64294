"""All that one evaluation found, and what it sums up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from restoration.evaluation.comparison import Judged
from restoration.evaluation.detection import DetectionFigures
from restoration.evaluation.harm import Unharmed
from restoration.evaluation.metrics import Gain, gain, mean_figures
from restoration.evaluation.real_scans import Scanned

#: Figures of which gains are told: higher is better in all of them.
GAINED = ("psnr", "psnr_tone_fitted", "ssim", "ms_ssim", "psnr_damaged")


@dataclass(frozen=True)
class Outcome:
    """One evaluation.

    Attributes:
        source: where the cases came from, in words.
        preset, device: what ran.
        methods: name to one sentence, in the order of the tables.
        judged: the cases.
        detection: None where nothing was damaged, or there is no detector.
        fid: by method; None where it could not be had.
        empty: "lpips" or "fid" to the sentence that says why its cells are empty.
        unharmed: sound photographs; may be empty.
        scans: real scans; may be empty.
        seconds: by part of the evaluation.
    """

    source: str
    preset: str
    device: str
    methods: Mapping[str, str]
    judged: Sequence[Judged]
    detection: DetectionFigures | None
    fid: Mapping[str, float | None] = field(default_factory=dict)
    empty: Mapping[str, str] = field(default_factory=dict)
    unharmed: Sequence[Unharmed] = ()
    scans: Sequence[Scanned] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def count(self, method: str) -> int:
        """On how many cases a method ran."""
        return sum(method in case.figures for case in self.judged)

    def mean(self, method: str) -> dict[str, float | None]:
        """The mean of each figure over the cases on which the method ran."""
        return mean_figures([case.figures[method] for case in self.judged if method in case.figures])

    def mean_seconds(self, method: str) -> float:
        """Seconds a case, detection not counted."""
        return float(np.mean([case.seconds[method] for case in self.judged if method in case.seconds]))

    def gains(self, method: str, over: str) -> dict[str, Gain | None]:
        """By how much a method is better than another, by figure of ``GAINED``, over the cases that both have."""
        both = [case for case in self.judged if method in case.figures and over in case.figures]
        ours, others = ([case.figures[name] for case in both] for name in (method, over))
        return {name: gain(ours, others, name) for name in GAINED}

    @property
    def worst_first(self) -> list[Judged]:
        """The cases by what ours gained in PSNR, the least first."""
        return sorted(self.judged, key=lambda case: case.gain_db)
