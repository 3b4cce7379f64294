"""The client against the real server, by both ways; every test runs over ZeroMQ and over the bridge."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import psutil
import pytest
from peer import NOTHING
from running_server import assert_nothing_left, processes_of

from server.client import Pixels, RestorationClient
from server.connection import CONNECTION_VARIABLE
from server.events import Accepted, Done, Forecast, JobCancelled, LayerMade, Note, Progress
from server.launcher import PYTHON_VARIABLE
from server.protocol import Picture, ProtocolError, hash_of

QUALITY = {**NOTHING, "quality": {"enabled": True, "always": True}, "device": "cpu"}


@pytest.fixture
def client(server, kind, monkeypatch):
    """Connected to the shared server."""
    monkeypatch.setenv(CONNECTION_VARIABLE, server.environ[CONNECTION_VARIABLE])
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    with RestorationClient.connect("test", start=False, transport=kind) as connected:
        yield connected


def random_pixels(width=24, height=16, layout="RGB", depth=8):
    picture = Picture(layout, depth, width, height)
    return Pixels(picture, os.urandom(picture.bytes))


def photo(width, height):
    """Something that looks like a scan: a soft ramp with noise."""
    rng = np.random.default_rng(5)
    ramp = np.linspace(60, 190, width)[None, :, None] + rng.normal(0, 12, (height, width, 3))
    return Pixels(Picture("RGB", 8, width, height), ramp.clip(0, 255).astype(np.uint8).tobytes())


def layers_of(events):
    return [event for event in events if isinstance(event, LayerMade)]


def refusal_of(call, *arguments, **more):
    with pytest.raises(ProtocolError) as caught:
        result = call(*arguments, **more)
        if hasattr(result, "__next__"):
            list(result)
    assert caught.value.cause
    return caught.value


def code_of(call, *arguments, **more):
    return refusal_of(call, *arguments, **more).code


# Jobs


@pytest.mark.parametrize(
    ("width", "height", "layout", "depth"),
    [(24, 16, "RGB", 8), (1, 1, "GRAY", 8), (1024, 1024, "GRAY", 8), (701, 503, "BGRA", 16)],
)
def test_a_photo_under_no_layers_comes_back_byte_for_byte(client, width, height, layout, depth):
    """Less than a chunk, a byte, exactly one chunk, several and a rest."""
    sent = random_pixels(width, height, layout, depth)
    events = list(client.events(client.submit(sent, NOTHING, flattened=True)))
    (layer,) = layers_of(events)
    assert (layer.role, layer.picture, layer.x, layer.y) == ("flattened", sent.picture, 0, 0)
    assert layer.pixels == sent.buffer
    assert isinstance(layer.pixels, bytearray)
    assert isinstance(events[0], Accepted)
    assert isinstance(events[-1], Done)
    assert events[-1].seconds >= 0


def test_a_restoration_tells_its_progress_and_ends_with_the_order_of_its_layers(client):
    sent = photo(160, 120)
    mask = np.zeros((120, 160), np.uint8)
    mask[40:44, 20:140] = 255
    job = client.submit(
        sent, {"faces": {"enabled": False}}, mask=Pixels(Picture("GRAY", 8, 160, 120), mask), flattened=True
    )
    events = list(client.events(job))
    layers = {layer.role: layer for layer in layers_of(events)}
    assert {"scratch_mask", "scratch_repair", "flattened"} <= set(layers)
    repair = layers["scratch_repair"]
    assert repair.name == "Scratch repair"
    assert (repair.blend_mode, repair.opacity, repair.visible) == ("normal", 1.0, True)
    assert not layers["scratch_mask"].visible
    assert len(repair.pixels) == repair.picture.bytes
    assert events[-1].order[0] != repair.number or len(events[-1].order) == 1
    assert set(events[-1].order) == {layer.number for layer in layers.values() if layer.role != "flattened"}
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress
    assert all(0 <= event.fraction <= 1 for event in progress)


def test_several_jobs_at_once_are_kept_apart_and_told_in_any_order(client):
    photos = [random_pixels(300, 200 + number) for number in range(5)]
    jobs = [client.submit(one, NOTHING, flattened=True) for one in photos]
    for number in (3, 0, 4, 2, 1):
        (layer,) = layers_of(client.events(jobs[number]))
        assert layer.pixels == photos[number].buffer


def test_whoever_leaves_off_can_go_on_later(client):
    sent = random_pixels()
    job = client.submit(sent, NOTHING, flattened=True, job="a name")
    assert job == "a name"
    first = next(iter(client.events(job)))
    rest = list(client.events(job))
    assert isinstance(first, Accepted)
    assert not any(isinstance(event, Accepted) for event in rest)
    assert isinstance(rest[-1], Done)
    assert code_of(client.events, job) == "unknown-job"


def test_a_setting_that_the_server_does_not_know_is_noted(client):
    events = list(client.events(client.submit(random_pixels(), {**NOTHING, "future": 1})))
    (note,) = [event for event in events if isinstance(event, Note)]
    assert "future" in note.sentence


def test_what_the_server_refuses_is_raised_with_its_code_and_the_client_works_on(client):
    for settings, code in (({"preset": "nonsense"}, "settings"), ({"quality": {"strength": 7}}, "settings")):
        with pytest.raises(ProtocolError) as caught:
            list(client.events(client.submit(random_pixels(), settings)))
        assert caught.value.code == code
        assert caught.value.remedy
    wrong = Pixels(Picture("RGB", 8, 2, 2), bytes(12), hash="0" * 64)
    assert code_of(client.events, client.submit(wrong, NOTHING, flattened=True)) == "hash"
    assert client.status()["clients"] >= 1


def test_what_the_server_would_refuse_is_refused_before_it_is_sent(client):
    sent = random_pixels()
    assert code_of(client.submit, sent, {"quality": {"strength": float("nan")}}) == "settings"
    assert code_of(client.submit, sent, {"device": "tpu"}) == "settings"
    assert code_of(client.submit, sent, {}, mask=random_pixels(24, 17, "GRAY")) == "mask"
    assert code_of(client.submit, sent, {}, mask=sent) == "mask"
    assert code_of(client.submit, sent, {}, area=random_pixels(23, 16, "GRAY")) == "area"
    assert code_of(client.submit, sent, {}, area=sent) == "area"
    assert code_of(client.submit, sent, {}, hints=random_pixels(24, 17, "RGBA")) == "hints"
    assert code_of(client.submit, sent, {}, hints=sent) == "hints"
    assert code_of(client.submit, sent, {}, icc=bytes((3 << 20) + 1)) == "picture"
    assert code_of(client.submit, sent, {}, job="x" * 65) == "bad-message"
    job = client.submit(sent, NOTHING)
    assert code_of(client.submit, sent, NOTHING, job=job) == "duplicate-job"
    assert isinstance(list(client.events(job))[-1], Done)


def test_questions_are_answered_also_while_a_job_runs(client):
    job = client.submit(random_pixels(), NOTHING, flattened=True)
    status = client.status()
    assert status["pid"] == client.welcome["pid"]
    assert not {"v", "type", "request"} & set(status)
    presets = {preset["name"]: preset for preset in client.models()["presets"]}
    assert presets["compact"]["available"] is True
    assert isinstance(list(client.events(job))[-1], Done)


def test_a_forecast_is_answered_without_a_job(client):
    assert isinstance(list(client.events(client.submit(photo(200, 150), QUALITY)))[-1], Done)
    forecast = client.forecast(Picture("BGRA", 16, 2000, 1000), QUALITY)
    assert isinstance(forecast, Forecast)
    assert forecast.device == "cpu"
    assert forecast.needed_bytes > 2000 * 1000 * 8
    assert forecast.fits == (forecast.needed_bytes <= forecast.free_bytes)
    assert forecast.seconds > 0
    assert client.forecast(Picture("BGRA", 16, 2000, 1000), NOTHING).seconds == 0


def test_a_forecast_of_what_cannot_be_is_refused(client):
    picture = Picture("RGB", 8, 20, 10)
    assert code_of(client.forecast, picture, {"quality": {"strength": float("nan")}}) == "settings"
    assert code_of(client.forecast, picture, {"device": "tpu"}) == "settings"
    assert client.forecast(picture, {}).free_bytes > 0


def test_only_what_is_selected_is_worked_on(client):
    """A feathered disc, a damage inside, a damage outside."""
    sent = photo(160, 120)
    mask = np.zeros((120, 160), np.uint8)
    mask[58:62, 70:90] = mask[5:9, 5:40] = 255
    y, x = np.mgrid[:120, :160]
    disc = (np.clip(1.5 - np.hypot(x - 80, y - 60) / 30, 0, 1) * 255).astype(np.uint8)
    covers = {name: Pixels(Picture("GRAY", 8, 160, 120), one) for name, one in (("mask", mask), ("area", disc))}
    settings = {"faces": {"enabled": False}, "quality": {"always": True}}
    events = list(client.events(client.submit(sent, settings, **covers, flattened=True)))
    layers = {layer.role: layer for layer in layers_of(events)}
    assert set(layers) == {"scratch_mask", "restored", "scratch_repair", "flattened"}
    rows, columns = np.nonzero(disc.any(axis=1))[0], np.nonzero(disc.any(axis=0))[0]
    box = (columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)

    def array(layer):
        return np.frombuffer(layer.pixels, np.uint8).reshape(layer.picture.height, layer.picture.width, -1)

    restored = layers["restored"]
    assert (restored.x, restored.y, restored.picture.width, restored.picture.height) == box
    assert restored.picture.layout == "RGBA"
    inside = disc[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    assert np.array_equal(array(restored)[..., 3], inside)
    found = layers["scratch_mask"]
    shown = np.zeros((120, 160), np.uint8)
    shown[found.y : found.y + found.picture.height, found.x : found.x + found.picture.width] = array(found)[..., 3]
    assert np.array_equal(shown, np.where(disc > 0, mask, 0))
    # What lies over the photo by hand is what was sent as flattened.
    flat, below = array(layers["flattened"]), np.frombuffer(sent.buffer, np.uint8).reshape(120, 160, 3)
    by_hand = below.astype(float)
    for layer in (restored, layers["scratch_repair"]):
        under = by_hand[layer.y :, layer.x :][: layer.picture.height, : layer.picture.width]
        colours, alpha = array(layer)[..., :3].astype(float), array(layer)[..., 3:] / 255
        under += (colours - under) * alpha
    # Rounded once; the two ways to sum may differ in the last bit of a half.
    assert np.abs(flat - by_hand).max() <= 0.5 + 1e-9
    assert np.array_equal(flat[disc == 0], below[disc == 0])
    assert not np.array_equal(flat[disc == 255], below[disc == 255])


@pytest.mark.parametrize("layout", ["RGBA", "BGRA"])
@pytest.mark.parametrize("photo_layout", ["GRAY", "BGRA"])
def test_a_stroke_gives_its_place_its_colour_in_either_order_of_channels(client, photo_layout, layout):
    sent = photo(160, 120) if photo_layout != "GRAY" else random_pixels(160, 120, "GRAY")
    if photo_layout == "BGRA":
        grey = np.frombuffer(sent.buffer, np.uint8).reshape(-1, 3)[:, :1]
        opaque = np.full_like(grey, 255)
        sent = Pixels(Picture("BGRA", 8, 160, 120), np.hstack([grey, grey, grey, opaque]).tobytes())
    strokes = np.zeros((120, 160, 4), np.uint8)
    strokes[40:80, 60:100] = (30, 60, 200, 255) if layout == "RGBA" else (200, 60, 30, 255)
    hints = Pixels(Picture(layout, 8, 160, 120), strokes.tobytes())
    settings = {**NOTHING, "colour": {"enabled": True}}
    (colour,) = layers_of(client.events(client.submit(sent, settings, hints=hints)))
    assert (colour.role, colour.blend_mode, colour.group) == ("colour", "color", "")
    assert colour.picture.layout == ("RGB" if photo_layout == "GRAY" else "BGRA")
    came = np.frombuffer(colour.pixels, np.uint8).reshape(120, 160, -1)[50:70, 70:90].astype(int)
    red, blue = (came[..., 0], came[..., 2]) if photo_layout == "GRAY" else (came[..., 2], came[..., 0])
    assert (blue - red).mean() > 40


def test_candidates_of_a_hole_come_in_a_group(client):
    mask = np.zeros((120, 160), np.uint8)
    mask[30:80, 50:110] = 255
    settings = {**NOTHING, "scratches": {}, "inpainting": {"candidates": 3}}
    covers = {"mask": Pixels(Picture("GRAY", 8, 160, 120), mask)}
    events = list(client.events(client.submit(photo(160, 120), settings, **covers)))
    layers = {layer.number: layer for layer in layers_of(events)}
    order = [layers[number] for number in events[-1].order]
    assert [(layer.name, layer.group, layer.visible) for layer in order] == [
        ("Candidate 1", "Candidates", True),
        ("Candidate 2", "Candidates", False),
        ("Candidate 3", "Candidates", False),
        ("Scratch mask", "", False),
    ]


def test_a_selection_of_nothing_is_said(client):
    sent = random_pixels()
    nothing = Pixels(Picture("GRAY", 8, 24, 16), bytes(24 * 16))
    for settings in ({}, NOTHING):
        error = refusal_of(client.events, client.submit(sent, settings, area=nothing))
        assert error.code == "settings"
        assert "selected" in error.cause
        assert error.remedy
    corner = Pixels(Picture("GRAY", 8, 24, 16), b"\xff" + bytes(24 * 16 - 1))
    elsewhere = {"region": {"x": 5, "y": 5, "width": 9, "height": 9}}
    assert code_of(client.events, client.submit(sent, elsewhere, area=corner)) == "settings"


def test_another_thread_cancels_a_job_that_computes(client):
    job = client.submit(photo(2000, 1500), QUALITY)
    seen = threading.Event()
    outcome = []

    def work():
        try:
            for event in client.events(job):
                if isinstance(event, Progress):
                    seen.set()
        except JobCancelled as cancelled:
            outcome.append((time.monotonic(), cancelled.job))

    thread = threading.Thread(target=work)
    thread.start()
    assert seen.wait(60)
    at = time.monotonic()
    client.cancel(job)
    assert time.monotonic() - at < 0.05
    thread.join(20)
    assert outcome[0][1] == job
    assert outcome[0][0] - at < 1.0
    client.cancel(job)  # it has ended: nothing happens
    client.cancel("never was")
    assert isinstance(list(client.events(client.submit(random_pixels(), NOTHING)))[-1], Done)


def test_who_is_away_for_a_while_misses_nothing(client):
    """The server's results wait, in more bytes than the client keeps, for longer than a silent server may be silent."""
    sent = random_pixels(4000, 3000, "RGBA", 16)
    assert isinstance(list(client.events(client.submit(sent, NOTHING, flattened=True)))[-1], Done)
    told = client.events(client.submit(sent, NOTHING, flattened=True))  # known by now: it needs nothing more from us
    assert isinstance(next(told), Accepted)
    time.sleep(7)
    rest = list(told)
    assert isinstance(rest[-1], Done)
    assert [layer.pixels == sent.buffer for layer in layers_of(rest)] == [True]


# Pixels


def test_pixels_check_their_length_and_remember_their_hash():
    picture = Picture("GRAYA", 16, 5, 3)
    data = bytearray(os.urandom(picture.bytes))
    pixels = Pixels(picture, data)
    assert pixels.hash == hash_of(data)
    data[0] ^= 1
    assert pixels.hash != hash_of(data)
    assert Pixels(picture, data, hash="f" * 64).hash == "f" * 64
    for wrong in (data[:-1], bytes(data) + b"\0", b""):
        assert code_of(Pixels, picture, wrong) == "picture"
    assert code_of(Pixels, picture, np.zeros((3, 20), np.uint16)[:, ::2]) == "picture"
    assert code_of(Pixels, picture, "text") == "picture"
    assert len(Pixels(picture, np.zeros((3, 5, 2), np.uint16)).buffer) == picture.bytes


# Servers that come and go


def connect(kind, **more):
    return RestorationClient.connect("test", transport=kind, **more)


def test_a_server_is_started_when_there_is_none_and_outlives_its_client(place, kind):
    with connect(kind) as client:
        pid = client.welcome["pid"]
        assert client.status()["clients"] == 1
    assert psutil.pid_exists(pid)
    with connect(kind) as client:
        assert client.welcome["pid"] == pid
        client.shutdown()
    assert_nothing_left(place)
    assert not place.exists()


def test_two_who_connect_at_once_get_one_server(place, kind):
    script = f"""
        import sys
        from server.client import RestorationClient
        with RestorationClient.connect("test", transport={kind!r}) as client:
            print(client.status()["pid"], flush=True)
            sys.stdin.readline()
    """
    both = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    pids = [int(one.stdout.readline()) for one in both]
    end = time.monotonic() + 10  # the one that found the lock taken needs a moment to leave
    while len(servers := [one.pid for one in processes_of(place) if one.cmdline()[-1] == "server"]) > 1:
        assert time.monotonic() < end
        time.sleep(0.05)
    for one in both:
        one.communicate(b"\n", timeout=20)
    assert servers == [pids[0]] == [pids[1]]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_server_that_dies_in_a_job_is_noticed_and_another_one_started(place, kind, number):
    """Killed, its connection breaks; stopped, it only falls silent."""
    with connect(kind) as client:
        first = client.welcome["pid"]
        told = client.events(client.submit(random_pixels(), NOTHING))
        assert isinstance(next(told), Accepted)
        os.kill(first, number)
        at = time.monotonic()
        try:
            assert code_of(lambda: told) == "server-lost"
            assert time.monotonic() - at < 3.0
            assert code_of(client.submit, random_pixels(), NOTHING) == "server-lost"
            if number == signal.SIGSTOP:  # it holds the lock, and it is not ours to kill
                error = refusal_of(connect, kind, deadline_s=4.0)
                assert error.code == "no-server"
                assert str(first) in error.remedy
                os.kill(first, signal.SIGKILL)
            with connect(kind) as other:
                assert other.welcome["pid"] != first
                assert isinstance(list(other.events(other.submit(random_pixels(), NOTHING)))[-1], Done)
        finally:
            if psutil.pid_exists(first):
                os.kill(first, signal.SIGKILL)


def test_a_server_that_dies_between_jobs_is_said_by_the_next(place, kind):
    with connect(kind) as client:
        os.kill(client.welcome["pid"], signal.SIGKILL)
        time.sleep(1.5)
        assert code_of(client.submit, random_pixels(), NOTHING) == "server-lost"
        assert code_of(client.status) == "server-lost"


def test_a_client_that_was_itself_stopped_takes_no_server_for_dead(place, kind):
    script = f"""
        from server.client import RestorationClient
        with RestorationClient.connect("test", transport={kind!r}) as client:
            print(client.welcome["pid"], flush=True)
            client.models()  # takes as long as the worker takes to start
            print(client.status()["clients"], flush=True)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE)
    assert int(process.stdout.readline())
    process.send_signal(signal.SIGSTOP)
    time.sleep(3.5)
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert int(out) >= 1


def test_a_client_that_never_closes_lets_its_program_end(place, kind):
    script = f"""
        from server.client import RestorationClient
        client = RestorationClient.connect("test", transport={kind!r})
        job = client.submit
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=30)
    end = time.monotonic() + 5
    while [one for one in processes_of(place) if one.cmdline()[-1] not in ("server", "server.worker")]:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_connecting_and_closing_leaves_nothing_open(server, kind, monkeypatch):
    monkeypatch.setenv(CONNECTION_VARIABLE, server.environ[CONNECTION_VARIABLE])
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    process = psutil.Process()

    def count():
        connect(kind).close()
        bridges = [one for one in process.children() if "server.bridge" in one.cmdline()]
        return process.num_fds(), threading.active_count(), len(bridges)

    before = count()
    assert [count() for _ in range(5)] == [before] * 5
    assert before[2] == 0
