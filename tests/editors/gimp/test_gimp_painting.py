"""Holes and colours in a real GIMP: candidates to choose from, and hints that the user paints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restoration.photo_mask import write_mask
from restoration.photo_reading import read_photo

DONE = "GIMP_PDB_SUCCESS"
SIDE = 256


def picture(path: Path, channels: int = 3) -> np.ndarray:
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(SIDE, SIDE, channels)


def mean_difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_candidates_are_a_group_of_which_the_first_is_shown(gimp, small_photo, by_command_line, tmp_path):
    told = gimp.run("painting.candidates", photo=str(small_photo), folder=str(tmp_path))
    assert [run["status"] for run in told["runs"]] == [DONE, DONE], told["runs"]
    group = next(layer for layer in told["made"] if layer["group"])
    assert [layer["name"] for layer in group["children"]] == ["Scratch mask", "Candidates", "Restored"]
    assert group["mode"] == "GIMP_LAYER_MODE_NORMAL"  # its opacity weakens all of it
    inner = group["children"][1]
    assert inner["group"]
    assert [(layer["name"], layer["visible"]) for layer in inner["children"]] == [
        ("Candidate 3", False),
        ("Candidate 2", False),
        ("Candidate 1", True),
    ]
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[40:100, 40:100] = 255
    write_mask(tmp_path / "mask.png", mask)
    same = by_command_line(small_photo, "--mask", str(tmp_path / "mask.png"))
    assert np.abs(picture(tmp_path / "seen").astype(int) - same).max() <= 1
    # The new group takes the place of the old one, and what the user has put among the candidates is kept.
    assert len(told["again"]) == len(told["made"])
    again = next(layer for layer in told["again"] if layer["group"])
    assert [layer["name"] for layer in again["children"]] == [
        "My retouching", "Scratch mask", "Candidates", "Restored",
    ]  # fmt: skip
    assert [layer["name"] for layer in again["children"][2]["children"]] == ["Candidate 2", "Candidate 1"]


def test_painted_hints_give_the_photo_their_colours(gimp, small_photo, by_command_line, tmp_path):
    others = ("HSL_COLOR", "HSL_COLOR_LEGACY")
    told = gimp.run("painting.coloured", photo=str(small_photo), folder=str(tmp_path), modes=others)
    assert [run["status"] for run in told["runs"]] == [DONE] * 3, told["runs"]
    group = next(layer for layer in told["made"] if layer["group"])
    colour = group["children"][1]
    assert (colour["name"], colour["mode"], colour["visible"]) == ("Colour", "GIMP_LAYER_MODE_LCH_COLOR", True)
    assert group["mode"] == "GIMP_LAYER_MODE_PASS_THROUGH"
    # The stroke that was found by its layer's name is blue; the one on the layer that was named is red.
    first, second = (picture(tmp_path / name, 4).astype(int) for name in ("colour", "second"))
    assert (first[160:180, 50:70, 2] - first[160:180, 50:70, 0]).mean() > 40
    assert (second[160:180, 190:210, 0] - second[160:180, 190:210, 2]).mean() > 40
    # What is seen is near to what the command line makes of the same strokes; other blend modes are further from it.
    strokes = picture(tmp_path / "strokes", 4).copy()
    strokes[:, 128:] = 0
    Image.fromarray(strokes).save(tmp_path / "hints.png")
    stages = ("--stages", "scratches,quality,inpainting")
    plain, same = (
        by_command_line(small_photo, *stages, *more) for more in ((), ("--hints", str(tmp_path / "hints.png")))
    )
    far = {name: mean_difference(picture(tmp_path / name), same) for name in ("seen", *others)}
    assert far["seen"] < 3
    assert min(far[name] for name in others) > 3 * far["seen"]
    assert far["seen"] < mean_difference(plain, same) / 3
    # The colours lie over the photo, too, where nothing lies between them.
    alone, photo = picture(tmp_path / "colour_alone"), read_photo(small_photo).pixels
    assert mean_difference(alone.mean(axis=2), photo.mean(axis=2)) < 6
    assert np.abs(alone[160:180, 50:70, 2].astype(int) - alone[160:180, 50:70, 0]).mean() > 20


REFUSED = {
    "no hints": "There is no layer “nobody”",
    "opaque hints": "has no transparency",
    "grey": "Image > Mode > RGB",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_sentence_says_what_to_do_for_colours(gimp, small_photo, grey_photo, case):
    told = gimp.run("painting.refused", case=case, photo=str(grey_photo if case == "grey" else small_photo))
    assert told["status"] == "GIMP_PDB_EXECUTION_ERROR"
    assert REFUSED[case] in told["message"]
