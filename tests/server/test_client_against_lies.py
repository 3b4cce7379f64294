"""The client against servers that keep to the protocol in unusual ways, or not at all; both ways to them."""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time

import psutil
import pytest
from scripted_server import ScriptedServer

from server.client import Pixels, RestorationClient
from server.connection import CONNECTION_VARIABLE
from server.events import Accepted, Done, Forecast, JobCancelled, LayerMade, Note, Progress
from server.launcher import PYTHON_VARIABLE
from server.protocol import CHUNK_BYTES, PROTOCOL, Picture, ProtocolError

SMALL = Pixels(Picture("RGB", 8, 2, 2), bytes(12))
LAYER = {
    **{"layer": 0, "name": "Restored", "role": "restored", "layout": "RGB", "depth": 8, "width": 2, "height": 1},
    **{"x": -1, "y": 3, "blend_mode": "normal", "opacity": 0.5, "visible": True, "note": "A note."},
    "group": "Candidates",
}
DONE = {"type": "done", "layers": [], "order": [], "seconds": 1.5}


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv(CONNECTION_VARIABLE, str(tmp_path / "folder" / "connection.json"))
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    return tmp_path / "folder" / "connection.json"


def connect(kind):
    return RestorationClient.connect("test", start=False, transport=kind)


def answering(*messages):
    """A script that answers ``submit`` with these: fields of a header, or fields and a payload, or a raw header."""

    def script(header, _, answer):
        if header["type"] == "submit":
            for one in messages:
                fields, payload = one if isinstance(one, tuple) else (one, None)
                raw = fields if isinstance(fields, bytes) else message(**{"job": header["job"], **fields})
                answer(raw, *([] if payload is None else [payload]))

    return script


def message(**fields):
    """A header whose type stands among its fields."""
    return {"v": PROTOCOL, **fields}


def pixels(payload, offset=0, layer=0):
    return {"type": "pixels", "layer": layer, "offset": offset}, payload


def outcome(path, kind, *messages, photo=SMALL):
    """Events of a job that is answered so, and what it raised; and types of the messages that the server got."""
    events = []
    with ScriptedServer(path, answering(*messages)) as server, connect(kind) as client:
        try:
            for event in client.events(client.submit(photo, {})):
                events.append(event)
        except (ProtocolError, JobCancelled) as error:
            time.sleep(0.2)  # what the client sends then
            return events, error, server.types()
        return events, None, server.types()


def test_every_event_carries_what_was_sent(path, kind):
    events, error, _ = outcome(
        path,
        kind,
        {"type": "accepted", "position": 2, "needed_bytes": None, "free_bytes": 5, "future": [1]},
        {"type": "of the future", "stage": 5},
        {"type": "progress", "stage": "quality", "fraction": 1, "seconds_left": None},
        {"type": "note", "stage": "", "sentence": "Nothing was found."},
        {"type": "layer", **LAYER},
        pixels(b"abcdef"),
        {**DONE, "order": [0]},
    )
    assert error is None
    assert events[:3] == [Accepted(2, None, 5), Progress("quality", 1.0, None), Note("", "Nothing was found.")]
    layer = events[3]
    assert isinstance(layer, LayerMade)
    assert (layer.number, layer.name, layer.role, layer.picture) == (0, "Restored", "restored", Picture("RGB", 8, 2, 1))
    assert (layer.x, layer.y, layer.blend_mode, layer.opacity, layer.visible) == (-1, 3, "normal", 0.5, True)
    assert (layer.note, layer.group, layer.pixels) == ("A note.", "Candidates", b"abcdef")
    assert events[4:] == [Done((0,), 1.5)]


def test_layers_may_come_between_each_other(path, kind):
    first, second = os.urandom(1024 * 1027), os.urandom(2 * CHUNK_BYTES)
    events, error, _ = outcome(
        path,
        kind,
        {"type": "layer", **LAYER, "layout": "GRAY", "width": 1024, "height": 1027},
        {"type": "layer", **LAYER, "layer": 7, "layout": "GRAY", "width": 2048, "height": 1024},
        pixels(first[:CHUNK_BYTES]),
        pixels(second[:CHUNK_BYTES], layer=7),
        pixels(second[CHUNK_BYTES:], CHUNK_BYTES, layer=7),
        pixels(first[CHUNK_BYTES:], CHUNK_BYTES),
        {**DONE, "order": [7, 0]},
    )
    assert error is None
    assert {event.number: bytes(event.pixels) for event in events[:-1]} == {0: first, 7: second}
    assert events[-1].order == (7, 0)


LIES = {
    "too large a side": ([{"type": "layer", **LAYER, "width": 100_001}], "picture"),
    "too many pixels": ([{"type": "layer", **LAYER, "width": 100_000, "height": 100_000}], "picture"),
    "a negative side": ([{"type": "layer", **LAYER, "width": -2}], "picture"),
    "no layout": ([{"type": "layer", **LAYER, "layout": "XYZ"}], "picture"),
    "a layout that is a list": ([{"type": "layer", **LAYER, "layout": ["RGB"]}], "picture"),
    "no number": ([{"type": "layer", **LAYER, "layer": -1}], "bad-message"),
    "no name": ([{"type": "layer", **LAYER, "name": ""}], "bad-message"),
    "no role": ([{"type": "layer", **LAYER, "role": None}], "bad-message"),
    "no blend mode": ([{"type": "layer", **LAYER, "blend_mode": 3}], "bad-message"),
    "an offset that is none": ([{"type": "layer", **LAYER, "x": 0.5}], "bad-message"),
    "an offset far away": ([{"type": "layer", **LAYER, "y": -(1 << 40)}], "bad-message"),
    "too much opacity": ([{"type": "layer", **LAYER, "opacity": 1.01}], "bad-message"),
    "no opacity": ([{"type": "layer", **LAYER, "opacity": True}], "bad-message"),
    "a group that is a number": ([{"type": "layer", **LAYER, "group": 3}], "bad-message"),
    "a group of many lines": ([{"type": "layer", **LAYER, "group": "a\nb"}], "bad-message"),
    "no visibility": ([{"type": "layer", **LAYER, "visible": 1}], "bad-message"),
    "an endless note": ([{"type": "layer", **LAYER, "note": "x" * 5000}], "bad-message"),
    "a layer twice": ([{"type": "layer", **LAYER}, {"type": "layer", **LAYER}], "bad-message"),
    "pixels of no layer": ([pixels(b"abcdef")], "bad-message"),
    "too many pixels in a chunk": ([{"type": "layer", **LAYER}, pixels(b"abcdefg")], "frame-size"),
    "too few pixels in a chunk": ([{"type": "layer", **LAYER}, pixels(b"abcde")], "frame-size"),
    "pixels that begin later": ([{"type": "layer", **LAYER}, pixels(b"abcdef", 1)], "frame-size"),
    "pixels without any": ([{"type": "layer", **LAYER}, {"type": "pixels", "layer": 0, "offset": 0}], "bad-message"),
    "pixels again": ([{"type": "layer", **LAYER}, pixels(b"abcdef"), pixels(b"abcdef")], "bad-message"),
    "an end before the pixels": ([{"type": "layer", **LAYER}, {**DONE, "order": [0]}], "bad-message"),
    "an order of others": ([{**DONE, "order": [0]}], "bad-message"),
    "an order that names one twice": (
        [{"type": "layer", **LAYER}, pixels(b"abcdef"), {**DONE, "order": [0, 0]}],
        "bad-message",
    ),
    "an order that is none": ([{**DONE, "order": None}], "bad-message"),
    "an order of lists": ([{**DONE, "order": [[0]]}], "bad-message"),
    "no seconds": ([{**DONE, "seconds": None}], "bad-message"),
    "progress beyond the end": ([{"type": "progress", "stage": "a", "fraction": 1.5}], "bad-message"),
    "progress of nothing": ([{"type": "progress", "fraction": 0.5}], "bad-message"),
    "a negative position": ([{"type": "accepted", "position": -1}], "bad-message"),
    "not a number": ([{"type": "progress", "stage": "a", "fraction": float("nan")}], "settings"),
    "no message": ([b"\xc1"], "bad-message"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_is_refused(path, kind, lie):
    """And its job is cancelled, where it can be told which one it was."""
    messages, code = LIES[lie]
    _, error, heard = outcome(path, kind, *messages, DONE)
    assert error is not None
    assert error.code == code
    assert ("cancel" in heard) == (lie not in ("not a number", "no message"))


def test_what_is_announced_and_never_comes_gets_no_memory(path, kind):
    """A thousand layers of 1.6 GB each."""
    large = {"type": "layer", **LAYER, "layout": "RGBA", "depth": 16, "width": 20_000, "height": 10_000}
    before = psutil.Process().memory_info()
    _, error, _ = outcome(path, kind, *({**large, "layer": number} for number in range(1000)), DONE)
    after = psutil.Process().memory_info()
    assert error.code == "bad-message"
    assert after.vms - before.vms < 1 << 30
    assert after.rss - before.rss < 64 << 20


def test_an_error_brings_its_numbers(path, kind):
    _, error, _ = outcome(
        path,
        kind,
        {"type": "accepted", "position": 0},
        {
            **{"type": "error", "code": "memory", "cause": "No room.", "remedy": "Make some."},
            **{"needed_bytes": 9, "free_bytes": 5, "self": 1, "code2": [1]},
        },
    )
    assert (error.code, error.cause, error.remedy) == ("memory", "No room.", "Make some.")
    assert error.details == {"needed_bytes": 9, "free_bytes": 5}


def test_an_error_that_says_nothing_is_one_all_the_same(path, kind):
    _, error, _ = outcome(path, kind, {"type": "error", "code": None, "cause": 5})
    assert error.code == "unexpected"
    assert error.cause


def test_messages_of_jobs_that_are_not_ours_are_nothing(path, kind):
    events, error, _ = outcome(
        path, kind, {"type": "error", "job": "another", "code": "x"}, {"type": "cancelled", "job": 5}, DONE
    )
    assert error is None
    assert events == [Done((), 1.5)]


def test_nothing_is_sent_that_was_not_asked_for(path, kind):
    _, error, heard = outcome(path, kind, DONE)
    assert error is None
    assert heard == {"zmq": ["hello", "submit"], "bridge": ["hello", "hello", "submit"]}[kind]


# Uploads

HUNDRED = Pixels(Picture("RGBA", 8, 5000, 5000), bytes(100_000_000))
HUNDRED.hash  # noqa: B018 # computed once, here


class Upload:
    """Asks for the photo, and counts what comes."""

    def __init__(self, after=None, pause_s=0.0):
        self.offsets = []
        self._after, self._pause_s = after, pause_s

    def __call__(self, header, payload, answer):
        job = header.get("job")
        if header["type"] == "submit":
            answer(message(type="accepted", job=job, position=0))
            answer(message(type="need", job=job, inputs=["photo", "never heard of"]))
        elif header["type"] == "pixels":
            time.sleep(self._pause_s)
            self.offsets.append(header["offset"])
            if self._after is not None:
                self._after(self, header, payload, answer)
        elif header["type"] == "cancel":
            answer(message(type="cancelled", job=job))


def test_a_photo_goes_out_in_order_and_whole(path, kind):
    def after(upload, header, _, answer):
        if sum(1 for _ in upload.offsets) == 96:
            answer(message(job=header["job"], **DONE))

    upload = Upload(after)
    with ScriptedServer(path, upload), connect(kind) as client:
        list(client.events(client.submit(HUNDRED, {})))
    assert upload.offsets == list(range(0, 100_000_000, CHUNK_BYTES))


def test_an_error_in_mid_upload_is_heard_and_ends_it(path, kind):
    def after(_, header, __, answer):
        if header["offset"] == 2 * CHUNK_BYTES:
            answer(message(type="error", job=header["job"], code="timeout", cause="Too slow.", remedy=""))

    upload = Upload(after, pause_s=0.02)
    with ScriptedServer(path, upload), connect(kind) as client:
        with pytest.raises(ProtocolError, match="Too slow"):
            list(client.events(client.submit(HUNDRED, {})))
        time.sleep(2.5)  # the rest would need 1.9 s
        assert len(upload.offsets) < 60


def test_a_cancel_overtakes_the_photo_from_any_thread(path, kind):
    upload = Upload()
    with ScriptedServer(path, upload) as server, connect(kind) as client:
        job = client.submit(HUNDRED, {})
        raised = []

        def work():
            try:
                list(client.events(job))
            except JobCancelled:
                raised.append(time.monotonic())

        thread = threading.Thread(target=work)
        thread.start()
        server.wait_for("pixels")
        at = time.monotonic()
        client.cancel(job)
        arrived = server.wait_for("cancel")
        thread.join(5)
        assert len(upload.offsets) < 96
        assert (
            arrived - at < 0.5
        )  # 0.02 to 0.04 s on two cores; the rest is for machines that do something else besides
        assert raised[0] - at < 0.6


def test_a_cancel_of_one_job_overtakes_the_photo_of_another(path, kind):
    upload = Upload(pause_s=0.01)

    def script(header, payload, answer):
        if header.get("job") == "other":
            if header["type"] == "cancel":
                answer(message(type="cancelled", job="other"))
        else:
            upload(header, payload, answer)

    with ScriptedServer(path, script) as server, connect(kind) as client:
        other, job = client.submit(SMALL, {}, job="other"), client.submit(HUNDRED, {})
        assert isinstance(next(client.events(job)), Accepted)
        with pytest.raises(JobCancelled):
            threading.Timer(0.1, client.cancel, [other]).start()
            list(client.events(other))
        server.wait_for("cancel")
        assert len(upload.offsets) < 60


def test_a_cancel_stops_the_upload_before_it_is_answered(path, kind, monkeypatch):
    monkeypatch.setattr("server.client._ANSWER_S", 2.8)  # the whole photo needs 1.9 s

    def script(header, payload, answer):
        if header["type"] != "cancel":
            upload(header, payload, answer)

    upload = Upload(pause_s=0.02)
    with ScriptedServer(path, script) as server, connect(kind) as client:
        job = client.submit(HUNDRED, {})
        threading.Timer(0.3, client.cancel, [job]).start()
        with pytest.raises(ProtocolError, match="does not answer"):
            client.status()  # while it waits for an answer that never comes, it hears ``need``
        assert server.types().count("cancel") == 1
        assert len(upload.offsets) < 60


def test_a_second_need_begins_again(path, kind):
    """A worker has died, and the next one knows nothing of what had come."""

    def after(upload, header, _, answer):
        if len(upload.offsets) == 5:
            answer(message(type="need", job=header["job"], inputs=["photo"]))
        if len(upload.offsets) > 96 and header["offset"] == 95 * CHUNK_BYTES:
            answer(message(job=header["job"], **DONE))

    upload = Upload(after, pause_s=0.005)
    with ScriptedServer(path, upload), connect(kind) as client:
        assert isinstance(list(client.events(client.submit(HUNDRED, {})))[-1], Done)
    again = len(upload.offsets) - 1 - upload.offsets[::-1].index(0)
    assert 5 <= again < 80
    assert upload.offsets[again:] == list(range(0, 100_000_000, CHUNK_BYTES))
    assert upload.offsets[:again] == [number * CHUNK_BYTES for number in range(again)]


# Silence


def test_a_server_that_falls_silent_is_lost_whatever_stands(path, kind):
    def script(header, _, answer):
        if header["type"] == "cancel":
            answer(message(type="cancelled", job=header["job"]))

    with ScriptedServer(path, script) as server, connect(kind) as client:
        job = client.submit(SMALL, {})
        told = client.events(job)
        server.wait_for("submit")
        server.beats = False
        at = time.monotonic()
        threading.Timer(6, client.cancel, [job]).start()  # so that it fails and does not hang
        with pytest.raises(ProtocolError) as caught:
            next(told)
        assert caught.value.code == "server-lost"
        assert 2.0 < time.monotonic() - at < 4.0


def test_a_server_that_only_beats_is_not_lost(path, kind):
    timer = []

    def script(header, _, answer):
        if header["type"] == "submit":
            timer.append((time.monotonic(), lambda: answer(message(job=header["job"], **DONE))))
        elif header["type"] == "cancel":
            timer[0][1]()

    with ScriptedServer(path, script), connect(kind) as client:
        job = client.submit(SMALL, {})
        threading.Timer(4.0, client.cancel, [job]).start()
        assert list(client.events(job)) == [Done((), 1.5)]
        assert time.monotonic() - timer[0][0] > 3.9


def test_a_question_that_is_not_answered_is_given_up(path, kind, monkeypatch):
    monkeypatch.setattr("server.client._ANSWER_S", 0.5)
    with ScriptedServer(path), connect(kind) as client:
        at = time.monotonic()
        with pytest.raises(ProtocolError) as caught:
            client.status()
        assert caught.value.code == "server-lost"
        assert time.monotonic() - at < 2


def test_an_answer_to_an_earlier_question_is_not_taken_for_this_one(path, kind):
    numbers = itertools.count()

    def script(header, _, answer):
        if header["type"] == "status":
            answer(message(type="status", request=header["request"] - 1, which="earlier"))
            answer(message(type="status", request=header["request"], which=next(numbers)))

    with ScriptedServer(path, script), connect(kind) as client:
        assert [client.status()["which"] for _ in range(3)] == [0, 1, 2]


def test_a_question_that_is_refused_raises_the_refusal(path, kind):
    def script(header, _, answer):
        answer(message(type="error", job=None, request=header["request"], code="unknown-type", cause="No.", remedy=""))

    with ScriptedServer(path, script), connect(kind) as client:
        for ask in (client.status, client.models, client.shutdown):
            with pytest.raises(ProtocolError) as caught:
                ask()
            assert caught.value.code == "unknown-type"


# Forecasts

FORECAST = {"needed_bytes": 9, "free_bytes": 5, "fits": False, "seconds": 2, "device": "cuda"}


def forecast_of(path, kind, fields):
    def script(header, _, answer):
        assert header["picture"] == {"layout": "RGB", "depth": 8, "width": 2, "height": 2}
        answer(message(type="forecast", request=header["request"], **fields))

    with ScriptedServer(path, script), connect(kind) as client:
        return client.forecast(SMALL.picture, {"preset": "compact"})


def test_a_forecast_brings_what_was_sent_and_none_for_nil(path, kind):
    assert forecast_of(path, kind, {**FORECAST, "future": 1}) == Forecast(9, 5, 2.0, "cuda", False)
    assert forecast_of(path, kind, dict.fromkeys(FORECAST)) == forecast_of(path, kind, {}) == Forecast(*[None] * 5)


@pytest.mark.parametrize(
    "lie",
    [
        {"needed_bytes": -1},
        {"free_bytes": 1.5},
        {"needed_bytes": True},
        {"fits": 1},
        {"seconds": -0.5},
        {"seconds": "2"},
        {"device": 5},
        {"device": "x" * 100},
    ],
    ids=str,
)
def test_a_forecast_that_lies_is_refused(path, kind, lie):
    with pytest.raises(ProtocolError) as caught:
        forecast_of(path, kind, {**FORECAST, **lie})
    assert caught.value.code == "bad-message"
