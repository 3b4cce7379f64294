"""The forecast is a straight line, and says no before anything is sent."""

import pytest

from server.forecast import check_memory
from server.protocol import Input, Picture, ProtocolError, Submit

MODEL = {"fixed": 1_000_000, "per_pixel": {"8": 100, "16": 130}, "per_tile_pixel": 50, "tile_side": 100}
FACTS = {"memory": {"compact": MODEL}, "free_bytes": 3_000_000}


def submit(width=100, height=100, depth=8, **more):
    return Submit("a", {"photo": Input(Picture("RGB", depth, width, height), "0" * 64)}, **more)


def test_fixed_bytes_the_photos_own_and_bytes_a_pixel():
    assert check_memory(submit(), FACTS) == (1_000_000 + 30_000 + 10_000 * 100, 3_000_000)
    assert check_memory(submit(depth=16), FACTS) == (1_000_000 + 60_000 + 10_000 * 130, 3_000_000)


def test_what_does_not_fit_is_refused_with_both_numbers():
    with pytest.raises(ProtocolError) as refused:
        check_memory(submit(200, 100), FACTS)
    assert refused.value.code == "memory"
    assert refused.value.details == {"needed_bytes": 1_000_000 + 60_000 + 2_000_000, "free_bytes": 3_000_000}
    assert "0.0 GB" in refused.value.cause


def test_a_region_needs_only_its_own_pixels():
    region = {"x": 5000, "y": 0, "width": 50, "height": 9999}
    needed, _ = check_memory(submit(200, 100, settings={"region": region}), FACTS)
    # A tile is 100×100; this is half of one.
    assert needed == 1_000_000 - 5_000 * 50 + 60_000 + 50 * 100 * 100


def test_a_photo_smaller_than_a_tile_needs_less_than_a_whole_one():
    needed, _ = check_memory(submit(10, 10), FACTS)
    assert needed == 1_000_000 - (10_000 - 100) * 50 + 300 + 100 * 100


@pytest.mark.parametrize("region", [{"width": -5, "height": "x"}, {}, None, 7, {"width": True}])
def test_a_region_that_is_none_counts_as_the_whole_photo(region):
    needed, _ = check_memory(submit(settings={"region": region}), FACTS)
    # True counts as 1 pixel wide; the library refuses it later.
    assert needed in (2_030_000, 1_000_000 - (10_000 - 100) * 50 + 30_000 + 100 * 100)


def test_nothing_is_said_while_the_worker_has_not_told():
    assert check_memory(submit(), {}) == (None, None)
    assert check_memory(submit(preset="other"), FACTS) == (None, 3_000_000)
