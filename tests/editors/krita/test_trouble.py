"""When something is wrong, or goes wrong: nothing is lost, and one sentence says what to do."""

from __future__ import annotations

import pytest

#: What the sentence must speak of.
REFUSED = {
    "no document": "Open a photo first",
    "empty layer": "“Nothing” is empty",
    "CMYK": "Convert a copy of the image to RGB",
    "filter layer": "Choose the layer with the photo",
    "all off": "Switch one on",
    "no selection": "Nothing is selected",
    "selection elsewhere": "The selection lies outside the layer",
    "no edited mask": "Find scratches first",
    "painted layer gone": "Choose another one",
    "nothing painted": "Paint over what is damaged",
    "mask is the photo": "is the photo itself",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_sentence_says_what_to_do(krita, small_photo, case):
    told, _ = krita.run("trouble.refused", case=case, photo=str(small_photo))
    assert told["outcome"] == "failed"
    assert REFUSED[case] in told["sentence"]
    assert "\n" not in told["sentence"]
    assert told["stages"] == []


def test_a_picture_that_is_too_large_is_refused_before_it_is_read(krita):
    told = krita.run("trouble.huge", width=20000, height=15000)
    assert told["outcome"] == "failed"
    assert "200" in told["sentence"]
    assert told["seconds"] < 5


@pytest.mark.newer_krita
def test_cancel_works_at_once_and_leaves_everything_as_it_was(krita, large_photo):
    told = krita.run("trouble.cancelled", photo=str(large_photo))
    assert told["outcome"] == "cancelled"
    assert told["took"] < 0.5
    assert len(told["names"]) == 1
    assert not told["running"]
    # The server is free for the next run.
    krita.run("window.server_is", kind="ready", seconds=10)


def test_a_run_can_begin_right_after_a_cancelled_one(krita, small_photo):
    first, second, names = krita.run("trouble.cancelled_and_again", photo=str(small_photo))
    assert first["outcome"] == "cancelled"
    assert second["outcome"] == "done"
    assert len(names) == 2


def test_a_second_run_waits_for_the_first(krita, fresh_photo):
    told = krita.run("trouble.second_run", photo=str(fresh_photo))
    assert told["outcome"] == "done"
    assert any("A restoration is running" in note for note in told["notes"])
    assert len(told["names"]) == 2


@pytest.mark.newer_krita
def test_a_closed_document_ends_its_run(krita, large_photo):
    told = krita.run("trouble.closed_meanwhile", photo=str(large_photo))
    assert told["outcome"] == "cancelled"
    assert "The image was closed" in told["sentence"]


@pytest.mark.newer_krita
def test_a_deleted_layer_leaves_its_result_on_top(krita, fresh_photo):
    told = krita.run("trouble.deleted_meanwhile", photo=str(fresh_photo))
    assert told["outcome"] == "done"
    assert "was deleted meanwhile" in told["sentence"]
    assert told["names"][0] == "Other"
    assert told["names"][-1].startswith("Restored – ")


@pytest.mark.newer_krita
def test_an_animated_layer_is_restored_as_it_is_shown(krita, small_photo):
    told = krita.run("trouble.animated", photo=str(small_photo))
    assert told["outcome"] == "done"
    assert any("only the frame that is shown" in note for note in told["notes"])
    assert len(told["names"]) == 2
