"""All methods on all cases: figures, pictures, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from restoration.evaluation.cases import Case
from restoration.evaluation.detection import DetectionCount
from restoration.evaluation.encoded import marked, webp
from restoration.evaluation.methods import INPUT, OURS, Method, found_damage
from restoration.evaluation.metrics import Figures, figures_of
from restoration.evaluation.perceptual import Perception
from restoration.presets.interface import Models

#: Names of pictures that no method made.
ORIGINAL, FOUND_MASK, TRUE_MASK = "original", "found mask", "true mask"


@dataclass(frozen=True)
class Judged:
    """One case, restored by every method.

    Attributes:
        name: of the case.
        figures: by method; a slow method may be left out.
        seconds: by method; detection is not in it, as all share it.
        pictures: WebP files by method, and ``ORIGINAL``, ``FOUND_MASK``, ``TRUE_MASK``.
    """

    name: str
    figures: dict[str, Figures]
    seconds: dict[str, float]
    pictures: dict[str, bytes]

    @property
    def gain_db(self) -> float:
        """PSNR of ours above the input's: the lowest is the worst case."""
        return self.figures[OURS].psnr - self.figures[INPUT].psnr


def compare(
    cases: Iterable[Case], methods: Sequence[Method], models: Models, perception: Perception, count: DetectionCount
) -> Iterator[Judged]:
    """Restores and judges each case.

    Args:
        cases: with their truth.
        methods: ``INPUT`` and ``OURS`` among them.
        models: whose detector finds the mask that methods get; a pixel counts from ``count.threshold`` on.
        perception: for LPIPS; pictures are taken into its groups, named by method, and ``ORIGINAL``.
        count: told the detector's probabilities.
    """
    for number, case in enumerate(cases):
        probability = found_damage(case.aged, models)
        count.add(probability, case.damaged)
        found = np.where(probability >= count.threshold, 255, 0).astype(np.uint8)
        figures, seconds = {}, {}
        pictures = {
            ORIGINAL: webp(case.clean),
            TRUE_MASK: webp(marked(case.aged, case.damaged)),
            FOUND_MASK: webp(marked(case.aged, found)),
        }
        perception.add(ORIGINAL, case.clean)
        for method in methods:
            if method.at_most is not None and number >= method.at_most:
                continue
            start = time.perf_counter()
            result = method.restore(case.aged, found, case.damaged)
            seconds[method.name] = time.perf_counter() - start
            plain = figures_of(case.clean, result, case.damaged)
            figures[method.name] = replace(plain, lpips=perception.lpips(case.clean, result))
            perception.add(method.name, result)
            pictures[method.name] = webp(result)
        yield Judged(case.name, figures, seconds, pictures)
