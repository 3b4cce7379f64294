"""The dialog's parts when something is amiss."""

from __future__ import annotations

from collections import Counter

import pytest

FIND = "Show What Is Found"
#: For what has nothing to do with the way to the server.
only_once = pytest.mark.parametrize("way", ["zmq"], indirect=True)


@pytest.fixture
def inside(gimp, small_photo):
    """Runs a scenario in a GIMP with windows."""

    def run(name):
        running = gimp.start(f"dialogs.{name}", windows=True, photo=str(small_photo))
        try:
            told = running.answer(60)
            # GIMP complains of letters that are missing, or that two have.
            assert "mnemonic" not in running.log
            return told
        finally:
            running.close()

    return run


@only_once
def test_it_fits_on_small_screens_and_shows_what_means_something(inside):
    told = inside("looks")
    width, height = told["size"]
    assert width <= 1100
    assert 300 < height < 620
    assert told["picture"] > 150
    assert told["layers"] == [False, True]
    assert not told["help"]


@only_once
def test_every_part_has_a_letter_and_those_that_gimp_makes_have_their_own_in_every_language(gimp):
    ours = ("mask-source", "mask-layer", "hint-layer", "preset", "device", "show-found", "start-server")
    for labels in gimp.run("dialogs.letters").values():
        letters = {name: label[label.index("_") + 1].lower() for name, label in labels.items()}
        assert len(letters) == 24
        assert not set(letters.values()) & set("ocrls")  # of GIMP's own buttons
        own = [letter for name, letter in letters.items() if name not in ours]
        assert len(own) == len(set(own)) == 17
        assert max(Counter(letters.values()).values()) == 2


@only_once
def test_reset_chooses_a_layer_that_there_is(inside):
    first, after, seen = inside("reset")
    assert first
    assert (after, seen) == (first, first)


@only_once
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
    assert ended[0] == FIND
    assert "Something" not in ended[1]


def test_the_facts_survive_what_breaks(inside):
    told = inside("facts")
    assert "The server is" in told["state"]
    # Start is offered where it may help.
    assert told["offered"] == [False, True]
    assert told["given up"]
