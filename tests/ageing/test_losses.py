"""Losses: cracks, holes, corners."""

import numpy as np

from restoration.ageing.losses import cracks, hole, lost_corner
from restoration.ageing.materials import Materials


def test_cracks_are_thin_lines_over_a_part_of_the_picture():
    for seed in range(8):
        net = cracks(200, 300, Materials(), np.random.default_rng(seed))
        assert net.min() >= 0 and net.max() <= 1
        assert (net > 0.5).mean() < 0.1


def test_real_cracks_are_used_where_there_are_any():
    line = np.full((300, 300), 255, np.uint8)  # no net of cracks covers so much
    materials = Materials(cracks=[line])
    shares = [(cracks(200, 300, materials, np.random.default_rng(seed)) > 0.5).mean() for seed in range(20)]
    assert max(shares) > 0.3
    assert min(shares) < 0.1


def test_a_hole_is_a_few_hundredths_of_the_picture_with_a_hard_edge():
    for seed in range(8):
        coverage = hole(200, 300, np.random.default_rng(seed))
        assert (coverage > 0.5).mean() < 0.15
        if (coverage == 1).sum() > 500:
            assert ((coverage > 0.05) & (coverage < 0.95)).sum() < (coverage >= 0.95).sum()


def test_a_lost_corner_reaches_its_corner():
    for seed in range(8):
        coverage = lost_corner(200, 300, np.random.default_rng(seed))
        corners = coverage[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert corners.max() == 1
        assert coverage[60:140, 90:210].max() == 0
