"""The cache holds what fits, counts what it holds, and lets the longest unused go first."""

from dataclasses import dataclass

import numpy as np
import pytest

from restoration.layers import Layer
from restoration.stage_cache import StageCache, size_of


def kilobytes(count: int) -> np.ndarray:
    return np.zeros(count * 1000, np.uint8)


def test_what_is_put_in_comes_out_and_nothing_else():
    cache = StageCache(10_000)
    value = kilobytes(3)
    cache.put(("photo", 1), value)
    assert cache.get(("photo", 1)) is value
    assert cache.get(("photo", 2)) is None
    assert cache.held_bytes == 3000


def test_the_longest_unused_goes_first():
    cache = StageCache(10_000)
    for name in "abc":
        cache.put(name, kilobytes(3))
    assert cache.get("a") is not None  # now b is the one unused for longest
    cache.put("d", kilobytes(4))
    assert [name for name in "abcd" if cache.get(name) is not None] == ["a", "c", "d"]
    assert cache.held_bytes == 10_000


def test_what_is_larger_than_the_limit_is_not_kept_and_pushes_nothing_out():
    cache = StageCache(10_000)
    cache.put("a", kilobytes(3))
    cache.put("b", kilobytes(11))
    assert cache.get("b") is None
    assert cache.get("a") is not None


def test_a_new_value_replaces_the_old_even_if_it_does_not_fit():
    cache = StageCache(10_000)
    cache.put("a", kilobytes(3))
    cache.put("a", kilobytes(5))
    assert cache.held_bytes == 5000
    cache.put("a", kilobytes(11))
    assert cache.get("a") is None
    assert cache.held_bytes == 0


def test_clearing_and_dropping_give_everything_back():
    cache = StageCache(10_000)
    cache.put("a", kilobytes(3))
    cache.put("b", kilobytes(3))
    cache.drop("a")
    cache.drop("never there")
    assert cache.held_bytes == 3000
    cache.clear()
    assert (cache.held_bytes, len(cache)) == (0, 0)


def test_arrays_in_nested_values_count():
    @dataclass
    class Pair:
        first: np.ndarray
        second: list

    layer = Layer("a", "restored", np.zeros((10, 20, 3), np.uint8), np.zeros((10, 20), np.uint8))
    for value, least in [
        (layer, 800),
        ((layer, layer), 1600),
        (Pair(kilobytes(2), [kilobytes(1), kilobytes(1)]), 4000),
        ({"tile": b"x" * 500}, 500),
    ]:
        assert least <= size_of(value) <= least + 2000


def test_a_view_counts_for_the_whole_that_it_keeps_alive():
    assert size_of(kilobytes(9)[:10]) == 9000


def test_what_nobody_can_weigh_is_refused():
    with pytest.raises(TypeError, match="object"):
        StageCache(10).put("a", object())
    with pytest.raises(ValueError, match="-1"):
        StageCache(-1)


def test_what_is_shared_cannot_be_written_to():
    cache = StageCache(10_000)
    layer = Layer("a", "restored", np.zeros((10, 20, 3), np.uint8))
    cache.put("a", (layer,))
    with pytest.raises(ValueError, match="read-only"):
        layer.pixels[0] = 1
