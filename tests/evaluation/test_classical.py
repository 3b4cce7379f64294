"""The classical sequence does what its tools are for."""

import numpy as np

from restoration.evaluation.classical import auto_levels, classical_sequence


def test_it_removes_a_scratch_and_stretches_the_range():
    ramp = np.repeat(np.linspace(60, 180, 128).astype(np.uint8)[None, :, None], 96, axis=0).repeat(3, axis=2)
    mask = np.zeros((96, 128), np.uint8)
    mask[40:43] = 255
    scratched = ramp.copy()
    scratched[mask > 0] = 255
    result = classical_sequence(scratched, mask)
    assert result.min() <= 3
    assert result.max() >= 252
    assert np.abs(result[41].astype(int) - result[20]).max() <= 12


def test_it_smooths_grain():
    grain = np.clip(128 + np.random.default_rng(0).normal(0, 6, (96, 96, 3)), 0, 255).astype(np.uint8)
    grain[:, :4], grain[:, -4:] = 0, 255  # so that there is a range to keep
    result = classical_sequence(grain, np.zeros((96, 96), np.uint8))
    assert result[20:76, 20:76].std() < 0.6 * grain[20:76, 20:76].std()


def test_auto_levels_mends_a_cast_in_each_channel():
    ramp = np.linspace(0, 255, 200)[None, :, None].repeat(50, axis=0)
    cast = (ramp * [1.0, 0.8, 0.5] + [0, 20, 60]).clip(0, 255).astype(np.uint8)
    assert np.ptp(auto_levels(cast).astype(int), axis=2).max() <= 4
