"""The frame around a print."""

import numpy as np

from restoration.ageing.border import border


def test_a_frame_is_thin_and_either_pale_or_dark():
    tones = []
    for seed in range(40):
        frame, tone = border(200, 300, np.random.default_rng(seed))
        assert frame.shape == (200, 300)
        assert not frame[20:-20, 20:-20].any()
        tones.append(tone)
    assert all(tone <= 0.16 or 0.84 <= tone <= 1 for tone in tones)
    assert min(tones) < 0.16 < 0.84 < max(tones)
