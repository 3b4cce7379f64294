"""``models`` and ``--version``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from restoration.weights.official import CHECKPOINTS
from restoration.weights.registry import BUNDLED, is_there

Run = Any


def lines_of(run: Run, *arguments: object) -> dict[str, str]:
    """The lines of the table by the file that they are about."""
    result = run("models", *arguments)
    assert result.exit_code == 0
    return {words[0]: line for line in result.stdout.splitlines() if (words := line.split())}


def test_bundled_weights(run: Run) -> None:
    lines = lines_of(run)
    for file in BUNDLED:
        line = lines[f"{file.name}.safetensors"]
        assert file.licence in line
        assert file.source in line
        assert ("sha256 ok" if is_there(file) else "missing") in line


def test_the_landmarks_of_dlib(run: Run) -> None:
    line = lines_of(run)["shape_predictor_5_face_landmarks.dat"]
    assert "sha256 ok" in line
    assert "CC0" in line
    assert "9.2 MB" in line
    assert "not for commercial use" in lines_of(run)["shape_predictor_68_face_landmarks.dat"]
    assert "sha256 ok" in lines_of(run)["mmod_human_face_detector.dat"]


def test_the_official_folder(run: Run, tmp_path: Path) -> None:
    there, *others = CHECKPOINTS.values()
    assert all("not fetched" in lines_of(run)[file.path] for file in (there, *others))
    path = tmp_path / there.path
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(1_500_000))
    lines = lines_of(run, "--models", tmp_path)
    assert "1.5 MB" in lines[there.path]
    assert all("not fetched" in lines[file.path] for file in others)
    assert f"{tmp_path} (found)" in run("models", "--models", tmp_path).stdout
    assert "(not found)" in run("models").stdout


def test_version(run: Run) -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("restore-old-photo ")
