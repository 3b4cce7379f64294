"""Figures without reference go the right way; contact sheets show what was found."""

import numpy as np
from scipy.ndimage import gaussian_filter
from small_data import woman

from restoration.evaluation.real_scans import contact_sheet, crop_corners, no_reference


def test_noise_and_blur_are_told_apart():
    sharp = woman()
    noise = np.random.default_rng(0).normal(0, 10, sharp.shape[:2])[..., None]
    noisy = np.clip(sharp + noise, 0, 255).astype(np.uint8)
    soft = gaussian_filter(sharp, (2, 2, 0))
    assert abs(no_reference(noisy).noise - 10) < 3
    assert no_reference(soft).noise < no_reference(sharp).noise < no_reference(noisy).noise
    assert no_reference(soft).blur > no_reference(sharp).blur > no_reference(noisy).blur


def test_percentiles_are_those_of_a_faded_ramp():
    ramp = np.linspace(50, 150, 101).astype(np.uint8)[None, :, None].repeat(32, axis=0).repeat(3, axis=2)
    figures = no_reference(ramp)
    assert abs(figures.black - 51) < 0.1
    assert abs(figures.white - 149) < 0.1


def test_crops_lie_where_the_damage_is_and_not_over_each_other():
    found = np.zeros((300, 400), np.uint8)
    found[250:, 350:] = 255
    found[:5, :5] = 255
    assert crop_corners(found, 100, 2) == [(200, 300), (0, 0)]
    assert crop_corners(np.zeros((300, 400), np.uint8), 100, 1) == [(100, 150)]
    assert crop_corners(np.zeros((80, 90), np.uint8), 80, 2) in ([(0, 5)], [(0, 0)], [(0, 10)])


def test_a_sheet_holds_every_view_whole_and_cropped():
    found = np.zeros((300, 400), np.uint8)
    views = [np.full((300, 400, 3), value, np.uint8) for value in (10, 200)]
    sheet = contact_sheet(views, found, crops=1)
    for value in (10, 200):
        whole, crop = 384 * 288, 256 * 256  # reduced to 384 pixels; 100 %
        assert (sheet == value).all(axis=2).sum() == whole + crop
