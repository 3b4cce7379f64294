"""``export-onnx``."""

from __future__ import annotations

from typing import Any

import pytest

from restoration.weights.registry import BUNDLED, is_there

pytestmark = pytest.mark.skipif(not all(map(is_there, BUNDLED)), reason="the bundled weights are not there")

Run = Any


def test_it_writes_what_was_asked_for_and_says_how_well_it_agrees(run: Run, tmp_path):
    out = tmp_path / "for a phone"
    result = run("export-onnx", out, "--networks", "faces, scratch_detector", "--int8")
    assert result.exit_code == 0, result.stderr
    names = ["faces.int8.onnx", "scratch_detector.int8.onnx"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert result.stdout.splitlines() == [str(out / name) for name in names]
    assert "2.6 MB" in result.stderr
    again = run("export-onnx", out, "--networks", "faces", "--int8")
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_an_unknown_network_is_named_with_those_that_there_are(run: Run, tmp_path):
    result = run("export-onnx", tmp_path / "out", "--networks", "teeth")
    assert result.exit_code == 2
    assert "'teeth'" in result.stderr
    assert "restorer" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_folders_place(run: Run, tmp_path):
    (tmp_path / "out").touch()
    result = run("export-onnx", tmp_path / "out", "--networks", "faces")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
