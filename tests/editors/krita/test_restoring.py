"""Ordinary runs in a real Krita with the real server: what comes back, where, and how it can be undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from restoration.photo_reading import read_photo

SIDE = 512


def pixels(path: Path, side: int = SIDE) -> np.ndarray:
    """BGRA bytes of Krita's as H×W×4 RGBA."""
    return np.frombuffer(path.read_bytes(), np.uint8).reshape(side, side, 4)[..., [2, 1, 0, 3]]


def grey(path: Path, side: int = SIDE) -> np.ndarray:
    return pixels(path, side)[..., 3]


def far(a: np.ndarray, b: np.ndarray) -> int:
    """The largest difference of two pictures."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.newer_krita
def test_the_result_is_a_group_above_the_source(krita, photo, by_command_line, tmp_path):
    told = krita.run("restoring.restored", photo=str(photo), folder=str(tmp_path))
    assert told["outcome"] == "done"
    source, group = told["tree"]
    assert source["type"] == "paintlayer"
    assert (group["name"], group["type"], group["visible"]) == (f"Restored – {source['name']}", "grouplayer", True)
    assert [layer["name"] for layer in group["children"]] == ["Restored", "Scratch repair", "Scratch mask"]
    assert [layer["visible"] for layer in group["children"]] == [True, True, False]
    assert {layer["blend"] for layer in group["children"]} == {"normal"}
    assert {layer["opacity"] for layer in group["children"]} == {255}
    assert all(layer["space"] == source["space"] for layer in group["children"])
    assert group["children"][0]["bounds"] == [0, 0, SIDE, SIDE]
    # The previews in the docker came one by one, as the layers were made.
    assert sorted(told["previews"]) == ["Restored", "Scratch mask", "Scratch repair"]
    assert told["gallery"] == 3
    # The source is what it was, and what is seen is what the command line makes of the file.
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()
    seen = pixels(tmp_path / "seen")
    assert (seen[..., 3] == 255).all()
    assert far(seen[..., :3], by_command_line(photo)) <= 1
    assert far(seen[..., :3], read_photo(photo).pixels) > 20


@pytest.mark.newer_krita
def test_a_face_is_a_layer_of_its_own(krita, portrait, tmp_path):
    told = krita.run("restoring.restored", photo=str(portrait), folder=str(tmp_path))
    assert told["outcome"] == "done"
    restored, repair, face, mask = told["tree"][1]["children"]
    assert [layer["name"] for layer in (restored, repair, face, mask)] == [
        "Restored", "Scratch repair", "Face 1", "Scratch mask",
    ]  # fmt: skip
    x, y, width, height = face["bounds"]
    assert x > 30
    assert y > 30
    assert 50 < width < 150
    assert 50 < height < 150


@pytest.mark.newer_krita
def test_strength_is_the_opacity_of_the_layers(krita, photo, by_command_line, tmp_path):
    choices = {"quality": [True, 0.4], "scratches": [True, 0.8]}
    told = krita.run("restoring.restored", photo=str(photo), folder=str(tmp_path), choices=choices)
    group = told["tree"][1]
    assert [layer["opacity"] for layer in group["children"][:2]] == [round(0.4 * 255), round(0.8 * 255)]
    same = by_command_line(photo, "--strength", "quality=.4,scratches=.8")
    assert far(pixels(tmp_path / "seen")[..., :3], same) <= 2  # Krita rounds opacities to 1/255, and once a layer


def test_a_stage_that_is_off_makes_no_layer(krita, photo, by_command_line, tmp_path):
    choices = {"quality": [False, 1.0]}
    told = krita.run("restoring.restored", photo=str(photo), folder=str(tmp_path), choices=choices)
    assert [layer["name"] for layer in told["tree"][1]["children"]] == ["Scratch repair", "Scratch mask"]
    assert far(pixels(tmp_path / "seen")[..., :3], by_command_line(photo, "--stages", "scratches,faces")) <= 1


@pytest.mark.newer_krita
def test_one_undo_takes_all_away_and_one_redo_brings_it_back(krita, photo, tmp_path):
    seen = krita.run("restoring.undone_and_redone", photo=str(photo), folder=str(tmp_path))
    done, undone, redone = seen
    assert done == redone
    assert len(done) == 2
    assert len(undone) == 1
    read = {name: (tmp_path / name).read_bytes() for name in ("before", "done", "undone", "redone")}
    assert read["undone"] == read["before"] != read["done"]
    assert read["redone"] == read["done"]


@pytest.mark.newer_krita
def test_an_edited_mask_repairs_what_is_painted_and_nothing_else(krita, photo, tmp_path):
    told = krita.run("restoring.edited_mask", photo=str(photo), folder=str(tmp_path))
    assert told["first"]["outcome"] == told["second"]["outcome"] == "done"
    # What does not depend on the mask is not done again.
    assert "detection" in told["first"]["stages"]
    assert "detection" not in told["second"]["stages"]
    painted = np.zeros((SIDE, SIDE), bool)
    painted[100:140, 200:240] = True
    assert ((grey(tmp_path / "mask") > 0) == painted).all()
    repaired = grey(tmp_path / "repair") > 0
    assert repaired[painted].mean() > 0.9
    assert not repaired[:80].any()
    assert not repaired[160:].any()
    # The group took the place of the first one; two steps back there is the first one again.
    after, once, twice = told["undo"]
    assert after == twice
    assert len(after) == 2
    assert len(once) == 3


@pytest.mark.parametrize("source", ["selection", "layer"])
def test_the_user_says_what_is_damaged(krita, photo, tmp_path, source):
    told = krita.run("restoring.masked", photo=str(photo), folder=str(tmp_path), source=source)
    assert told["outcome"] == "done"
    assert "detection" not in told["stages"]
    expected = np.zeros((SIDE, SIDE), bool)
    expected[50:90, 100:160] = True
    assert ((grey(tmp_path / "mask") > 0) == expected).all()


@pytest.mark.newer_krita
def test_an_opaque_painted_layer_means_what_is_bright(krita, photo, tmp_path):
    krita.run("restoring.masked", photo=str(photo), folder=str(tmp_path), source="layer", painted="opaque")
    expected = np.zeros((SIDE, SIDE), bool)
    expected[50:90, 100:160] = True
    assert ((grey(tmp_path / "mask") > 0) == expected).all()


def test_a_painted_layer_is_united_with_what_is_found(krita, photo, tmp_path):
    told = krita.run("restoring.masked", photo=str(photo), folder=str(tmp_path), source="layer", unite=True)
    assert "detection" in told["stages"]
    mask = grey(tmp_path / "mask") > 0
    assert mask[50:90, 100:160].all()
    assert mask.sum() > 2 * 40 * 60


@pytest.mark.newer_krita
def test_a_selection_limits_the_work(krita, photo, tmp_path):
    told = krita.run("restoring.within_selection", photo=str(photo), folder=str(tmp_path))
    assert told["outcome"] == "done"
    restored = told["tree"][0]
    assert restored["bounds"] == [64, 32, 128, 96]
    alpha = grey(tmp_path / "restored")
    assert (alpha[32:128, 64:192] == 255).all()
    assert alpha.sum() == 255 * 128 * 96


@pytest.mark.parametrize("offset", [(37, 21), (-60, 40)])
def test_layers_lie_where_their_source_lies(krita, photo, by_command_line, tmp_path, offset):
    x, y = offset
    told = krita.run("restoring.offset_layer", photo=str(photo), folder=str(tmp_path), x=x, y=y)
    source, group = told["tree"][0], told["tree"][-1]
    assert source["bounds"] == [x, y, SIDE, SIDE]
    assert group["children"][0]["bounds"] == [x, y, SIDE, SIDE]
    assert far(pixels(tmp_path / "source")[..., :3], read_photo(photo).pixels) == 0
    # Where nothing is damaged, "Restored" is what the command line gives, pixel upon pixel.
    same = np.abs(pixels(tmp_path / "restored")[..., :3].astype(int) - by_command_line(photo)).max(2) <= 1
    assert same.mean() > 0.9


@pytest.mark.newer_krita
def test_a_group_is_restored_as_it_looks(krita, photo, tmp_path):
    told = krita.run("restoring.group_as_source", photo=str(photo), folder=str(tmp_path))
    assert told["outcome"] == "done"
    source, result = told["tree"]
    assert (source["name"], source["type"]) == ("Scan", "grouplayer")
    assert [child["name"] for child in source["children"]] == ["under", "patch"]
    assert result["name"] == "Restored – Scan"
    shown = pixels(tmp_path / "source")[30, 30]
    assert list(shown) == [0xC0, 0x80, 0x20, 255]  # the patch is part of what was sent
    # and of what came back: blue is low there and red is high
    came = pixels(tmp_path / "restored")[20:50, 20:50].reshape(-1, 4).mean(0)
    assert came[0] > came[2] + 60


@pytest.mark.newer_krita
def test_scratches_are_found_painted_and_repaired(krita, photo):
    told = krita.run("restoring.found", photo=str(photo))
    assert [run["outcome"] for run in told["runs"]] == ["done"] * 3
    (mask,) = told["found"][1]["children"]
    assert (mask["name"], mask["visible"]) == ("Scratch mask", True)
    assert "quality" not in told["runs"][0]["stages"]
    restarted = told["restarted"][1]["children"]
    assert [layer["name"] for layer in restarted] == ["Restored", "Scratch repair", "Scratch mask"]
    assert len(told["restarted"]) == 2
    # With the result's group as the active layer, it is the photo that is restored again.
    name = told["found"][0]["name"]
    assert told["again"] == [name, f"Restored – {name}", f"Restored – {name}"]
    assert told["bits"] == name
    # Krita may call a layer the active one for a moment after it was removed.
    assert told["replaced"] == [name, name]


def test_the_result_goes_where_it_was_asked_for(krita, fresh_photo, small_photo):
    told = krita.run("restoring.other_document_active", photo=str(fresh_photo), other=str(small_photo))
    assert told["outcome"] == "done"
    assert len(told["first"]) == 2
    assert len(told["second"]) == 1


def test_a_painted_mask_is_not_thrown_away(krita, photo):
    told = krita.run("restoring.painted_mask_survives", photo=str(photo))
    assert told["plainly"] == told["restarted"] == "done"
    # The plain run left the group with the painted mask where it was.
    assert [node["type"] for node in told["after"]] == ["paintlayer", "grouplayer", "grouplayer"]
    # The restart took the painted mask's own group, although another lies above it, and all of its mask.
    masks = [next(layer for layer in group if layer["name"] == "Scratch mask") for group in told["groups"]]
    assert len(masks) == 2
    assert told["painted"][0] == 255
    # A square of 40 pixels is a hole.
    names = [layer["name"] for layer in told["groups"][0]]
    assert names == ["Restored", "Inpainted", "Scratch repair", "Scratch mask"]


def test_what_was_painted_meanwhile_is_kept_hidden(krita, fresh_photo):
    told = krita.run("restoring.painted_meanwhile", photo=str(fresh_photo))
    assert told["outcome"] == "done"
    assert "painted on meanwhile" in told["sentence"]
    _source, old, new = told["tree"]
    assert (old["visible"], new["visible"]) == (False, True)


def test_layers_of_the_users_own_in_the_old_group_are_kept(krita, fresh_photo):
    told = krita.run("restoring.own_layer_in_group", photo=str(fresh_photo))
    assert told["outcome"] == "done"
    assert "layers of your own" in told["sentence"]
    _source, old, new = told["tree"]
    assert (old["visible"], new["visible"]) == (False, True)
    assert "My retouching" in [layer["name"] for layer in old["children"]]


def test_a_layer_that_was_moved_meanwhile_gets_its_result_where_it_is(krita, fresh_photo):
    told = krita.run("restoring.moved_meanwhile", photo=str(fresh_photo))
    source, group = told["tree"]
    assert source["bounds"] == [30, -12, SIDE, SIDE]
    assert group["children"][0]["bounds"] == [30, -12, SIDE, SIDE]


def test_the_chosen_painted_layer_stays_chosen(krita, small_photo):
    seen = krita.run("restoring.chosen_painted_layer", photo=str(small_photo))
    assert seen == [["First", True]] * 3
