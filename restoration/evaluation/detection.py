"""How well scratches are found: ROC curve, areas, F1, over all pixels of all pictures together."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

#: Bins of the histograms. They are even in the logit, from -HIGHEST_LOGIT to HIGHEST_LOGIT with open ends: detectors
#: press most pixels against 0, where bins even in the probability could not tell them apart.
BINS = 2001
HIGHEST_LOGIT = 12.0


@dataclass(frozen=True)
class DetectionFigures:
    """A detector over a set of pictures. F1 is 2TP / (2TP + FP + FN), counted in pixels.

    Attributes:
        auc: area under the ROC curve.
        auc_error: the true area lies within this of ``auc`` (the histogram cannot rank pixels of one bin).
        average_precision: as scikit-learn defines it.
        best_f1, best_threshold: the highest F1 at any border of bins, and the probability there.
        default_f1, default_precision, default_recall, default_false_rate: at the threshold that restoring uses, counted
            exactly; the last is the share of the sound pixels that are marked.
        default_threshold: that threshold.
        damaged_share: share of the pixels that are damaged, 0 to 1.
        roc: (false positive rate, true positive rate), at most about 100 points, for drawing.
    """

    auc: float
    auc_error: float
    average_precision: float
    best_f1: float
    best_threshold: float
    default_f1: float
    default_precision: float
    default_recall: float
    default_false_rate: float
    default_threshold: float
    damaged_share: float
    roc: list[tuple[float, float]]


@dataclass
class DetectionCount:
    """Counts pixels by probability, picture after picture: sixty pictures take no more memory than one.

    Args:
        threshold: the probability from which restoring counts a pixel as damaged.
    """

    threshold: float
    _damaged: np.ndarray = field(default_factory=lambda: np.zeros(BINS, np.int64))
    _sound: np.ndarray = field(default_factory=lambda: np.zeros(BINS, np.int64))
    _hits: int = 0
    _false_alarms: int = 0

    def add(self, probability: np.ndarray, damaged: np.ndarray) -> None:
        """Counts one picture.

        Args:
            probability: H×W, 0 to 1.
            damaged: the true mask, H×W, not 0 = damaged.
        """
        truth, bins = damaged > 0, bin_of(probability)
        self._damaged += np.bincount(bins[truth], minlength=BINS)
        self._sound += np.bincount(bins[~truth], minlength=BINS)
        marked = probability >= self.threshold
        self._hits += int((marked & truth).sum())
        self._false_alarms += int((marked & ~truth).sum())

    def figures(self) -> DetectionFigures | None:
        """The figures so far; None while there is no damaged pixel, or no sound one."""
        damaged, sound = int(self._damaged.sum()), int(self._sound.sum())
        if not damaged or not sound:
            return None
        # One weighted sample a bin and kind; those of weight 0 would only trouble the curves.
        bins = np.tile(np.arange(BINS), 2)
        truth, weight = np.repeat([1, 0], BINS), np.concatenate([self._damaged, self._sound])
        bins, truth, weight = bins[weight > 0], truth[weight > 0], weight[weight > 0]
        false_rate, true_rate, _ = roc_curve(truth, bins, sample_weight=weight)
        precision, recall, at = precision_recall_curve(truth, bins, sample_weight=weight)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        best = int(np.argmax(f1[:-1]))  # the last point has no threshold
        shared = self._damaged.astype(np.float64) * self._sound
        missed = damaged - self._hits
        return DetectionFigures(
            auc=float(roc_auc_score(truth, bins, sample_weight=weight)),
            auc_error=float(shared.sum() / 2 / damaged / sound),
            average_precision=float(average_precision_score(truth, bins, sample_weight=weight)),
            best_f1=float(f1[best]),
            best_threshold=lower_border(int(at[best])),
            default_f1=2 * self._hits / (2 * self._hits + self._false_alarms + missed),
            default_precision=self._hits / max(1, self._hits + self._false_alarms),
            default_recall=self._hits / damaged,
            default_false_rate=self._false_alarms / sound,
            default_threshold=self.threshold,
            damaged_share=damaged / (damaged + sound),
            roc=thinned(false_rate, true_rate),
        )


def bin_of(probability: np.ndarray) -> np.ndarray:
    """The bin of each probability (0 to 1), 0 to ``BINS`` - 1."""
    bounded = np.clip(probability.astype(np.float64), 1e-9, 1 - 1e-9)
    logit = np.clip(np.log(bounded / (1 - bounded)), -HIGHEST_LOGIT, HIGHEST_LOGIT)
    return np.rint((logit + HIGHEST_LOGIT) / (2 * HIGHEST_LOGIT) * (BINS - 1)).astype(np.int64)


def lower_border(number: int) -> float:
    """The lowest probability that falls into a bin."""
    if number == 0:
        return 0.0
    logit = (number - 0.5) / (BINS - 1) * 2 * HIGHEST_LOGIT - HIGHEST_LOGIT
    return float(1 / (1 + np.exp(-logit)))


def thinned(x: np.ndarray, y: np.ndarray, points: int = 100) -> list[tuple[float, float]]:
    """Points of a rising curve, evenly spaced along its length, first and last among them."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    chosen = np.unique(np.searchsorted(length, np.linspace(0, length[-1], points)).clip(0, len(x) - 1))
    return [(round(float(x[i]), 6), round(float(y[i]), 6)) for i in chosen]
