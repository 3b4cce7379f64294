"""Filling: what may change, what depends on what, that no seam is seen, and that any size goes."""

import cv2
import numpy as np
import pytest
from skimage.data import astronaut, brick, coffee, grass

from restoration.device import choose_compute
from restoration.errors import MaskError
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.presets.compact_inpainter import CompactInpainter
from restoration.weights.registry import COMPACT_INPAINTING, load_bundled


@pytest.fixture(scope="module")
def inpainter():
    network = CompactInpainting.from_state_dict(load_bundled(COMPACT_INPAINTING)["inpainting"])
    return CompactInpainter(network, choose_compute("cpu"))


def told(share):
    """Progress that nobody looks at."""


def filled(inpainter, picture, hole, seed=0):
    (one,) = inpainter.fill(picture, hole, [seed], told)
    return one


def disc(height, width, y, x, radius):
    rows, columns = np.mgrid[:height, :width]
    return np.hypot(rows - y, columns - x) < radius


def coffee_picture():
    return coffee()[50:306, 100:400].astype(np.float32) / 255


CUP = disc(256, 300, 140, 150, 45)


def test_known_pixels_keep_their_bits_and_the_picture_given_is_not_changed(inpainter):
    picture = coffee_picture()
    before = picture.copy()
    result = filled(inpainter, picture, CUP)
    assert np.array_equal(picture, before)
    assert np.array_equal(result[~CUP], picture[~CUP])
    assert result.dtype == np.float32
    assert result.min() >= 0
    assert result.max() <= 1


def test_what_lies_in_the_hole_changes_no_bit(inpainter):
    picture = coffee_picture()
    garbage = np.where(CUP[..., None], np.random.default_rng(0).random(picture.shape, np.float32), picture)
    assert np.array_equal(filled(inpainter, picture, CUP), filled(inpainter, garbage, CUP))


def test_the_same_seed_gives_the_same_bits_and_another_other_pixels(inpainter):
    picture = coffee_picture()
    first, other = inpainter.fill(picture, CUP, [3, 4], told)
    assert np.array_equal(first, filled(inpainter, picture, CUP, 3))
    assert (np.abs(first - other)[CUP].max(axis=1) > 1 / 255).mean() > 0.5


def test_in_a_flat_surrounding_candidates_are_nearly_equal(inpainter):
    flat = np.full((160, 160, 3), 0.5, np.float32)
    hole = disc(160, 160, 80, 80, 25)
    first, other = inpainter.fill(flat, hole, [0, 1], told)
    textured = grass()[:160, :160, None].repeat(3, axis=2).astype(np.float32) / 255
    one, two = inpainter.fill(textured, hole, [0, 1], told)
    assert np.abs(first - other)[hole].mean() < 0.01
    assert np.abs(first - other)[hole].mean() < np.abs(one - two)[hole].mean() / 3


def test_without_texture_fillings_are_soft(inpainter):
    textured = grass()[:160, :160, None].repeat(3, axis=2).astype(np.float32) / 255
    hole, inner = disc(160, 160, 80, 80, 25), disc(160, 160, 80, 80, 15)
    (rough,) = inpainter.fill(textured, hole, [0], told)
    (soft,) = inpainter.fill(textured, hole, [0], told, texture=False)
    fine = [(each - cv2.GaussianBlur(each, (0, 0), 2))[inner].std() for each in (soft, rough)]
    assert fine[0] < 0.5 * fine[1]


@pytest.mark.parametrize("make", [astronaut, coffee, brick], ids=lambda make: make.__name__)
def test_no_seam_is_seen_at_the_rim(inpainter, make):
    picture = make()[:256, :256].astype(np.float32) / 255
    picture = picture[..., None].repeat(3, axis=2) if picture.ndim == 2 else picture
    hole = disc(256, 256, 120, 140, 30)
    result = filled(inpainter, np.where(hole[..., None], 1, picture).astype(np.float32), hole)
    # Steps between a pixel of the rim and its neighbour across it, against all steps around the hole.
    across = hole[:, 1:] != hole[:, :-1]
    around = cv2.dilate(hole.astype(np.uint8), np.ones((41, 41), np.uint8)) > 0
    around = (around & ~hole)[:, 1:] & ~hole[:, :-1]
    steps = np.abs(np.diff(result, axis=1)).max(axis=2)
    assert np.mean(steps[across]) < 1.5 * np.mean(steps[around]) + 0.01
    assert np.quantile(steps[across], 0.9) < 1.5 * np.quantile(steps[around], 0.9) + 0.02


def test_a_gradient_is_carried_on(inpainter):
    ramp = np.linspace(0.2, 0.8, 200, dtype=np.float32)[None, :, None] * np.ones((160, 1, 3), np.float32)
    hole = disc(160, 200, 80, 100, 30)
    result = filled(inpainter, ramp, hole)
    assert np.abs(result - ramp)[hole].mean() < 0.05


@pytest.mark.parametrize("corner", [np.s_[:60, :80], np.s_[-50:, -70:], np.s_[:, :30], np.s_[-25:]])
def test_torn_corners_and_borders_are_filled(inpainter, corner):
    down, right = np.mgrid[:256, :300].astype(np.float32)
    picture = (0.3 + 0.4 * (down / 256 + right / 300) / 2)[..., None].repeat(3, axis=2)
    hole = np.zeros(picture.shape[:2], bool)
    hole[corner] = True
    result = filled(inpainter, np.where(hole[..., None], 1, picture).astype(np.float32), hole)
    assert np.abs(result - picture)[hole].mean() < 0.05
    assert np.abs(result - picture)[hole].max() < 0.2


@pytest.mark.parametrize("size", [(1, 2), (1, 60), (9, 9), (37, 1001), (130, 3)])
def test_small_and_narrow_pictures(inpainter, size):
    rng = np.random.default_rng(0)
    picture = rng.random((*size, 3), np.float32)
    hole = rng.random(size) < 0.3
    hole.flat[0], hole.flat[-1] = False, True
    result = filled(inpainter, picture, hole)
    assert np.isfinite(result).all()
    assert np.array_equal(result[~hole], picture[~hole])


def test_a_hole_that_is_everything_is_refused_in_one_sentence(inpainter):
    with pytest.raises(MaskError, match="whole picture"):
        filled(inpainter, np.zeros((8, 8, 3), np.float32), np.ones((8, 8), bool))


def test_without_a_hole_nothing_changes(inpainter):
    picture = coffee_picture()
    assert np.array_equal(filled(inpainter, picture, np.zeros(picture.shape[:2], bool)), picture)


def test_grey_stays_nearly_grey(inpainter):
    grey = coffee_picture().mean(axis=2, keepdims=True).repeat(3, axis=2)
    result = filled(inpainter, grey, CUP)
    assert np.ptp(result[CUP], axis=1).mean() < 0.03


def test_grain_goes_on_in_the_hole(inpainter):
    rng = np.random.default_rng(0)
    grainy = np.clip(0.5 + 0.06 * rng.standard_normal((200, 200, 1)), 0, 1).astype(np.float32).repeat(3, axis=2)
    hole = disc(200, 200, 100, 100, 35)
    result = filled(inpainter, grainy, hole)
    inner = disc(200, 200, 100, 100, 28)
    assert 0.5 < result[inner].std() / grainy[~hole].std() < 1.3


def test_progress_rises_to_1_and_may_cancel(inpainter):
    shares = []
    list(inpainter.fill(coffee_picture(), CUP, [0, 1], shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1

    class EnoughError(Exception):
        pass

    def stop(share):
        raise EnoughError

    with pytest.raises(EnoughError):
        list(inpainter.fill(coffee_picture(), CUP, [0], stop))
