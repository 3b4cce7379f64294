"""The window stays alive while a photo of 24 megapixels is read, sent, restored and inserted."""

from __future__ import annotations

import pytest

WIDTH, HEIGHT = 6000, 4000
OFF = [False, 1.0]


@pytest.mark.parametrize("how_much", ["a part repaired, to its end", "the whole restored, for a while"])
def test_the_longest_pause_of_the_event_loop(krita, how_much, record_property, capsys):
    if how_much.startswith("a part"):
        # Two layers of 24 megapixels come back, and little has to be computed for them.
        told = krita.run("window.pauses", seconds=180, width=WIDTH, height=HEIGHT, choices={"quality": OFF})
        assert told["outcome"] == "done"
        assert told["pauses"]["inserting"] < 2000
    else:
        told = krita.run("window.pauses", seconds=180, width=WIDTH, height=HEIGHT, choices={}, stop_after=8)
        assert told["outcome"] == "cancelled"
    record_property("pauses_ms", told["pauses"])
    with capsys.disabled():
        print(f" [longest pauses in ms: {told['pauses']}]", end="")  # noqa: T201 # a figure that is to be read
    assert told["pauses"]["reading"] < 2000
    assert told["pauses"]["computing"] < 150
    assert told["pauses"]["sending"] < 500
