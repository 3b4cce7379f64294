"""A stage of another package, the very one that the documentation shows, through a real server and the command line."""

from __future__ import annotations

import subprocess

import cv2
import numpy as np
import pytest
from peer import NOTHING
from running_server import RunningServer
from stage_packages import listing, python_with

from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo
from restoration.settings import Settings
from server.client import Pixels, RestorationClient
from server.connection import CONNECTION_VARIABLE
from server.events import Done, LayerMade, Note, Progress
from server.protocol import Picture, ProtocolError

OFF = {**NOTHING, "inpainting": {"enabled": False}, "device": "cpu"}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A Python in which the stage of the documentation, and one that cannot be imported, are installed."""
    return python_with(tmp_path_factory.mktemp("python"), levels=listing(), broken_stage="import no_such_module")


@pytest.fixture(scope="module")
def levels_server(python, tmp_path_factory):
    running = RunningServer(tmp_path_factory.mktemp("levels"), python=str(python), OMP_WAIT_POLICY="passive")
    yield running
    running.stop()


@pytest.fixture
def client(levels_server, monkeypatch):
    monkeypatch.setenv(CONNECTION_VARIABLE, levels_server.environ[CONNECTION_VARIABLE])
    with RestorationClient.connect("test", start=False, transport="zmq") as connected:
        yield connected


@pytest.fixture(scope="module")
def faded():
    """A photo, 90×60, whose tones go from 64 to 159 only."""
    tones = cv2.GaussianBlur(np.random.default_rng(7).random((60, 90)), (0, 0), 3)
    tones = (tones - tones.min()) / np.ptp(tones)
    return np.rint(64 + 95 * tones).astype(np.uint8)[..., None].repeat(3, axis=2)


def sent(pixels):
    height, width, _ = pixels.shape
    return Pixels(Picture("RGB", 8, width, height), pixels.tobytes())


def test_its_layer_comes_with_its_progress_and_what_is_broken_is_told(client, faded):
    events = list(client.events(client.submit(sent(faded), {**OFF, "further": {"levels": {"strength": 0.5}}})))
    (layer,) = [event for event in events if isinstance(event, LayerMade)]
    assert (layer.name, layer.role, layer.opacity, layer.blend_mode) == ("Levels", "further", 0.5, "normal")
    came = np.frombuffer(layer.pixels, np.uint8).reshape(60, 90, 3)
    assert came.min() == 0
    assert came.max() == 255
    assert isinstance(events[-1], Done)
    stages = dict.fromkeys(event.stage for event in events if isinstance(event, Progress))
    assert [stage for stage in stages if stage != "models"] == ["levels"]
    assert any("broken_stage" in event.sentence for event in events if isinstance(event, Note))


def test_a_photo_that_needs_nothing_gets_its_sentence(client):
    whole = np.linspace(0, 255, 60 * 90).astype(np.uint8).reshape(60, 90, 1).repeat(3, axis=2)
    events = list(client.events(client.submit(sent(whole), {**OFF, "further": {"levels": {}}})))
    assert not any(isinstance(event, LayerMade) for event in events)
    assert "The tones fill the whole range already." in [one.sentence for one in events if isinstance(one, Note)]


def test_a_name_that_is_not_there_is_refused(client, faded):
    with pytest.raises(ProtocolError, match="no stage 'lustre'") as caught:
        list(client.events(client.submit(sent(faded), {**OFF, "further": {"lustre": {}}})))
    assert caught.value.code == "settings"


def test_the_server_lists_what_there_is(client):
    listed = {one["name"]: one for one in client.models()["further"]}
    assert listed["levels"] == {
        "name": "levels",
        "title": "Levels",
        "sentence": "Stretches tones to the full range where they do not fill it.",
        "on_by_default": False,
    }
    assert "descreen" in listed


def test_the_command_line_knows_it(python, faded, tmp_path):
    write_photo(tmp_path / "faded.png", Photo(faded))

    def run(*words):
        command = [python, "-I", "-m", "restoration.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)

    listed = run("stages")
    assert "levels      off  Stretches tones" in listed.stdout
    assert "broken_stage" in listed.stderr
    made = run("restore", "faded.png", "-o", "out.png", "--stages", "levels", "--strength", "levels=.5")
    assert made.returncode == 0, made.stderr
    black, white = np.quantile(faded, (0.001, 0.999))
    half = (faded + np.clip((faded - black) / (white - black), 0, 1) * 255) / 2
    assert np.abs(read_photo(tmp_path / "out.png").pixels - half).max() < 2
    refused = run("restore", "faded.png", "-o", "no.png", "--stages", "lustre")
    assert refused.returncode == 2
    assert "levels" in refused.stderr


def test_settings_on_the_wire_are_those_of_the_library():
    settings = Settings.from_dict({"further": {"descreen": {"strength": 0.25}}})
    assert settings.to_dict()["further"] == {"descreen": {"enabled": True, "strength": 0.25}}
