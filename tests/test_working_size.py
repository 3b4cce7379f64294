"""A large scan is restored at a smaller size, and keeps its own detail."""

import cv2
import numpy as np
import pytest

from restoration.working_size import GAIN, borrow_detail, carry_on, detail_gain, enlarge_onto, reduce_to, reduction

SIDE = 400


@pytest.fixture(scope="module")
def picture():
    from skimage.data import astronaut

    return np.ascontiguousarray(astronaut()[:SIDE, : SIDE + 37]).astype(np.float32) / 255


def no_hole(picture):
    return np.zeros(picture.shape[:2], bool)


@pytest.mark.parametrize(("pixels", "factor"), [(1_000_000, 1.0), (160_000, 1.0), (40_000, 2.0), (10_000, 4.0)])
def test_only_what_is_too_large_is_reduced(pixels, factor):
    assert reduction(400, 400, pixels) == factor


@pytest.mark.parametrize("factor", [1.3, 2.0, 3.7])
def test_what_is_left_alone_comes_out_as_it_was(picture, factor):
    reduced = reduce_to(picture, no_hole(picture), factor)
    again = enlarge_onto(picture, no_hole(picture), reduced, reduced.picture)
    np.testing.assert_allclose(again, picture, atol=1e-6)


def test_without_detail_of_its_own_it_is_opencv_s_bicubic_enlargement(picture):
    small = cv2.resize(picture, (110, 90), interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, (437, 400), interpolation=cv2.INTER_CUBIC)
    reduced = reduce_to(enlarged, np.ones((400, 437), bool), 4.0)
    # All is hole: nothing but what was drawn shows, for there is nothing to borrow from.
    ours = enlarge_onto(picture, np.ones((400, 437), bool), reduced, small_as(reduced, small))
    expected = cv2.resize(small_as(reduced, small), (437, 400), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def small_as(reduced, small):
    return cv2.resize(small, reduced.mask.shape[::-1], interpolation=cv2.INTER_AREA)


def test_contrast_brought_back_reaches_the_fine_detail(picture):
    faded = (picture * 0.5 + 0.3).astype(np.float32)
    reduced = reduce_to(faded, no_hole(faded), 2.0)
    restored = (reduced.picture - 0.3) / 0.5
    again = enlarge_onto(faded, no_hole(faded), reduced, restored)
    assert np.abs(again - picture).mean() < 0.003
    blurred = cv2.resize(restored, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    assert np.abs(again - picture).mean() < 0.2 * np.abs(blurred - picture).mean()


def test_detail_of_damage_does_not_come_back(picture):
    scratched = picture.copy()
    scratched[:, 200:206] = 1
    mask = no_hole(picture)
    mask[:, 199:207] = True
    reduced = reduce_to(scratched, mask, 2.0)
    true = reduce_to(picture, no_hole(picture), 2.0).picture
    restored = np.where(reduced.mask[..., None], true, reduced.picture)
    again = enlarge_onto(scratched, mask, reduced, restored)
    error = np.abs(again - picture)
    assert error[mask].mean() < 0.04  # its detail is borrowed
    beside = np.zeros_like(mask)
    beside[:, 190:199] = beside[:, 207:216] = True
    assert error[beside].mean() < 0.004
    assert error[:, :180].max() < 1e-5


def test_the_gain_stays_within_its_bounds_and_is_one_where_there_is_nothing():
    flat = np.full((60, 80, 3), 0.5, np.float32)
    hole = np.zeros((60, 80), bool)
    assert detail_gain(flat, flat + 0.1, hole) == pytest.approx(1)
    noise = np.random.default_rng(0).normal(0.5, 0.1, (60, 80, 3)).astype(np.float32)
    assert detail_gain(noise, flat, hole) == pytest.approx(GAIN[0])
    assert detail_gain(noise, (noise - 0.5) * 9 + 0.5, hole) == pytest.approx(GAIN[1])


@pytest.mark.parametrize("shape", [(1, 900), (900, 1), (3, 700), (37, 1001)])
def test_narrow_pictures(shape):
    picture = np.random.default_rng(1).random((*shape, 3)).astype(np.float32)
    mask = np.zeros(shape, bool)
    reduced = reduce_to(picture, mask, 2.0)
    assert enlarge_onto(picture, mask, reduced, reduced.picture) == pytest.approx(picture, abs=1e-5)


def test_a_repair_has_the_grain_of_its_surroundings():
    rng = np.random.default_rng(3)
    grainy = np.clip(0.5 + rng.normal(0, 0.05, (300, 400, 1)), 0, 1).astype(np.float32).repeat(3, axis=2)
    scratched = grainy.copy()
    scratched[:, 190:204] = 1
    mask = no_hole(grainy)
    mask[:, 188:206] = True
    reduced = reduce_to(scratched, mask, 2.0)
    drawn = np.where(reduced.mask[..., None], np.float32(0.5), reduced.picture)  # smooth in the hole
    again = enlarge_onto(scratched, mask, reduced, drawn)
    fine = again - cv2.GaussianBlur(again, (0, 0), 2)
    # What is borrowed is finer than the reduced picture holds; the rest of the grain the hole lacks.
    assert fine[:, 192:202].std() > 0.6 * fine[:, 20:160].std()
    assert np.abs(again[:, 188:206].mean(axis=(0, 2)) - 0.5).max() < 0.02  # and nothing of the scratch


def test_fine_lines_go_on_across_a_scratch():
    # Ten rows bright, ten dark: a scratch of eight columns stands across them.
    stripes = np.where(np.arange(80) // 10 % 2 == 0, np.float32(0.1), np.float32(-0.1))
    detail = np.broadcast_to(stripes[:, None, None], (80, 60, 3)).copy()
    mask = np.zeros((80, 60), bool)
    mask[:, 26:34] = True
    scratched = np.where(mask[..., None], np.float32(0.7), detail)
    carried = carry_on(scratched, mask)
    np.testing.assert_allclose(carried[~mask], detail[~mask], atol=1 / 32767)
    inside = np.corrcoef(carried[:, 26:34, 0].mean(axis=1), stripes)[0, 1]
    assert inside > 0.9
    np.testing.assert_array_equal(carry_on(scratched, np.ones_like(mask)), 0)


def test_what_is_borrowed_lies_across_the_edge_and_what_cannot_be_had_is_none():
    detail = np.zeros((9, 30, 3), np.float32)
    detail[..., :] = np.arange(30, dtype=np.float32)[:, None]
    mask = np.zeros((9, 30), bool)
    mask[:, 10:14] = True  # its nearest sound pixels: columns 9 and 14
    mask[:, 27:] = True  # nothing on its other side
    before = detail.copy()
    borrow_detail(detail, mask, 2.0)
    np.testing.assert_array_equal(detail[4, 10:14, 0], [9 - 1 - 2, 9 - 2 - 2, 14 + 2 + 2, 14 + 1 + 2])
    np.testing.assert_array_equal(detail[4, 27:, 0], [26 - 1 - 2, 26 - 2 - 2, 26 - 3 - 2])
    np.testing.assert_array_equal(detail[:, :10], before[:, :10])
    everywhere = np.ones((9, 30), bool)
    borrow_detail(detail, everywhere, 2.0)
    assert not detail.any()
