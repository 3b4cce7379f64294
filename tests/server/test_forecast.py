"""The forecast is a straight line, and says no before anything is sent."""

import pytest

from server.forecast import Question, answer, check_memory, read_question
from server.pace import Pace
from server.protocol import Input, Picture, ProtocolError, Submit, message

MODEL = {
    "fixed": 1_000_000, "per_pixel": {"8": 100, "16": 130},
    "per_working_pixel": 7, "working_pixels": 8_000, "least_working_pixels": 1_000,
    "per_tile_pixel": 50, "tile_side": 100, "least_tile_side": 60,
}  # fmt: skip
FACTS = {"memory": {"compact": MODEL}, "free_bytes": 3_000_000}


def submit(width=100, height=100, depth=8, **more):
    return Submit("a", {"photo": Input(Picture("RGB", depth, width, height), "0" * 64)}, **more)


def test_fixed_bytes_the_photos_own_and_bytes_a_pixel():
    # The networks that restore see 8,000 of the 10,000 pixels.
    assert check_memory(submit(), FACTS) == (1_000_000 + 30_000 + 10_000 * 100 + 8_000 * 7, 3_000_000)
    assert check_memory(submit(depth=16), FACTS) == (1_000_000 + 60_000 + 10_000 * 130 + 8_000 * 7, 3_000_000)


def test_the_user_may_want_another_working_size():
    needed, _ = check_memory(submit(settings={"working_megapixels": 0.002}), FACTS)
    assert needed == 1_000_000 + 30_000 + 10_000 * 100 + 2_000 * 7


def test_where_memory_is_short_smaller_tiles_and_a_smaller_working_size_must_do():
    # Tiles of 60 instead of 100 pixels a side, 1,000 working pixels.
    least = 1_000_000 - (10_000 - 3_600) * 50 + 30_000 + 10_000 * 100 + 1_000 * 7
    assert check_memory(submit(), {**FACTS, "free_bytes": least}) == (least, least)
    assert check_memory(submit(), {**FACTS, "free_bytes": 1_900_000}) == (1_900_000, 1_900_000)
    with pytest.raises(ProtocolError, match="memory"):
        check_memory(submit(), {**FACTS, "free_bytes": least - 1})


def test_what_does_not_fit_is_refused_with_both_numbers():
    with pytest.raises(ProtocolError) as refused:
        check_memory(submit(300, 100), FACTS)
    assert refused.value.code == "memory"
    least = 1_000_000 - (10_000 - 3_600) * 50 + 90_000 + 30_000 * 100 + 1_000 * 7
    assert refused.value.details == {"needed_bytes": least, "free_bytes": 3_000_000}
    assert "0.0 GB" in refused.value.cause


def test_a_region_needs_only_its_own_pixels():
    region = {"x": 5000, "y": 0, "width": 50, "height": 9999}
    needed, _ = check_memory(submit(200, 100, settings={"region": region}), FACTS)
    # A tile is 100×100; this is half of one.
    assert needed == 1_000_000 - 5_000 * 50 + 60_000 + 50 * 100 * (100 + 7)


def test_a_photo_smaller_than_a_tile_needs_less_than_a_whole_one():
    needed, _ = check_memory(submit(10, 10), FACTS)
    assert needed == 1_000_000 - (10_000 - 100) * 50 + 300 + 100 * (100 + 7)


@pytest.mark.parametrize("region", [{"width": -5, "height": "x"}, {}, None, 7, {"width": True}])
def test_a_region_that_is_none_counts_as_the_whole_photo(region):
    needed, _ = check_memory(submit(settings={"region": region}), FACTS)
    # True counts as 1 pixel wide; the library refuses it later.
    assert needed in (2_086_000, 1_000_000 - (10_000 - 100) * 50 + 30_000 + 100 * (100 + 7))


def test_nothing_is_said_while_the_worker_has_not_told():
    assert check_memory(submit(), {}) == (None, None)
    assert check_memory(submit(preset="other"), FACTS) == (None, 3_000_000)


# Without a job

PACE = Pace({"compact": {"detection": 2.0, "quality": 3.0, "scratches": 2.5, "faces": 1.0}})
LARGE = Picture("RGB", 8, 2000, 1000)


def asked(settings=None, picture=LARGE):
    return read_question(message("forecast", picture=picture.fields(), settings=settings))


def test_a_forecast_says_what_a_job_would_be_told():
    told = answer(asked(picture=Picture("RGB", 8, 100, 100)), FACTS, "cpu", PACE)
    needed, free = check_memory(submit(), FACTS)
    assert (told["type"], told["needed_bytes"], told["free_bytes"]) == ("forecast", needed, free)
    assert (told["fits"], told["device"]) == (True, "cpu")


def test_what_does_not_fit_is_an_answer():
    told = answer(asked(), FACTS, "cpu", PACE)
    assert told["fits"] is False
    assert told["needed_bytes"] > told["free_bytes"]


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        (None, 2 * (2.0 + 3.0 + 1.0)),
        ({"quality": {"enabled": False}}, 2 * (2.0 + 2.5 + 1.0)),
        ({"scratches": {"repair": False}, "quality": {"strength": 0}}, 2 * (2.0 + 1.0)),
        ({"scratches": {"mask_mode": "user"}}, 2 * (3.0 + 1.0)),
        ({"scratches": {"enabled": False}, "region": {"x": 0, "y": 0, "width": 500, "height": 100}}, 0.2),
        ({stage: {"enabled": False} for stage in ("scratches", "quality", "faces")}, 0.0),
        ({"preset": "official"}, None),
    ],
)
def test_seconds_are_those_of_the_stages_that_are_on_over_what_is_worked_on(settings, seconds):
    assert answer(asked(settings), FACTS, "cpu", PACE)["seconds"] == (
        None if seconds is None else pytest.approx(seconds, abs=0.051)
    )


def test_what_is_not_known_is_nil():
    told = answer(asked(), {}, None, Pace())
    assert [told[key] for key in ("needed_bytes", "free_bytes", "fits", "seconds", "device")] == [None] * 5
    told = answer(asked(), {"free_bytes": 5}, None, Pace())
    assert (told["free_bytes"], told["fits"]) == (5, None)


def test_a_question_is_read_with_its_defaults():
    settings = {"device": "cuda", "preset": "official"}
    assert asked() == Question(LARGE, {}, "auto", "compact")
    assert asked(settings) == Question(LARGE, settings, "cuda", "official")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "bad-message"),
        ({"picture": None}, "bad-message"),
        ({"picture": [LARGE.fields()]}, "bad-message"),
        ({"picture": {}}, "picture"),
        ({"picture": {**LARGE.fields(), "depth": 12}}, "picture"),
        ({"picture": {**LARGE.fields(), "width": 0}}, "picture"),
        ({"picture": {**LARGE.fields(), "width": 100_000, "height": 100_000}}, "picture"),
        ({"picture": LARGE.fields(), "settings": []}, "bad-message"),
        ({"picture": LARGE.fields(), "settings": {"device": "tpu"}}, "settings"),
        ({"picture": LARGE.fields(), "settings": {"preset": 5}}, "settings"),
    ],
    ids=str,
)
def test_a_question_that_is_none_is_refused(fields, code):
    with pytest.raises(ProtocolError) as refused:
        read_question(message("forecast", **fields))
    assert refused.value.code == code
    assert refused.value.cause
