"""The desk with a real server: runs, cancels, and a server that dies on the way."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

from server.client import Pixels
from server.connection import CONNECTION_VARIABLE, read_connection
from server.editors.choices import Choices
from server.editors.desk import Desk, Request
from server.editors.diagnostics import diagnostics
from server.editors.logs import log_to_file
from server.editors.state import ServerState
from server.events import Accepted, Done, JobCancelled, LayerMade, Note, Progress
from server.protocol import Picture, ProtocolError


@pytest.fixture
def noise():
    """Makes a photo that nobody has seen."""

    def make(side: int = 96) -> Pixels:
        pixels = np.random.default_rng().integers(0, 256, (side, side, 4)).astype(np.uint8)
        pixels[..., 3] = 255
        return Pixels(Picture("BGRA", 8, side, side), pixels.tobytes())

    return make


@pytest.fixture
def desk(kind):
    one = Desk("a test", kind)
    yield one
    one.close()


def test_none_is_started_by_looking(place, desk):
    assert desk.look().kind == "absent"
    assert desk.forecast(Picture("RGB", 8, 10, 10), {}) is None
    assert desk.status() == {}
    desk.stop_server()
    assert not place.exists()


def test_a_run_starts_the_server_and_tells_all(place, desk, noise):
    told = []
    settings = Choices().settings(masked=False)
    settings["quality"]["always"] = True
    desk.restore(Request(noise(), settings), told.append)
    kinds = [type(one) for one in told]
    assert kinds[0] is Accepted
    assert kinds[-1] is Done
    assert {Progress, LayerMade} <= set(kinds)
    assert desk.look().kind in ("ready", "busy")
    assert desk.forecast(Picture("RGB", 8, 1000, 1000), settings).needed_bytes > 10**8
    desk.stop_server()
    assert desk.look().kind == "absent"


def test_a_request_that_was_cancelled_before_it_began_does_not_begin(place, desk, noise):
    request = Request(noise(), {})
    desk.cancel(request)
    with pytest.raises(JobCancelled):
        desk.restore(request, lambda event: None)
    assert not place.exists()


def test_cancel_works_from_another_thread(place, desk, noise):
    request = Request(noise(1500), Choices(always=True).settings(masked=False))
    computing = threading.Event()

    def tell(event):
        if isinstance(event, Progress) and event.stage != "models":
            computing.set()

    def cancel():
        assert computing.wait(60)
        cancel.at = time.monotonic()
        desk.cancel(request)

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(JobCancelled):
        desk.restore(request, tell)
    thread.join()
    assert time.monotonic() - cancel.at < 0.5


def test_a_server_that_is_lost_is_started_again_once(place, desk, noise):
    told, killed = [], []

    def tell(event):
        told.append(event)
        if isinstance(event, Progress) and event.stage != "models" and not killed:
            killed.append(read_connection(place).pid)
            os.kill(killed[0], signal.SIGKILL)

    desk.restore(Request(noise(400), Choices(always=True).settings(masked=False)), tell)
    assert sum(isinstance(one, Accepted) for one in told) == 2
    assert any(isinstance(one, Note) and "started again" in one.sentence for one in told)
    assert isinstance(told[-1], Done)
    assert read_connection(place).pid != killed[0]


def test_what_the_server_refuses_is_an_error_of_its_own_words(place, desk, noise):
    with pytest.raises(ProtocolError) as refused:
        desk.restore(Request(noise(), {"preset": "huge"}), lambda event: None)
    assert "huge" in refused.value.cause


def test_diagnostics_tell_what_helps_and_not_who_one_is(place, desk, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(place.parent.parent))
    desk.start()
    text = diagnostics({"Editor": "Test 1"}, ServerState("ready", version="0.1"), desk.status())
    assert text.startswith("Editor: Test 1\n")
    assert "server.log, its end" in text
    assert str(place.parent.parent) not in text
    assert os.environ[CONNECTION_VARIABLE] == str(place)


def test_the_plug_in_has_a_log_of_its_own(place):
    import logging

    path = log_to_file("Test")
    assert path.parent == place.parent / "logs"
    logging.getLogger("server.editors").warning("this is said")
    try:
        assert "this is said" in path.read_text()
        assert path.stat().st_mode & 0o777 in (0o600, 0o644)
    finally:
        logger = logging.getLogger("server")
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
