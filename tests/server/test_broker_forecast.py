"""What a job would need, asked of a real server: while its worker starts, works and sleeps, and of the next server."""

import json
import os
import stat
import time

import pytest
from peer import Peer, small
from running_server import RunningServer

from server.protocol import Picture, message

QUALITY = {"scratches": {"enabled": False}, "faces": {"enabled": False}, "quality": {"always": True}}
PICTURE = Picture("RGB", 8, 1200, 800)


def ask(peer, picture=PICTURE, settings=QUALITY):
    peer.ask("forecast", request=7, picture=picture.fields(), settings=settings)
    answer = peer.hear("forecast", "error", seconds=5)
    assert answer["type"] == "forecast"
    assert answer["request"] == 7
    return answer


def state(peer):
    peer.ask("status")
    return peer.hear("status")["workers"][0]


def wait_for(peer, wanted, seconds=60):
    end = time.monotonic() + seconds
    while state(peer)["state"] != wanted:
        assert time.monotonic() < end
        time.sleep(0.1)


def teach(peer):
    picture = Picture("RGB", 8, 300, 200)
    assert peer.run("a", os.urandom(picture.bytes), picture, QUALITY)["type"] == "done"


def test_known_of_a_worker_that_sleeps_and_of_the_next_server_at_once(tmp_path):
    server = RunningServer(tmp_path, RESTORE_OLD_PHOTO_IDLE="1")
    kept = tmp_path / "pace.json"
    try:
        with Peer(server.connection) as peer:
            answer = ask(peer)
            assert state(peer)["state"] == "starting"  # and it was answered all the same
            assert (answer["needed_bytes"], answer["seconds"], answer["fits"]) == (None, None, None)
            assert answer["free_bytes"] > 0
            wait_for(peer, "idle")
            answer = ask(peer)
            assert answer["needed_bytes"] > PICTURE.bytes
            assert answer["fits"] is (answer["needed_bytes"] <= answer["free_bytes"])
            assert (answer["device"], answer["seconds"]) == (state(peer)["device"], None)
            teach(peer)
            learnt = ask(peer)
            assert learnt["seconds"] > 0
            # In proportion to the area, the region's if there is one.
            region = {"x": 0, "y": 0, "width": 600, "height": 400}
            assert ask(peer, settings={**QUALITY, "region": region})["seconds"] == pytest.approx(
                learnt["seconds"] / 4, abs=0.11
            )
            wait_for(peer, "asleep")
            asleep = ask(peer)
            assert state(peer)["state"] == "asleep"
            assert [asleep[key] for key in ("needed_bytes", "seconds", "device")] == [
                learnt[key] for key in ("needed_bytes", "seconds", "device")
            ]
            assert asleep["free_bytes"] > 0
    finally:
        server.stop()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["pace"][learnt["device"]]["compact"].keys() == {"quality"}
    server = RunningServer(tmp_path)
    try:
        with Peer(server.connection) as peer:
            next_one = ask(peer)
            assert state(peer)["state"] == "starting"
            assert (next_one["seconds"], next_one["device"]) == (learnt["seconds"], learnt["device"])
            # And its worker, too: the first job has a countdown from its first moment.
            picture = Picture("RGB", 8, 300, 200)
            raw = os.urandom(picture.bytes)
            peer.submit("b", raw, picture, QUALITY)
            peer.hear("need", seconds=60)
            peer.upload("b", raw)
            first = peer.hear("progress", seconds=60)
            while first["stage"] != "quality":
                first = peer.hear("progress", seconds=60)
            assert first["seconds_left"] is not None
    finally:
        server.stop()


def test_what_stands_in_the_file_of_another_is_replaced(tmp_path):
    kept = tmp_path / "pace.json"
    kept.write_text('{"format": 1, "auto": "cpu", "pace": {"cpu": {"compact": {"quality": NaN}}}}')
    kept.chmod(0o600)
    server = RunningServer(tmp_path)
    try:
        with Peer(server.connection) as peer:
            assert ask(peer)["seconds"] is None
            wait_for(peer, "idle")
            teach(peer)
            assert ask(peer)["seconds"] > 0
    finally:
        server.stop()
    told = json.loads(kept.read_text())
    assert all(0 < seconds < 1000 for one in told["pace"].values() for seconds in one["compact"].values())


def test_a_forecast_that_does_not_fit_is_no_error_and_holds_up_nobody(server):
    with Peer(server.connection) as peer:
        assert peer.run("warm", *small())["type"] == "done"
        huge = Picture("RGBA", 16, 14_000, 14_000)
        answer = ask(peer, huge, {"preset": "official"})
        assert answer["needed_bytes"] > 9e9
        assert answer["fits"] is (answer["needed_bytes"] <= answer["free_bytes"])
        assert ask(peer, settings={"preset": "unheard of"})["needed_bytes"] is None
        at = time.monotonic()
        for _ in range(200):
            ask(peer)
        assert time.monotonic() - at < 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "bad-message"),
        ({"picture": 5}, "bad-message"),
        ({"picture": {**PICTURE.fields(), "layout": "CMYK"}}, "picture"),
        ({"picture": {**PICTURE.fields(), "height": -1}}, "picture"),
        ({"picture": PICTURE.fields(), "settings": "none"}, "bad-message"),
        ({"picture": PICTURE.fields(), "settings": {"device": 1}}, "settings"),
        ({"picture": PICTURE.fields(), "settings": {"quality": {"strength": float("nan")}}}, "settings"),
    ],
    ids=str,
)
def test_a_request_that_is_none_is_refused_and_the_next_one_answered(server, fields, code):
    with Peer(server.connection) as peer:
        peer.send(message("forecast", **fields))
        answer = peer.hear("forecast", "error")
        assert (answer["type"], answer["code"]) == ("error", code)
        assert answer["cause"]
        ask(peer)


@pytest.mark.parametrize(
    "settings",
    [
        {"region": {"x": 1}},
        {"region": [1, 2]},
        {"scratches": 7, "quality": None, "faces": []},
        {"quality": {"strength": "much"}, "scratches": {"mask_mode": ["user"]}},
        {"region": {"x": 0, "y": 0, "width": 1 << 62, "height": -3}},
    ],
    ids=str,
)
def test_settings_that_only_a_worker_can_judge_are_forecast_as_if_they_were_the_default(server, settings):
    with Peer(server.connection) as peer:
        assert peer.run("warm", *small())["type"] == "done"
        assert ask(peer, settings=settings)["needed_bytes"] == ask(peer, settings={})["needed_bytes"]
