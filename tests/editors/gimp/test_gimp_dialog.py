"""The dialog's parts when something is amiss."""

from __future__ import annotations

import pytest

FIND = "Show What Is Found"


@pytest.fixture(scope="session", params=["zmq"])
def way() -> str:
    """One way to the server is enough: nothing here is about it."""
    return "zmq"


@pytest.fixture
def inside(gimp, small_photo):
    """Runs a scenario in a GIMP with windows."""

    def run(name):
        running = gimp.start(f"dialogs.{name}", windows=True, photo=str(small_photo))
        try:
            return running.answer(60)
        finally:
            running.close()

    return run


def test_reset_chooses_a_layer_that_there_is(inside):
    first, after, seen = inside("reset")
    assert first
    assert (after, seen) == (first, first)


def test_from_mask_has_no_switch_for_scratches(inside):
    names = inside("from_mask")
    assert "scratches" not in names
    assert "scratches-strength" in names


def test_a_preview_ends_well_whatever_happens(inside):
    told = inside("preview")
    broken, begun, cancelled, ended = told["label"]
    assert broken[0] == FIND
    assert "Something went wrong" in broken[1]
    assert begun[0] == "Cancel"
    assert cancelled == [FIND, ""]
    assert told["took"] < 0.5
    assert told["fresh"]
    assert ended[0] == FIND
    assert "Something" not in ended[1]


def test_the_facts_survive_what_breaks(inside):
    assert "The server is" in inside("facts")
