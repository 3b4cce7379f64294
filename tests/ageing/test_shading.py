"""Complex shading and silvering: smooth, and where they should be."""

import numpy as np

from restoration.ageing.shading import shade, shading_field, silvering


def test_shading_is_smooth_and_of_mean_0():
    for seed in range(10):
        field = shading_field(240, 320, np.random.default_rng(seed))
        assert field.shape == (240, 320)
        assert abs(field.mean()) < 0.05
        assert max(np.abs(np.diff(field, axis=axis)).max() for axis in (0, 1)) < 0.3
        assert np.ptp(field) > 0.1


def test_shading_grows_with_its_amount(picture):
    weak, strong = (np.abs(shade(picture, a, np.random.default_rng(2)) - picture).mean() for a in (0.05, 0.3))
    assert 4 * weak < strong < 8 * weak


def test_silvering_is_bluish_in_the_dark_and_nothing_on_white():
    black, white = np.zeros((100, 150, 3), np.float32), np.ones((100, 150, 3), np.float32)
    red, green, blue = silvering(black, 0.5, np.random.default_rng(0)).reshape(-1, 3).mean(axis=0)
    assert 0 < red < green < blue
    assert np.array_equal(silvering(white, 0.5, np.random.default_rng(0)), white)


def test_silvering_lies_along_the_borders():
    black = np.zeros((100, 150, 3), np.float32)
    sheen = np.mean([silvering(black, 0.5, np.random.default_rng(seed))[..., 0] for seed in range(20)], axis=0)
    assert sheen[:10].mean() > 1.5 * sheen[40:60, 50:100].mean()
