"""Black-and-white printing and toning."""

import numpy as np
import pytest

from restoration.ageing.monochrome import TONER_SHARES, TONERS, grey, grey_print, is_grey, tone


def test_grey_has_three_equal_channels_and_the_luma_of_rec_601():
    red = np.zeros((2, 2, 3), np.float32)
    red[..., 0] = 1
    assert np.allclose(grey(red), 0.299)


def test_a_print_is_grey_and_fills_the_papers_range(picture):
    narrow = 0.4 + 0.2 * picture
    for seed in range(10):
        out = grey_print(narrow, np.random.default_rng(seed))
        assert is_grey(out)
        assert out.min() >= 0 and out.max() <= 1
        assert np.ptp(out) > 1.1 * np.ptp(grey(narrow))


def test_some_emulsions_see_no_red():
    apple = np.zeros((8, 8, 3), np.float32)
    apple[:4] = (0.8, 0.1, 0.1)  # red above blue
    apple[4:] = (0.1, 0.1, 0.8)
    darker = [float(np.diff(grey_print(apple, np.random.default_rng(seed))[[0, -1], 0, 0])[0]) for seed in range(30)]
    assert min(darker) < 0 < max(darker)


@pytest.mark.parametrize("toner", TONERS)
def test_toned_prints_keep_order_of_tones_and_white_paper(toner):
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None].repeat(3, 2)
    out = tone(ramp, 1.0, toner)
    assert (np.diff(out[0], axis=0) >= 0).all()
    assert np.allclose(out[0, -1], 1, atol=1e-4)
    assert np.ptp(out[0, 128]) > 0.02  # mid-tones have the toner's colour


def test_sepia_is_brown_and_cyanotype_blue():
    grey_card = np.full((1, 1, 3), 0.5, np.float32)
    red, green, blue = tone(grey_card, 1.0, "sepia")[0, 0]
    assert red > green > blue
    red, green, blue = tone(grey_card, 1.0, "cyanotype")[0, 0]
    assert red < green < blue


def test_strength_0_changes_nothing():
    ramp = np.linspace(0.01, 1, 256, dtype=np.float32)[None, :, None].repeat(3, 2)
    assert np.allclose(tone(ramp, 0.0, "sepia"), ramp, atol=1e-4)


def test_every_toner_has_a_share():
    assert len(TONER_SHARES) == len(TONERS)
    assert sum(TONER_SHARES) == pytest.approx(1)


def test_a_little_colour_is_not_grey(picture):
    level = picture[..., :1].repeat(3, 2)
    assert is_grey(level)
    assert not is_grey(level * np.array([1, 1, 0.98], np.float32))
    assert not is_grey(picture)
