"""Samples to floats and back: exact for every value of both depths."""

import numpy as np
import pytest

from restoration.photo import Photo
from restoration.stages.pixels import to_picture, to_samples


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_sample_survives_the_way_through_floats(dtype):
    values = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 16, 1)
    grey, colour = values, values.repeat(3, axis=2)
    assert np.array_equal(to_samples(to_picture(Photo(colour)), colour), colour)
    assert np.abs(to_samples(to_picture(Photo(grey)), grey).astype(int) - grey).max() <= (0 if dtype == np.uint8 else 1)


def test_values_beyond_the_range_are_clipped_not_wrapped():
    picture = np.array([[[-0.5, 0.5, 1.5]]], np.float32)
    assert to_samples(picture, np.zeros((1, 1, 3), np.uint8)).tolist() == [[[0, 128, 255]]]
