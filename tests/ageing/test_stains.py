"""Stains: tide marks with an edge, fingerprints with ridges, tape with straight sides."""

import numpy as np

from restoration.ageing.stains import fingerprint, tape, tide_mark


def test_the_line_of_a_tide_mark_follows_the_border_of_the_wet_part():
    lines, away = 0.0, 0.0
    for seed in range(12):
        body, line = tide_mark(200, 300, np.random.default_rng(seed))
        assert body.min() >= 0 and body.max() <= 1
        assert line.min() >= 0 and line.max() <= 1
        edge = (body > 0.02) & (body < 0.98)
        lines += line[edge].sum()
        away += line[body >= 0.98].sum()
    assert lines > 2 * away


def test_ridges_of_a_finger_repeat():
    edges = []
    for seed in range(12):
        coverage = fingerprint(400, 400, np.random.default_rng(seed))
        assert 0 < (coverage > 0.05).mean() < 0.3
        edges.append(np.abs(np.diff((coverage > 0.4).astype(int), axis=1)).sum(axis=1).max())
    assert np.median(edges) >= 8  # four ridges and more across one row


def test_tape_is_a_filled_strip_with_an_edge():
    for seed in range(12):
        strip, edge = tape(200, 300, np.random.default_rng(seed))
        inside = strip > 0.5
        if inside.sum() > 500:
            assert edge[inside].max() > 0.5
            assert (edge > 0.5).sum() < 0.5 * inside.sum()
            assert strip.max() <= 1
