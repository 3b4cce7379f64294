"""What the user does between runs and during them: no work of theirs is lost, and nothing half-made is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

DONE = "GIMP_PDB_SUCCESS"
RESULT = ["Scratch mask", "Scratch repair", "Restored"]
SIDE = 256


def test_a_selection_that_was_left_over_does_not_wipe_the_edited_mask(gimp, small_photo):
    told = gimp.run("changing.leftover_selection", photo=str(small_photo))
    assert told["status"] == DONE
    children = {layer["name"]: layer["box"] for layer in told["tree"][0]["children"]}
    assert children["Restored"] == [0, 0, SIDE, SIDE]
    left, top, width, height = children["Scratch repair"]
    assert 190 <= left <= 200
    assert 90 <= top <= 100
    assert max(width, height) <= 60
    # The forecast is asked for the same.
    assert told["asked"] == {"auto": {"x": 5, "y": 5, "width": 20, "height": 20}, "selection": None, "edited": None}


@pytest.mark.parametrize("finds", [False, True])
def test_a_painted_mask_is_kept_by_runs_that_do_not_use_it(gimp, small_photo, finds):
    told = gimp.run("changing.painted_and_run", photo=str(small_photo), finds=finds)
    new, old, _photo = told["after"]
    assert new[1:] == [True, ["Scratch mask"] if finds else RESULT]
    assert old[1:] == [False, ["Scratch mask"]]
    assert told["same"]
    assert f"Your edited scratch mask was kept, in the hidden group “{old[0]}”" in told["said"]
    # What the sentence says can be done.
    assert told["again"] == DONE
    assert [one[2] for one in told["end"]] == [new[2], RESULT, []]


def test_a_mask_as_it_was_found_is_replaced(gimp, small_photo):
    told = gimp.run("changing.not_painted_and_run", photo=str(small_photo))
    assert [one[1:] for one in told["twice"]] == [[True, ["Scratch mask"]], [True, []]]
    assert [one[1:] for one in told["end"]] == [[True, RESULT], [True, []]]


def test_a_mask_painted_during_the_run_is_kept(gimp, small_photo):
    told = gimp.run("changing.painted_meanwhile", photo=str(small_photo))
    assert told["kept"]
    assert [one[1:] for one in told["after"]] == [[True, RESULT], [False, ["Scratch mask"]], [True, []]]
    assert "Your edited scratch mask was kept" in told["said"]


def test_a_group_that_holds_the_photo_is_kept(gimp, small_photo):
    told = gimp.run("changing.photo_in_the_group", photo=str(small_photo))
    assert told["photo"]
    assert told["visible"]
    assert [len(one[2]) for one in told["after"]] == [3, 2]
    assert "The photo lies within the last result" in told["said"]


def test_layers_that_the_user_has_put_into_the_group_are_kept(gimp, small_photo):
    told = gimp.run("changing.own_layers", photo=str(small_photo))
    assert told["status"] == DONE
    assert told["before"] == ["retouched", "Scratch mask", "between", "Scratch repair", "Restored", "copy", "below"]
    group, photo = told["after"]
    assert group == ["retouched", "between", *RESULT, "copy", "below"]
    assert photo == []
    assert told["kept"]
    assert told["old"] is False


def test_a_copy_of_a_group_is_not_taken_for_it(gimp, small_photo):
    told = gimp.run("changing.copied_group", photo=str(small_photo))
    assert (told["copy"], told["group"]) == (True, False)
    assert [one[2] for one in told["after"]] == [["Scratch mask"], RESULT, []]


def test_the_group_with_the_mask_is_meant_and_the_chosen_one_first(gimp, small_photo):
    told = gimp.run("changing.several_groups", photo=str(small_photo))
    assert told["runs"] == [DONE, DONE]
    assert ["Restored"] in [one[2] for one in told["first"]]
    assert told["used"]
    assert told["chosen"] == [False, True]


@pytest.mark.parametrize("before", [False, True])
def test_a_photo_that_was_moved_gets_its_result_where_it_lies(gimp, small_photo, before):
    told = gimp.run("changing.changed", photo=str(small_photo), change="moved", before=before)
    assert told["said"] == ""
    assert told["tree"][0]["children"][-1]["box"] == [10, 20, SIDE, SIDE]


def test_a_photo_scaled_while_the_dialog_was_open_is_restored_as_it_is(gimp, small_photo):
    told = gimp.run("changing.changed", photo=str(small_photo), change="scaled", before=True)
    assert told["tree"][0]["children"][-1]["box"][2:] == [100, 100]


@pytest.mark.parametrize("change", ["scaled", "grey"])
def test_a_photo_that_is_another_one_now_is_refused(gimp, small_photo, change):
    told = gimp.run("changing.changed", photo=str(small_photo), change=change)
    assert "The layer was scaled or converted meanwhile" in told["said"]
    assert len(told["tree"]) == 1


def test_the_result_of_a_deleted_photo_lies_on_top(gimp, small_photo):
    told = gimp.run("changing.changed", photo=str(small_photo), change="deleted")
    assert told["said"] == "The layer was deleted meanwhile; the result lies on top of all layers."
    (group,) = told["tree"]
    assert group["name"] == "Restored – photo"
    assert [layer["name"] for layer in group["children"]] == RESULT
    told = gimp.run("changing.changed", photo=str(small_photo), change="deleted", before=True)
    assert "The layer was deleted" in told["said"]


def test_a_closed_image_is_a_sentence(gimp, small_photo):
    told = gimp.run("changing.changed", photo=str(small_photo), change="closed")
    assert "The image was closed" in told["said"]


def test_a_last_result_that_was_deleted_is_no_matter(gimp, small_photo):
    told = gimp.run("changing.group_replaced_is_gone", photo=str(small_photo))
    assert told["said"] == ""
    assert [one[2] for one in told["after"]] == [RESULT, []]


@pytest.mark.parametrize(
    ("what", "error"), [("raises", "ValueError"), ("false", "RuntimeError"), ("late", "RuntimeError")]
)
def test_what_fails_while_layers_are_inserted_leaves_nothing(gimp, small_photo, what, error):
    told = gimp.run("changing.failing", photo=str(small_photo), what=what)
    assert told["said"].startswith(error)
    assert told["same"]


@pytest.mark.parametrize("applied", [True, False])
def test_what_the_layer_mask_hides_stays_hidden(gimp, small_photo, tmp_path, applied):
    told = gimp.run("changing.vignette", photo=str(small_photo), folder=str(tmp_path), applied=applied)
    assert told["status"] == DONE
    before, after = (picture(tmp_path / name) for name in ("before", "after"))
    assert (before[..., 3] == after[..., 3]).all()
    assert (before != after).any()
    assert told["masked"] == applied


def picture(path: Path) -> np.ndarray:
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(SIDE - 20, SIDE - 30, 4)
