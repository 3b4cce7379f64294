"""GIMP with its windows: the dialog, a click on OK, Cancel, undo."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from windows import Hands, photograph

TITLE = "Restore Old Photo"


@pytest.fixture
def hands(screen):
    return Hands(screen.name)


def wait_for(state: Path, text: str, seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not state.exists() or state.read_text() != text:
        assert time.monotonic() < end, state.read_text() if state.exists() else "nothing"
        time.sleep(0.1)


def click_last(hands, window):
    """The last button in the lower right corner: OK of the dialog, Cancel of the progress."""
    left, top, width, height = hands.settled(window)
    hands.click(left + width - 68, top + height - 41)


def test_one_click_on_ok_ends_in_the_group(gimp, photo, tmp_path, hands, screen, entering):
    state, shot = tmp_path / "state", tmp_path / "dialog.png"
    running = gimp.start("calls.with_window", windows=True, photo=str(photo), state=str(state), arguments={})
    try:
        wait_for(state, "calling")
        window = hands.window(TITLE)
        left, top, width, height = hands.settled(window)
        # All of it is on a small screen, and it is not an empty frame.
        assert left >= 0
        assert top >= 0
        assert left + width <= 1280
        assert top + height <= 800
        photograph(screen.name, entering, shot)
        seen = np.asarray(Image.open(shot).convert("L"))[top : top + height, left : left + width]
        assert seen.std() > 10
        click_last(hands, window)
        told = running.answer(120)
    finally:
        running.close()
    assert told["status"] == "GIMP_PDB_SUCCESS"
    group, source = told["tree"]
    assert group["name"] == f"Restored – {source['name']}"
    assert [layer["name"] for layer in group["children"]] == ["Scratch mask", "Scratch repair", "Restored"]


def test_escape_in_the_dialog_is_cancelled(gimp, photo, tmp_path, hands):
    state = tmp_path / "state"
    running = gimp.start("calls.with_window", windows=True, photo=str(photo), state=str(state), arguments={})
    try:
        wait_for(state, "calling")
        hands.press(hands.window(TITLE), "Escape")
        told = running.answer(30)
    finally:
        running.close()
    assert told["status"] == "GIMP_PDB_CANCEL"
    assert len(told["tree"]) == 1


def at_rest(server, seconds=5.0):
    """Whether the server's worker has nothing to do, within a moment."""
    command = [sys.executable, "-I", "-m", "restoration.cli", "status", "--json"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told = json.loads(subprocess.run(command, env=server.environ, capture_output=True, check=True).stdout)
        if [one["state"] for one in told["workers"]] == ["idle"]:
            return True
    return False


def test_cancel_in_mid_work_comes_at_once_and_changes_nothing(gimp, large_photo, tmp_path, hands, shared_server):
    state = tmp_path / "state"
    running = gimp.start("calls.with_window", windows=True, photo=str(large_photo), state=str(state), arguments={})
    try:
        wait_for(state, "calling")
        dialog = hands.window(TITLE)
        click_last(hands, dialog)
        window = hands.window(TITLE, known={dialog})
        left, top, width, height = hands.settled(window)
        time.sleep(3)  # until it computes
        clicked = time.time()
        hands.click(left + width - 68, top + height - 41)
        told = running.answer(30)
    finally:
        running.close()
    assert told["status"] == "GIMP_PDB_CANCEL"
    assert 0 < told["free_at"] - clicked < 0.5  # xdotool's own time is in it
    assert len(told["tree"]) == 1
    assert told["same"]
    assert at_rest(shared_server)  # it does not work for nobody


def test_one_undo_takes_all_away_and_one_redo_brings_it_back(gimp, photo, tmp_path, hands):
    state = tmp_path / "state"
    running = gimp.start("calls.with_window_then_undo", windows=True, photo=str(photo), state=str(state))
    try:
        wait_for(state, "restored")
        window = hands.window("GNU Image Manipulation Program|– GIMP")
        hands.press(window, "ctrl+z")
        wait_for(state, "seen 1")
        hands.press(window, "ctrl+y")
        told = running.answer(60)
    finally:
        running.close()
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert told["seen"] == [2, 1, 2]
