"""Counts of pixels give what scikit-learn gives on the pixels themselves."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from restoration.evaluation.detection import DetectionCount, bin_of, lower_border


def counted(probability: np.ndarray, damaged: np.ndarray, threshold: float = 0.5):
    count = DetectionCount(threshold)
    count.add(probability, damaged)
    figures = count.figures()
    assert figures is not None
    return figures


def test_a_perfect_detector_and_its_opposite():
    damaged = np.zeros((20, 30), np.uint8)
    damaged[5:8] = 255
    perfect = np.where(damaged > 0, 0.9, 0.1)
    figures = counted(perfect, damaged)
    assert (figures.auc, figures.best_f1, figures.default_f1, figures.average_precision) == (1, 1, 1, 1)
    assert figures.roc[0] == (0, 0)
    assert figures.roc[-1] == (1, 1)
    assert figures.damaged_share == pytest.approx(0.15)
    opposite = counted(1 - perfect, damaged)
    assert (opposite.auc, opposite.default_f1, opposite.default_recall) == (0, 0, 0)


def test_histograms_agree_with_all_pixels_within_the_stated_error():
    rng = np.random.default_rng(0)
    count = DetectionCount(0.6)
    probabilities, masks = [], []
    for _ in range(3):
        damaged = rng.random((120, 160)) < 0.03
        # As detectors answer: nearly all pixels pressed against 0 or 1.
        logit = rng.normal(-7, 2.5, damaged.shape) + 5 * damaged
        probability = (1 / (1 + np.exp(-logit))).astype(np.float32)
        count.add(probability, damaged)
        probabilities.append(probability.ravel())
        masks.append(damaged.ravel())
    figures, truth, all_of_them = count.figures(), np.concatenate(masks), np.concatenate(probabilities)
    assert figures.auc_error < 0.001
    assert abs(figures.auc - roc_auc_score(truth, all_of_them)) <= figures.auc_error
    assert figures.average_precision == pytest.approx(average_precision_score(truth, all_of_them), abs=0.005)
    assert figures.default_f1 == pytest.approx(f1_score(truth, all_of_them >= 0.6))
    assert figures.best_f1 == pytest.approx(f1_score(truth, all_of_them >= figures.best_threshold))
    assert figures.best_f1 >= figures.default_f1
    assert all(f1_score(truth, all_of_them >= t) <= figures.best_f1 + 0.005 for t in (0.01, 0.03, 0.1, 0.3))


def test_without_damage_there_is_no_curve():
    count = DetectionCount(0.5)
    count.add(np.full((4, 4), 0.2), np.zeros((4, 4), np.uint8))
    assert count.figures() is None


def test_a_bin_begins_at_its_lower_border():
    for number in (1, 700, 1000, 1999):
        border = lower_border(number)
        assert bin_of(np.array([border * (1 + 1e-9)])) == number
        assert bin_of(np.array([border * (1 - 1e-9)])) == number - 1
