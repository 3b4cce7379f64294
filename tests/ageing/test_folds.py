"""Folds and tears."""

import numpy as np

from restoration.ageing.folds import fold, slip, tear


def test_a_crease_has_a_thin_line_and_shading_of_both_signs():
    lows, highs = [], []
    for seed in range(12):
        crease = fold(200, 300, np.random.default_rng(seed))
        assert 0 < (crease.line > 0.3).mean() < 0.06
        assert np.abs(crease.shading - 1).max() <= 0.181
        lows.append(crease.shading.min())
        highs.append(crease.shading.max())
    assert min(lows) < 0.93
    assert max(highs) > 1.07


def test_flakes_lie_beside_the_crease():
    for seed in range(12):
        crease = fold(200, 300, np.random.default_rng(seed))
        flakes = np.argwhere(crease.flakes > 0.3)
        drawn = np.argwhere(crease.shading != 1)
        if len(flakes):
            distance = np.sqrt(((flakes[::7, None] - drawn[None, ::11]) ** 2).sum(-1)).min(axis=1)
            assert distance.max() < 30


def test_a_tear_runs_in_from_the_border_and_its_gap_lies_in_its_core():
    for seed in range(12):
        core, gap = tear(200, 300, np.random.default_rng(seed))
        border = np.concatenate([core[:3].ravel(), core[-3:].ravel(), core[:, :3].ravel(), core[:, -3:].ravel()])
        assert border.max() > 0.3
        assert 0 < (gap > 0.5).sum() < (core > 0.5).sum() < 0.1 * core.size


def test_paper_slips_by_one_or_two_pixels_beside_the_tear():
    ramp = np.linspace(0, 1, 300, dtype=np.float32)[None, :, None].repeat(200, 0).repeat(3, 2)
    core = np.zeros((200, 300), np.float32)
    core[:, 150] = 1
    for seed in range(8):
        moved, band = slip(ramp, core, np.random.default_rng(seed))
        columns = np.flatnonzero(band.any(axis=0))
        assert columns.size
        assert np.abs(columns - 150).max() <= 5
        pixels = np.abs(moved - ramp)[50:150, 140:160] * 299
        assert 0.9 < pixels.mean() < 2.1
