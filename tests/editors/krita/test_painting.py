"""Holes and colours in a real Krita: candidates to choose from, and hints that the user paints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restoration.photo_mask import write_mask
from restoration.photo_reading import read_photo

SIDE = 256


def pixels(path: Path) -> np.ndarray:
    """BGRA bytes of Krita's as H×W×4 RGBA."""
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(SIDE, SIDE, 4)[..., [2, 1, 0, 3]]


def far(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.newer_krita
def test_candidates_are_a_group_of_which_the_first_is_shown(krita, small_photo, by_command_line, tmp_path):
    told = krita.run("painting.candidates", photo=str(small_photo), folder=str(tmp_path))
    assert [run["outcome"] for run in told["runs"]] == ["done", "done"], told["runs"]
    assert [layer["name"] for layer in told["made"]] == ["Restored", "Candidates", "Scratch mask"]
    inner = told["made"][1]
    assert (inner["type"], inner["visible"], inner["opacity"]) == ("grouplayer", True, 255)
    assert [(layer["name"], layer["visible"]) for layer in inner["children"]] == [
        ("Candidate 1", True),
        ("Candidate 2", False),
        ("Candidate 3", False),
    ]
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[40:100, 40:100] = 255
    write_mask(tmp_path / "mask.png", mask)
    same = by_command_line(small_photo, "--mask", str(tmp_path / "mask.png"))
    assert far(pixels(tmp_path / "seen")[..., :3], same) <= 1
    # One undo step, with all that lies in the inner group; and the photo is found from within it.
    done, undone, redone = told["counts"]
    assert done == redone
    assert len(undone) == len(done) - 1
    assert told["source"] == done[0]
    # The edited mask's group makes way for the new one, of two candidates.
    assert told["after"] == done
    assert [layer["name"] for layer in told["again"][1]["children"]] == ["Candidate 1", "Candidate 2"]
    assert "detection" not in told["runs"][1]["stages"]


def test_a_layer_of_ones_own_among_the_candidates_is_kept(krita, small_photo):
    told = krita.run("painting.own_layer_among_candidates", photo=str(small_photo))
    assert told["outcome"] == "done"
    assert "layers of your own" in told["sentence"]
    groups = [node for node in told["tree"] if node["type"] == "grouplayer"]
    assert [group["visible"] for group in groups] == [False, True]
    candidates = next(one for one in groups[0]["children"] if one["name"] == "Candidates")
    assert "My retouching" in [layer["name"] for layer in candidates["children"]]


@pytest.mark.newer_krita
def test_painted_hints_give_the_photo_their_colours(krita, small_photo, by_command_line, tmp_path):
    told = krita.run("painting.coloured", photo=str(small_photo), folder=str(tmp_path))
    assert [run["outcome"] for run in told["runs"]] == ["done", "done"], told["runs"]
    # Found by its name, unasked.
    assert told["chosen"] == ["Colour hints", ""]
    colour = told["made"][-2]
    assert (colour["name"], colour["blend"], colour["visible"]) == ("Colour", "color", True)
    # The stroke, BGR 200, 60, 40, is blue; the second one is red.
    first, second = (pixels(tmp_path / name)[..., :3].astype(int) for name in ("first", "second"))
    assert (first[160:180, 50:70, 2] - first[160:180, 50:70, 0]).mean() > 40
    assert (second[160:180, 190:210, 0] - second[160:180, 190:210, 2]).mean() > 40
    assert not np.array_equal(first, second)
    # What is seen is what the command line makes of the same strokes.
    strokes = pixels(tmp_path / "strokes").copy()
    strokes[:, 128:] = 0
    Image.fromarray(strokes).save(tmp_path / "hints.png")
    stages = ("--stages", "scratches,quality,inpainting")
    plain, same = (
        by_command_line(small_photo, *stages, *more) for more in ((), ("--hints", str(tmp_path / "hints.png")))
    )
    seen = pixels(tmp_path / "seen")[..., :3]
    assert far(seen, same) <= 2  # Krita rounds once a layer, and its luminosity has slightly other weights
    assert far(seen, plain) > 20
    # The colours lie over the photo, too, where nothing lies between them.
    assert told["passes"]
    alone = pixels(tmp_path / "colour_alone")[..., :3]
    photo = read_photo(small_photo).pixels
    luminosity = [picture.astype(float) @ (0.299, 0.587, 0.114) for picture in (alone, photo)]
    assert np.abs(luminosity[0] - luminosity[1]).max() < 3
    source, *groups, hints = told["top"]
    assert groups == [f"Restored – {source}"] * 2
    assert hints == "Colour hints"


def test_a_grey_image_says_why_it_takes_no_colours(krita, grey_photo):
    told = krita.run("painting.in_grey", photo=str(grey_photo))
    assert told["refused"]["outcome"] == "failed"
    assert "Convert Image Color Space" in told["refused"]["sentence"]
    assert told["count"] == 1
    assert told["done"]["outcome"] == "done"
    assert "Colour" not in told["names"]
