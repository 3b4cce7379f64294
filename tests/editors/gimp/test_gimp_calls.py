"""The procedures, called without windows, as a script calls them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from restoration.photo_reading import read_photo

SIDE = 512


def picture(path: Path, channels: int = 3, kind: str = "u1", side: int = SIDE) -> np.ndarray:
    return np.frombuffer(path.read_bytes(), np.dtype(kind)).reshape(side, side, channels)


def far(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


def test_the_result_is_a_group_above_the_source(gimp, photo, by_command_line, tmp_path):
    told = gimp.run("calls.restored", photo=str(photo), folder=str(tmp_path))
    assert (told["status"], told["message"]) == ("GIMP_PDB_SUCCESS", "")
    group, source = told["tree"]
    assert group["group"]
    assert group["name"] == f"Restored – {source['name']}"
    assert [layer["name"] for layer in group["children"]] == ["Scratch mask", "Scratch repair", "Restored"]
    assert [layer["visible"] for layer in group["children"]] == [False, True, True]
    assert {layer["mode"] for layer in group["children"]} == {"GIMP_LAYER_MODE_NORMAL"}
    assert {layer["opacity"] for layer in group["children"]} == {100.0}
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()
    assert far(picture(tmp_path / "seen"), by_command_line(photo)) <= 1
    assert far(picture(tmp_path / "seen"), read_photo(photo).pixels) > 20


def test_strength_is_opacity_and_a_stage_can_be_off(gimp, photo, by_command_line, tmp_path):
    arguments = {"quality_strength": 40.0, "scratches": False, "inpainting": False}
    told = gimp.run("calls.restored", photo=str(photo), folder=str(tmp_path), **arguments)
    assert [(layer["name"], round(layer["opacity"], 3)) for layer in told["tree"][0]["children"]] == [
        ("Restored", 40.0)
    ]
    same = by_command_line(photo, "--strength", "quality=.4", "--stages", "quality,faces")
    assert far(picture(tmp_path / "seen"), same) <= 1


def test_a_face_is_a_layer_of_its_own_at_its_place(gimp, portrait, by_command_line, tmp_path):
    told = gimp.run("calls.restored", photo=str(portrait), folder=str(tmp_path))
    assert told["status"] == "GIMP_PDB_SUCCESS"
    names = [layer["name"] for layer in told["tree"][0]["children"]]
    assert names == ["Scratch mask", "Face 1", "Scratch repair", "Restored"]
    assert far(picture(tmp_path / "seen", side=256), by_command_line(portrait)) <= 1


def test_sixteen_bits_stay_sixteen_bits(gimp, deep_photo, by_command_line, tmp_path):
    told = gimp.run("calls.restored", photo=str(deep_photo), folder=str(tmp_path), encoding="R'G'B' u16")
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert {layer["format"].split(" ")[1] for layer in told["tree"][0]["children"]} == {"u16"}
    assert far(picture(tmp_path / "seen", kind="<u2"), by_command_line(deep_photo)) <= 257  # 1/255
    assert len(np.unique(picture(tmp_path / "Restored", kind="<u2"))) > 5000  # values between those of 8 bits
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()


def test_grey_stays_grey(gimp, grey_photo, by_command_line, tmp_path):
    told = gimp.run("calls.restored", photo=str(grey_photo), folder=str(tmp_path), encoding="Y' u8")
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert all(layer["format"].startswith("Y'") for layer in told["tree"][0]["children"])
    assert far(picture(tmp_path / "seen", 1), by_command_line(grey_photo)) <= 1
    mask = picture(tmp_path / "Scratch mask", 2)
    assert (mask[..., 0] == 255).all()
    assert 0 < (mask[..., 1] > 0).mean() < 0.5


@pytest.mark.parametrize(
    ("precision", "profile"),
    [
        ("U8_NON_LINEAR", "adobe"),
        ("U16_LINEAR", None),
        ("FLOAT_LINEAR", None),
        ("HALF_NON_LINEAR", "adobe"),
    ],
)
def test_other_precisions_and_profiles_come_back_as_what_they_are(
    gimp, photo, by_command_line, tmp_path, precision, profile
):
    from restoration.photo import Photo
    from restoration.pipeline import restore
    from restoration.settings import STAGE_NAMES, Settings

    told = gimp.run("calls.in_precision", photo=str(photo), folder=str(tmp_path), precision=precision, profile=profile)
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert told["precision"] == f"GIMP_PRECISION_{precision}"
    assert (tmp_path / "before").read_bytes() == (tmp_path / "after").read_bytes()
    # The library on the same values of the same profile.
    icc = (tmp_path / "profile").read_bytes() if profile else None
    source = picture(tmp_path / "source", kind="<u2")
    if precision.startswith("U8"):
        source = (source // 257).astype(np.uint8)
    off = {stage: {"enabled": False} for stage in STAGE_NAMES}
    settings = Settings.from_dict({**off, "quality": {"always": True}})
    (layer,) = restore(Photo(source, icc_profile=icc), settings)
    expected = layer.pixels.astype(float) * (257 if source.dtype == np.uint8 else 1)
    difference = np.abs(picture(tmp_path / "seen", kind="<u2") - expected)
    assert np.percentile(difference, 99.9) <= 257


def test_layers_lie_where_their_source_lies(gimp, photo, by_command_line, tmp_path):
    told = gimp.run("calls.offset", photo=str(photo), folder=str(tmp_path), x=-60, y=40)
    group, source = told["tree"]
    assert source["box"] == [-60, 40, SIDE, SIDE]
    assert group["children"][-1]["box"] == [-60, 40, SIDE, SIDE]
    same = np.abs(picture(tmp_path / "restored").astype(int) - by_command_line(photo)).max(2) <= 1
    assert same.mean() > 0.9


@pytest.mark.parametrize("source", ["selection", "layer", "layer-mask"])
def test_the_user_says_what_is_damaged(gimp, photo, tmp_path, source):
    told = gimp.run("calls.masked", photo=str(photo), folder=str(tmp_path), source=source)
    assert (told["status"], told["message"]) == ("GIMP_PDB_SUCCESS", "")
    expected = np.zeros((SIDE, SIDE), bool)
    expected[50:90, 100:160] = True
    assert ((picture(tmp_path / "mask", 4)[..., 3] > 0) == expected).all()


def test_a_painted_layer_is_united_with_what_is_found(gimp, photo, tmp_path):
    gimp.run("calls.masked", photo=str(photo), folder=str(tmp_path), source="layer", unite=True)
    mask = picture(tmp_path / "mask", 4)[..., 3] > 0
    assert mask[50:90, 100:160].all()
    assert mask.sum() > 2 * 40 * 60


def test_a_selection_limits_the_work(gimp, photo, tmp_path):
    told = gimp.run("calls.within_selection", photo=str(photo), folder=str(tmp_path))
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert told["tree"][0]["children"][-1]["box"] == [64, 32, 128, 96]


def test_scratches_are_found_painted_and_repaired(gimp, photo, tmp_path):
    told = gimp.run("calls.found_and_restarted", photo=str(photo), folder=str(tmp_path))
    assert [run["status"] for run in told["runs"]] == ["GIMP_PDB_SUCCESS"] * 3
    found, source = told["found"]
    assert [(layer["name"], layer["visible"]) for layer in found["children"]] == [("Scratch mask", True)]
    # The group is found again although it was renamed, and the new one takes its place.
    restarted, same = told["restarted"]
    assert same["name"] == source["name"]
    assert [layer["name"] for layer in restarted["children"]] == ["Scratch mask", "Scratch repair", "Restored"]
    repair = restarted["children"][1]["box"]
    assert abs(repair[0] - 200) < 10
    assert abs(repair[1] - 100) < 10
    assert max(repair[2:]) < 60
    # With the group active it is the photo that is restored again.
    assert told["again"][-1] == source["name"]
    assert len(told["again"]) == 3


REFUSED = {
    "indexed": "Image > Mode > RGB",
    "two layers": "Choose one layer",
    "no layer": "Choose one layer",
    "all off": "Switch one on",
    "no selection": "Nothing is selected",
    "selection elsewhere": "The selection lies outside the layer",
    "no layer mask": "The layer has no layer mask",
    "no painted layer": "There is no layer “nobody”",
    "painted layer is the photo": "is the photo itself",
    "unknown word": "“guess”",
    "unknown preset": "“enormous”",
    "no edited mask": "Find scratches first",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_sentence_says_what_to_do(gimp, small_photo, case):
    told = gimp.run("calls.refused", case=case, photo=str(small_photo))
    assert told["status"] in ("GIMP_PDB_EXECUTION_ERROR", "GIMP_PDB_CALLING_ERROR")
    assert REFUSED[case] in told["message"]


def test_gimp_puts_the_default_for_a_number_out_of_its_range(gimp, small_photo):
    told = gimp.run("calls.numbers_out_of_range", photo=str(small_photo))
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert told["opacity"] == 100.0


def test_arguments_have_ranges_and_help(gimp):
    procedures = gimp.run("calls.arguments_of")
    assert [one["menu"] for one in procedures.values()] == [["<Image>/Filters/Enhance"]] * 3
    labels = [one["label"] for one in procedures.values()]
    assert labels == sorted(labels)  # as GIMP sorts them
    main = procedures["plug-in-restore-old-photo"]
    assert main["label"] == "Restore Old Photo…"
    for name, (help_text, least, most) in main["arguments"].items():
        assert help_text
        if name.endswith("-strength") or name == "sensitivity":
            assert (least, most) == (0.0, 100.0)
