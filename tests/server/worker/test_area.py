"""An area is a region and a factor: numbers that can be checked by hand."""

import numpy as np
import pytest

from restoration.errors import SettingsError
from restoration.layers import Layer, scratch_mask_layer
from restoration.settings import Region, Settings
from server.worker.area import EMPTIED, narrowed, within


def area(*rows):
    return np.array(rows, np.uint8)


SOME = area([0, 0, 0, 0], [0, 0, 1, 0], [0, 9, 255, 0])


def test_the_region_is_the_smallest_rectangle_around_what_is_not_0():
    assert narrowed(Settings(), SOME).region == Region(1, 1, 2, 2)
    assert narrowed(Settings(), area([255])).region == Region(0, 0, 1, 1)
    assert narrowed(Settings(preset="official"), SOME).preset == "official"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (Region(2, 0, 9, 9), Region(2, 1, 1, 2)),
        (Region(-5, -5, 100, 100), Region(1, 1, 2, 2)),
        (Region(0, 0, 4, 2), Region(2, 1, 1, 1)),  # around what is selected within the region
    ],
)
def test_a_region_narrows_it_further(given, found):
    assert narrowed(Settings(region=given), SOME).region == found


@pytest.mark.parametrize("region", [Region(0, 0, 1, 3), Region(50, 50, 5, 5), Region(-9, -9, 5, 5)])
def test_where_nothing_is_selected_there_is_nothing_to_do(region):
    with pytest.raises(SettingsError, match="within the photo") as refused:
        narrowed(Settings(), np.zeros((3, 4), np.uint8))
    assert refused.value.code == "settings"
    assert "drop the selection" in refused.value.remedy
    with pytest.raises(SettingsError, match="within the region"):
        narrowed(Settings(region=region), SOME)


def layer(alpha, dtype=np.uint8, **place):
    alpha = None if alpha is None else np.array(alpha, dtype)
    shape = (2, 2) if alpha is None else alpha.shape
    return Layer("Restored", "restored", np.full((*shape, 3), 7, dtype), alpha, **place)


def test_alpha_is_multiplied_and_rounded_to_the_nearest():
    made = within(layer([[255, 100], [3, 1]]), area([128, 128], [128, 127]))
    # 100 · 128 / 255 = 50.2, 3 · 128 / 255 = 1.506, 127 / 255 = 0.498
    assert made.alpha.tolist() == [[128, 50], [2, 0]]
    deep = within(layer([[65535, 40000], [3, 1]], np.uint16), area([128, 128], [128, 127]))
    # 40000 · 128 / 255 = 20078.4
    assert deep.alpha.tolist() == [[128 * 257, 20078], [2, 0]]
    assert deep.alpha.dtype == np.uint16


def test_every_product_is_the_nearest():
    alpha, factor = np.meshgrid(np.arange(256), np.arange(256))
    made = within(layer(alpha), factor.astype(np.uint8))
    assert np.array_equal(made.alpha, np.rint(alpha * factor / 255))


@pytest.mark.parametrize(("dtype", "full"), [(np.uint8, 255), (np.uint16, 65535)])
def test_an_opaque_layer_gets_an_alpha_unless_all_of_it_is_selected(dtype, full):
    one = layer(None, dtype, x=1, y=1)
    assert within(one, area([0, 0, 0], [0, 255, 255], [0, 255, 255])) is one
    made = within(one, area([0, 0, 0], [0, 255, 51], [0, 255, 0]))
    assert made.alpha.tolist() == [[full, full // 5], [full, 0]]
    assert one.alpha is None


def test_out_of_the_photo_nothing_is_selected():
    made = within(layer(None, x=-1, y=1), area([255, 255], [200, 255]))
    assert made.alpha.tolist() == [[0, 200], [0, 0]]
    assert within(layer(None, x=-2, y=0), area([255, 255], [255, 255])) is None
    assert within(layer(None, x=5, y=5), area([255, 255], [255, 255])) is None


def test_a_layer_of_which_nothing_is_left_is_none():
    assert within(layer([[255, 0], [0, 0]]), area([0, 255], [255, 255])) is None


def test_damage_counts_where_anything_is_selected_and_nowhere_else():
    mask = scratch_mask_layer(np.array([[255, 255, 0]], np.uint8), np.uint16)
    made = within(mask, area([0, 1, 255]))
    assert made.alpha.tolist() == [[0, 65535, 0]]
    assert made.note == ""
    assert mask.alpha.tolist() == [[65535, 65535, 0]]


def test_a_mask_without_damage_in_the_area_says_so_and_stays():
    mask = scratch_mask_layer(np.array([[255, 0]], np.uint8), np.uint8)
    made = within(mask, area([0, 255]))
    assert not made.alpha.any()
    assert made.note == EMPTIED
    empty = scratch_mask_layer(np.zeros((1, 2), np.uint8), np.uint8, note="No scratch was found.")
    assert within(empty, area([0, 255])).note == "No scratch was found."


def test_the_arrays_of_the_cache_are_not_written_to():
    one = layer([[255, 100], [3, 1]])
    one.alpha.setflags(write=False)
    one.pixels.setflags(write=False)
    assert within(one, area([1, 2], [3, 4])).pixels is one.pixels
