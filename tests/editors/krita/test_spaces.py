"""Documents in other colour spaces: 8 and 16 bits, grey, linear, floating point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

SIDE = 512
GREY, SRGB = "Gray-D50-elle-V2-srgbtrc.icc", "sRGB-elle-V2-srgbtrc.icc"


def seen(path: Path) -> np.ndarray:
    """What is seen, as RGB in 8 bits."""
    return np.frombuffer((path / "seen").read_bytes(), np.uint8).reshape(SIDE, SIDE, 4)[..., 2::-1].astype(int)


def same(folder: Path) -> bool:
    return (folder / "before").read_bytes() == (folder / "after").read_bytes()


@pytest.mark.newer_krita
def test_sixteen_bits_stay_sixteen_bits(krita, deep_photo, by_command_line, tmp_path):
    told = krita.run("restoring.restored", photo=str(deep_photo), folder=str(tmp_path))
    assert told["outcome"] == "done"
    group = told["tree"][1]
    assert {tuple(layer["space"][:2]) for layer in group["children"]} == {("RGBA", "U16")}
    assert same(tmp_path)
    shown = np.frombuffer((tmp_path / "seen").read_bytes(), "<u2").reshape(SIDE, SIDE, 4)[..., 2::-1]
    expected = by_command_line(deep_photo)
    assert expected.dtype == np.uint16
    assert np.abs(shown.astype(int) - expected).max() <= 257  # 1/255
    restored = np.frombuffer((tmp_path / "Restored").read_bytes(), "<u2")
    assert len(np.unique(restored)) > 5000  # values between those of 8 bits


@pytest.mark.newer_krita
def test_grey_stays_grey_and_the_mask_is_red(krita, grey_photo, by_command_line, tmp_path):
    told = krita.run("restoring.restored", photo=str(grey_photo), folder=str(tmp_path))
    assert told["outcome"] == "done"
    restored, repair, mask = told["tree"][1]["children"]
    assert restored["space"][:2] == repair["space"][:2] == ["GRAYA", "U8"]
    assert mask["space"][:2] == ["RGBA", "U8"]
    assert same(tmp_path)
    shown = np.frombuffer((tmp_path / "seen").read_bytes(), np.uint8).reshape(SIDE, SIDE, 2)
    assert np.abs(shown[..., 0].astype(int) - by_command_line(grey_photo)[..., 0]).max() <= 1
    red = np.frombuffer((tmp_path / "Scratch mask").read_bytes(), np.uint8).reshape(SIDE, SIDE, 4)
    assert (red[red[..., 3] > 0][:, :3] == (0, 0, 255)).all()
    assert (red[..., 3] > 0).any()


@pytest.mark.newer_krita
@pytest.mark.parametrize(
    ("model", "depth", "profile"),
    [("GRAYA", "U16", GREY), ("RGBA", "U16", SRGB), ("RGBA", "U8", "ClayRGB-elle-V2-g22.icc")],
)
def test_layers_are_in_the_space_of_their_source(krita, small_photo, model, depth, profile):
    told = krita.run("spaces.restored_tree", photo=str(small_photo), model=model, depth=depth, profile=profile)
    assert told["outcome"] == "done"
    assert told["space"] == [model, depth, profile]
    source, group = told["tree"]
    assert source["space"] == [model, depth, profile]
    assert {tuple(layer["space"]) for layer in group["children"] if layer["name"] != "Scratch mask"} == {
        (model, depth, profile)
    }


@pytest.mark.parametrize(
    ("model", "depth", "profile"),
    [
        ("RGBA", "U16", "sRGB-elle-V2-g10.icc"),  # Krita's own default for more than 8 bits: linear
        ("RGBA", "F16", "sRGB-elle-V2-g10.icc"),
        ("RGBA", "F32", "scRGB (linear)"),
        ("LABA", "U16", "Lab identity built-in"),
        ("GRAYA", "U16", "Gray-D50-elle-V2-g10.icc"),
    ],
)
def test_what_the_server_does_not_know_is_converted_there_and_back(
    krita, photo, grey_photo, by_command_line, tmp_path, model, depth, profile
):
    source = grey_photo if model == "GRAYA" else photo
    arguments = {"model": model, "depth": depth, "profile": profile}
    told = krita.run("spaces.converted", photo=str(source), folder=str(tmp_path), **arguments)
    assert told["outcome"] == "done"
    assert same(tmp_path)
    assert len(told["names"]) == 2
    # One stage, whose network starts from pixels that differ from the file's in the last bits.
    expected = by_command_line(source, "--stages", "quality").astype(int)
    difference = np.abs(seen(tmp_path) - np.broadcast_to(expected, (SIDE, SIDE, 3)))
    assert np.percentile(difference, 99) <= 2
    assert difference.mean() < 0.6
