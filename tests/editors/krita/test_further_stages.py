"""A stage of another package, on by default, in a real Krita: no dialog knows it, and its layer comes all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from running_server import RunningServer
from stage_packages import DARKER, python_with

from server.connection import CONNECTION_VARIABLE
from server.launcher import PYTHON_VARIABLE

BY_DEFAULT = DARKER.replace("make=darker", "make=darker, on_by_default=True")


@pytest.fixture
def dark_server(tmp_path: Path):
    """A server in whose Python that stage is installed."""
    folder = tmp_path / "server"
    folder.mkdir()
    python = str(python_with(tmp_path / "python", my_darker=BY_DEFAULT))
    running = RunningServer(folder, python=python, OMP_WAIT_POLICY="passive")
    yield running
    running.stop()


@pytest.mark.any_way
def test_its_layer_lies_above_the_others_and_makes_way_with_them(dark_server, make_krita, photo, tmp_path):
    place = {CONNECTION_VARIABLE: dark_server.environ[CONNECTION_VARIABLE], PYTHON_VARIABLE: sys.executable}
    told = make_krita(**place).run("restoring.edited_mask", photo=str(photo), folder=str(tmp_path))
    assert told["first"]["outcome"] == told["second"]["outcome"] == "done"
    # The first result, in which it lay, was replaced: it is taken for one of ours, not for a layer of the user's.
    assert len(told["undo"][0]) == 2
    assert told["layers"] == ["Restored", "Scratch repair", "Darker", "Scratch mask"]
