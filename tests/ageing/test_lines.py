"""Lines: their widths, ends and directions."""

import numpy as np
import pytest

from restoration.ageing.lines import draw_stroke, hairs, scrape, scratches, transport_scratches


@pytest.mark.parametrize("width", [1.5, 3.0, 5.0])
def test_a_stroke_covers_its_width(width):
    canvas = np.zeros((40, 200), np.uint8)
    x = np.linspace(20, 180, 24)
    draw_stroke(canvas, np.stack([x, np.full(24, 20.0)], axis=1), np.full(24, width))
    assert canvas[:, 100].sum() / 255 == pytest.approx(width, abs=0.7)


def test_a_stroke_below_a_pixel_is_fainter():
    x = np.linspace(20, 180, 24)
    points = np.stack([x, np.full(24, 20.0)], axis=1)
    sums = []
    for width in (0.5, 1.0):
        canvas = np.zeros((40, 200), np.uint8)
        draw_stroke(canvas, points, np.full(24, width))
        sums.append(int(canvas.sum()))
    assert 0.4 < sums[0] / sums[1] < 0.6


@pytest.mark.parametrize("draw", [lambda rng: scratches(200, 300, 6, rng), lambda rng: scrape(200, 300, rng),
                                  lambda rng: hairs(200, 300, 3, rng),
                                  lambda rng: transport_scratches(200, 300, 8, rng)])  # fmt: skip
def test_lines_cover_little_and_are_coverage(draw):
    shares = []
    for seed in range(12):
        coverage = draw(np.random.default_rng(seed))
        assert coverage.shape == (200, 300)
        assert coverage.dtype == np.float32
        assert coverage.min() >= 0 and coverage.max() <= 1
        shares.append((coverage > 0.3).mean())
    assert 0 < np.mean(shares) < 0.06


def test_transport_scratches_are_parallel():
    coverage = transport_scratches(200, 200, 10, np.random.default_rng(4))
    profile = sorted(np.abs(np.diff(coverage, axis=axis)).sum() for axis in (0, 1))
    assert profile[1] > 4 * profile[0]
