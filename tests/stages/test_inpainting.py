"""What counts as a hole, and the layers of its fillings."""

import time

import numpy as np
import pytest

from restoration.layers import flatten
from restoration.photo import Photo
from restoration.settings import InpaintingSettings
from restoration.stages.inpainting import inpainted_layers, least_width_for, wide_parts
from restoration.stages.pixels import to_picture


class Painter:
    """Fills with a level that tells the seed."""

    def fill(self, picture, hole, seeds, progress, texture=True):
        for seed in seeds:
            yield np.where(hole[..., None], np.float32(0.25 + seed / 64), picture).astype(np.float32)
        progress(1.0)


def told(share):
    """Progress that nobody looks at."""


def block(height, width, top, left, rows, columns):
    mask = np.zeros((height, width), bool)
    mask[top : top + rows, left : left + columns] = True
    return mask


def test_a_line_is_no_hole_and_a_block_is():
    line, hole = block(400, 400, 10, 10, 8, 300), block(400, 400, 100, 100, 60, 80)
    np.testing.assert_array_equal(wide_parts(line | hole, 40), hole)


@pytest.mark.parametrize(("least", "taken"), [(39, True), (40, True), (43, False)])
def test_the_width_is_that_of_the_widest_circle(least, taken):
    strip = block(200, 400, 80, 50, 40, 300)
    assert wide_parts(strip, least).any() == taken


def test_a_tail_stays_with_its_hole():
    hole = block(300, 300, 100, 100, 60, 60) | block(300, 300, 130, 160, 3, 100)
    np.testing.assert_array_equal(wide_parts(hole, 50), hole)


def test_at_the_border_a_strip_counts_twice():
    strip = block(300, 300, 0, 0, 20, 300)
    assert wide_parts(strip, 40).all() == strip.all()
    np.testing.assert_array_equal(wide_parts(strip, 40), strip)
    assert not wide_parts(strip, 43).any()


@pytest.mark.parametrize("least", [0, 1])
def test_a_least_width_of_0_or_1_takes_all(least):
    mask = block(50, 50, 3, 3, 1, 1)
    np.testing.assert_array_equal(wide_parts(mask, least), mask)


def test_the_automatic_width_grows_with_the_picture():
    assert least_width_for(400, 600) == 32
    assert least_width_for(4000, 6000) == 160
    mask = block(400, 600, 100, 100, 30, 100) | block(400, 600, 200, 100, 36, 100)
    np.testing.assert_array_equal(wide_parts(mask, None), block(400, 600, 200, 100, 36, 100))


def test_nothing_and_everything():
    nothing, everything = np.zeros((40, 40), bool), np.ones((40, 40), bool)
    assert not wide_parts(nothing, None).any()
    assert wide_parts(everything, None).all()


def test_24_megapixels_take_seconds():
    mask = np.random.default_rng(0).random((4000, 6000)) < 0.01
    mask[1000:1400, 2000:2600] = True
    started = time.perf_counter()
    assert wide_parts(mask, None)[1200, 2300]
    assert time.perf_counter() - started < 8  # two on an idle machine


HOLE = block(60, 80, 20, 30, 24, 32)


def layers_of(photo, hole=HOLE, offset=(0, 0), **settings):
    return list(
        inpainted_layers(photo, to_picture(photo), hole, Painter(), InpaintingSettings(**settings), offset, told)
    )


def photo_of(dtype=np.uint8, channels=3):
    top = np.iinfo(dtype).max
    return Photo(np.random.default_rng(0).integers(0, top, (60, 80, channels), dtype, endpoint=True))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_one_candidate_is_one_layer_over_the_hole_alone(dtype, channels):
    photo = photo_of(dtype, channels)
    (layer,) = layers_of(photo, strength=0.6)
    assert (layer.name, layer.role, layer.group, layer.visible, layer.opacity) == (
        "Inpainted",
        "inpainted",
        "",
        True,
        0.6,
    )
    assert (layer.x, layer.y, layer.width, layer.height) == (30, 20, 32, 24)
    assert layer.pixels.dtype == dtype
    assert layer.pixels.shape[2] == channels
    full = layers_of(photo)
    result = flatten(photo, full)
    changed = (result.pixels != photo.pixels).any(axis=2)
    assert not changed[~HOLE].any()
    # A quarter, from two pixels within the hole.
    inner = result.pixels[22:42, 32:60]
    np.testing.assert_allclose(inner, 0.25 * np.iinfo(dtype).max, atol=1)


def test_the_edge_fades_within_two_pixels_inside_the_hole():
    (layer,) = layers_of(photo_of())
    assert 0 < layer.alpha[0, 16] < 255
    assert (layer.alpha[2:-2, 2:-2] == 255).all()


def test_at_the_picture_s_border_there_is_no_edge():
    (layer,) = layers_of(photo_of(), block(60, 80, 0, 0, 24, 32))
    assert (layer.alpha[:20, :28] == 255).all()


def test_several_candidates_are_a_group_of_which_the_first_is_seen():
    layers = layers_of(photo_of(), candidates=3, seed=7)
    assert [layer.name for layer in layers] == ["Candidate 1", "Candidate 2", "Candidate 3"]
    assert [layer.visible for layer in layers] == [True, False, False]
    assert {(layer.role, layer.group) for layer in layers} == {("inpainted", "Candidates")}
    levels = [int(layer.pixels[12, 16, 0]) for layer in layers]
    assert levels == [round((0.25 + seed / 64) * 255) for seed in (7, 8, 9)]


def test_the_first_candidate_is_that_of_a_single_one():
    photo = photo_of()
    (alone,), several = layers_of(photo, seed=5), layers_of(photo, seed=5, candidates=4)
    np.testing.assert_array_equal(alone.pixels, several[0].pixels)


def test_the_layer_lies_where_the_part_of_the_photo_lies():
    (layer,) = layers_of(photo_of(), offset=(100, 200))
    assert (layer.x, layer.y) == (130, 220)
