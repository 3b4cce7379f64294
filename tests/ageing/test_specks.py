"""Specks and blots: sizes, edges, places."""

import cv2
import numpy as np

from restoration.ageing.specks import blotch, dust, foxing, place_window, placed


def test_dust_is_small_and_of_many_sizes():
    sizes = []
    for seed in range(8):
        covered = dust(300, 400, 30, np.random.default_rng(seed)) > 0.3
        _, _, stats, _ = cv2.connectedComponentsWithStats(covered.astype(np.uint8))
        sizes += stats[1:, cv2.CC_STAT_AREA].tolist()
    assert len(sizes) > 100
    assert np.quantile(sizes, 0.2) <= 4
    assert 20 < max(sizes) < 200


def test_foxing_is_soft_and_in_clusters():
    coverage = foxing(300, 300, 40, np.random.default_rng(1))
    partial = ((coverage > 0.05) & (coverage < 0.6)).sum()
    assert partial > 0.3 * (coverage > 0.05).sum()
    thirds = [part.mean() for row in np.split(coverage, 3) for part in np.split(row, 3, axis=1)]
    assert max(thirds) > 3 * np.median(thirds)


def test_blotches_go_from_specks_to_several_hundredths_of_the_picture():
    shares = []
    for seed in range(80):
        inside = blotch(200, 300, np.random.default_rng(seed)) > 0.5
        shares.append(inside.mean())
    assert np.quantile(shares, 0.3) < 0.002
    assert 0.03 < max(shares) < 0.2


def test_a_window_is_cut_at_the_borders():
    for seed in range(20):
        out = place_window(np.ones((31, 31), np.float32), 40, 50, np.random.default_rng(seed))
        assert out.shape == (40, 50)
        assert 15 * 15 <= out.sum() <= 31 * 31


def test_a_real_mask_is_scaled_and_kept_in_area():
    square = np.full((60, 60), 255, np.uint8)
    areas = [placed(square, 300, 300, 0.5, np.random.default_rng(seed)).sum() for seed in range(20)]
    assert max(areas) < 1.1 * 30 * 30
    assert np.median(areas) > 0.8 * 30 * 30
