"""The repair: where it lies, how it fades out, and in which tones."""

import numpy as np
import pytest

from restoration.photo import Photo
from restoration.stages.scratch_repair import feathered, match_tone, repair_layer, widen


def line() -> np.ndarray:
    mask = np.zeros((40, 60), bool)
    mask[20, 10:50] = True
    return mask


def test_widening_reaches_so_many_pixels_and_no_further():
    wide = widen(line(), 2)
    assert wide[18:23, 30].all()
    assert not wide[[17, 23], 30].any()


def test_the_repair_covers_the_damage_fully_and_fades_out_within_7_pixels():
    alpha = feathered(line())
    assert (alpha[line()] == 1).all()
    assert 0 < alpha[18, 30] < 1
    assert alpha[20 - 7, 30] == 0
    assert (np.diff(alpha[20:, 30]) <= 0).all()


def test_on_the_unrestored_photo_the_repair_takes_its_surroundings_tone():
    # R is lighter by 0.2 everywhere, as after tone correction: carried over, the difference vanishes.
    rng = np.random.default_rng(0)
    picture = np.full((40, 60, 3), 0.4, np.float32) + rng.normal(0, 0.02, (40, 60, 1)).astype(np.float32)
    restored = np.full((40, 60, 3), 0.6, np.float32)
    mask = line()
    picture[mask] = 1  # the scratch itself must not matter
    matched = match_tone(restored, picture, mask)
    assert abs(matched[mask].mean() - 0.4) < 0.01


@pytest.mark.parametrize("channels", [1, 3])
def test_the_layer_is_no_larger_than_the_damage_and_lies_over_it(channels):
    photo = Photo(np.zeros((40, 60, channels), np.uint16))
    repaired = np.full((40, 60, 3), 0.5, np.float32)
    layer = repair_layer(photo, repaired, line(), 0.7, offset=(100, 200))
    assert layer.pixels.shape[2] == channels
    assert layer.pixels.dtype == np.uint16
    assert layer.opacity == 0.7
    row, column = 220 - layer.y, 130 - layer.x
    assert layer.alpha[row, column] == 65535
    assert layer.pixels[row, column, 0] == 32768
    assert layer.height <= 13
    assert layer.width <= 52
