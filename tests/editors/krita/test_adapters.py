"""The plug-in's adapters in kritarunner, a newer one's, too: real layers and pixels, without a window."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trixie

OFFSCREEN = Path(__file__).parent / "offscreen"
NEWER = trixie.found()


@pytest.fixture(scope="module", params=["own"] if NEWER is None else ["own", "newer"])
def seen(request: pytest.FixtureRequest, assembled: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the script saw."""
    entering = []
    if NEWER is not None and request.param == "newer":
        entering = NEWER.entering(tmp_path_factory.getbasetemp(), OFFSCREEN)
    folder = tmp_path_factory.mktemp("offscreen")
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    result = folder / "result.json"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON"))}
    environ = {
        **kept,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": f"{assembled / 'pykrita'}:{OFFSCREEN}",
        "RESTORE_OLD_PHOTO_RESULT": str(result),
        "RESTORE_OLD_PHOTO_CONNECTION": str(folder / "place/connection.json"),
    }
    command = [*entering, "kritarunner", "-s", "adapters", "-f", "main"]
    # Its exit status is 0 whatever happens: what it wrote is what counts.
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, cwd=folder)
    assert result.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(result.read_text())
    assert told["failure"] is None, told["failure"]
    return told


#: Spaces whose pixels travel as they are.
AS_THEY_ARE = {"U8 sRGB", "U16 sRGB-elle-V2-srgbtrc", "U8 ClayRGB", "U8 Gray", "U16 Gray-D50-elle-V2-srgbtrc"}


def test_layers_are_in_their_sources_space_with_place_and_looks(seen):
    assert len(seen["spaces"]) == 11
    for name, layer in seen["spaces"].items():
        assert " ".join(layer["space"]) == name
        assert layer["bounds"] == [13, 22, 16, 1]
        assert (layer["blend"], layer["opacity"], layer["visible"]) == ("color", 102, False)


def test_what_travels_as_it_is_is_not_changed(seen):
    same = {name for name, layer in seen["spaces"].items() if layer["far"] == 0}
    assert {name for name in seen["spaces"] if any(one in name for one in AS_THEY_ARE)} <= same
    forms = {name: layer["form"] for name, layer in seen["spaces"].items()}
    assert forms["RGBA U8 ClayRGB-elle-V2-g22.icc"] == ["BGRA", 8]
    assert forms["GRAYA U8 Gray-D50-elle-V2-srgbtrc.icc"] == ["GRAYA", 8]


def test_what_is_converted_comes_back_within_an_8_bit_step(seen):
    for name, layer in seen["spaces"].items():
        assert layer["far"] <= 257, (name, layer["far"])
    assert seen["spaces"]["RGBA F32 scRGB (linear)"]["form"] == ["BGRA", 16]
    assert seen["spaces"]["GRAYA U16 Gray-D50-elle-V2-g10.icc"]["form"] == ["GRAYA", 16]


def test_painted_layers_mean_alpha_or_brightness(seen):
    assert seen["masks"]["transparent"] == [0, 0x80, 255, 255]
    assert seen["masks"]["opaque"] == [0, 255, 0, 255]
    assert "Nothing is painted" in seen["masks"]["empty"]
    assert "Nothing is painted" in seen["masks"]["black"]
