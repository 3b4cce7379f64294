"""``restore FOLDER --server``: several jobs are with a real server, and the files are those of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from running_server import RunningServer

from restoration.weights.registry import BUNDLED, is_there

EXAMPLE = Path(__file__).parents[2] / "examples" / "astronaut_aged.jpg"

pytestmark = pytest.mark.skipif(not all(map(is_there, BUNDLED)), reason="the bundled weights are not there")


def test_a_folder_through_the_server(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scans = tmp_path / "in"
    (scans / "album").mkdir(parents=True)
    with Image.open(EXAMPLE) as picture:
        for number, name in enumerate(("a.png", "album/b.png", "album/c.png")):
            picture.resize((90 + 8 * number, 80)).save(scans / name)
    (scans / "d.png").write_text("no photo")
    options = ("-r", "--stages", "scratches,quality", "--always")
    assert run("restore", scans, "-o", tmp_path / "here", *options).exit_code == 1
    (tmp_path / "server").mkdir()
    server = RunningServer(tmp_path / "server")
    try:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        result = run("restore", scans, "-o", tmp_path / "there", "--engine", "server", *options)
        assert result.exit_code == 1
        assert [line for line in result.stderr.splitlines() if "Error" in line and "d.png" not in line] == []
        for name in ("a.png", "album/b.png", "album/c.png"):
            assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
            assert (tmp_path / "there" / name).read_bytes() != (scans / name).read_bytes()
        again = run("restore", scans, "-o", tmp_path / "there", "--server", *options)
        assert "3 photos are done already." in again.stderr
    finally:
        server.stop()
