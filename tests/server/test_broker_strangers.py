"""Whoever has no keys hears nothing; whoever has them and misbehaves hears a code."""

import contextlib
import socket
import time
from urllib.parse import urlparse

import msgpack
import psutil
import pytest
import zmq
from peer import NOTHING, Peer, small

from server.protocol import CHUNK_BYTES, MAX_FRAME_BYTES, MAX_HEADER_BYTES, Picture, encode, hash_of, message


@pytest.fixture
def good(server):
    """A client with manners, who is served whatever the others do."""
    with Peer(server.connection) as peer:
        peer.ask("hello", client="good")
        assert peer.hear("welcome")["limits"]["chunk_bytes"] == CHUNK_BYTES
        yield peer
        peer.ask("status")
        assert peer.hear("status")["pid"] == server.connection.pid


def test_other_client_keys_hear_nothing(server, good):
    with Peer(server.connection, keys=zmq.curve_keypair()) as stranger:
        stranger.ask("hello", client="stranger")
        assert stranger.hear("welcome", "error", "alive", seconds=1.5) is None


def test_no_security_at_all_hears_nothing(server, good):
    with Peer(server.connection, curve=False) as stranger:
        stranger.ask("hello", client="stranger")
        assert stranger.hear("welcome", "error", "alive", seconds=1.5) is None


def test_another_server_key_hears_nothing(server, good):
    public, _ = zmq.curve_keypair()
    with Peer(server.connection, curve=False) as stranger:
        fresh = stranger.context.socket(zmq.DEALER)
        fresh.linger = 0
        fresh.curve_serverkey = public
        fresh.curve_publickey = server.connection.client_public_key.encode()
        fresh.curve_secretkey = server.connection.client_secret_key.encode()
        fresh.connect(server.connection.endpoint)
        fresh.send(encode(message("hello", client="x")))
        assert fresh.poll(1500) == 0


def test_plain_http_is_hung_up_on(server, good):
    address = urlparse(server.connection.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while received := plain.recv(4096):
                heard += received
        # The server has closed the connection, with no more than ZeroMQ's greeting said.
        assert b"HTTP" not in heard
        assert len(heard) <= 64


def submit(**changes):
    raw, picture = small()
    photo = {**picture.fields(), "hash": hash_of(raw), **changes.pop("photo", {})}
    inputs = {"photo": photo, **changes.pop("inputs", {})}
    return message("submit", **{"job": "a", "inputs": inputs, "settings": NOTHING, **changes})


@pytest.mark.parametrize(
    ("code", "header"),
    [
        ("picture", submit(photo={"width": 2**31})),
        ("picture", submit(photo={"width": 2**63})),
        ("picture", submit(photo={"width": -1})),
        ("picture", submit(photo={"height": 0})),
        ("picture", submit(photo={"width": 1.5})),
        ("picture", submit(photo={"width": True})),
        ("picture", submit(photo={"width": 50_000, "height": 50_000})),
        ("picture", submit(photo={"layout": "CMYK"})),
        ("picture", submit(photo={"layout": ["RGB"]})),
        ("picture", submit(photo={"depth": 32})),
        ("picture", submit(icc="a text")),
        ("bad-message", submit(photo={"hash": "short"})),
        ("bad-message", submit(photo={"hash": "g" * 64})),
        ("bad-message", message("submit", job="a", inputs={})),
        ("bad-message", message("submit", job="a")),
        ("bad-message", submit(job="")),
        ("bad-message", submit(job=7)),
        ("bad-message", submit(job="x" * 65)),
        ("bad-message", submit(reply={"flattened": 1})),
        ("mask", submit(inputs={"mask": {"layout": "GRAY", "depth": 8, "width": 5, "height": 5, "hash": "0" * 64}})),
        ("mask", submit(inputs={"mask": {"layout": "RGB", "depth": 8, "width": 24, "height": 16, "hash": "0" * 64}})),
        ("settings", submit(settings={"quality": {"strength": float("nan")}})),
        ("settings", submit(settings={"quality": {"strength": float("inf")}})),
        ("settings", submit(settings={"device": "cloud"})),
        ("settings", submit(settings={"device": {}})),
        ("bad-message", submit(settings=[1])),
        ("bad-message", message("submit", job="a", inputs={"photo": {"a": [[[[[[[[[1]]]]]]]]]}})),
        ("unknown-type", message("dance")),
        ("version", {"v": 2, "type": "hello"}),
        ("version", {"v": 0, "type": "hello"}),
        ("version", {"type": "hello"}),
        ("version", {"v": "1", "type": "hello"}),
        ("bad-message", {"v": 1}),
        ("bad-message", {"v": 1, "type": 5}),
    ],
)
def test_a_message_that_is_not_right_is_refused_with_its_code(server, good, code, header):
    good.send(header)
    answer = good.hear()
    assert (answer["type"], answer["code"]) == ("error", code)
    assert answer["cause"].endswith(".")
    assert "Traceback" not in answer["cause"]


@pytest.mark.parametrize(
    "frame", [b"", b"\xc1", b"\x93\x01", b"not msgpack at all", msgpack.packb([1, 2]), msgpack.packb(5), b"\x80" * 50]
)
def test_a_frame_that_is_no_header_is_refused(good, frame):
    good.send(frame)
    assert good.hear()["code"] in ("bad-message", "version")


def test_settings_that_the_library_refuses_end_the_job_before_its_pixels_are_asked_for(good):
    raw, picture = small()
    answer = good.run("a", raw, picture, {"quality": {"strength": 2.0}})
    assert (answer["type"], answer["code"]) == ("error", "settings")
    assert "2.0" in answer["cause"]


def test_more_frames_than_a_message_has_are_refused(good):
    good.socket.send_multipart([encode(message("hello")), b"", b""])
    assert good.hear()["code"] == "bad-message"
    good.send(message("hello"), b"payload")
    assert good.hear()["code"] == "bad-message"
    good.send(message("pixels", job="a", input="photo", offset=0))
    assert good.hear()["code"] == "bad-message"


def test_a_header_above_its_limit_is_refused(good):
    good.send(encode(message("hello")) + b"\0" * MAX_HEADER_BYTES)
    assert good.hear()["code"] == "too-large"


def test_a_frame_above_the_limit_of_all_closes_the_connection_and_takes_no_memory(server, good):
    process = psutil.Process(server.connection.pid)
    before = process.memory_info().rss
    with Peer(server.connection) as rude:
        rude.ask("hello", client="rude")
        assert rude.hear("welcome")
        rude.send(b"\0" * (2 * MAX_FRAME_BYTES))
        time.sleep(1)
        # Its connection was closed: it is no longer among the clients that are told that we live.
        while rude.hear("alive", seconds=0.01):
            pass  # those that were on their way
        assert rude.hear("alive", seconds=1.5) is None
    assert process.memory_info().rss - before < MAX_FRAME_BYTES


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_chunk_that_does_not_have_its_length_ends_the_job(good, length):
    picture = Picture("RGB", 8, 1000, 1000)
    good.submit("a", b"x" * picture.bytes, picture)
    assert good.hear("need", seconds=30) == message("need", job="a", inputs=["photo"])
    good.send(message("pixels", job="a", input="photo", offset=0), b"x" * length)
    answer = good.hear("error", "done")
    assert (answer["type"], answer["code"], answer["job"]) == ("error", "frame-size", "a")


def test_bytes_with_another_hash_end_the_job(good):
    raw, picture = small()
    good.submit("a", raw, picture)
    assert good.hear("need", seconds=30)
    good.upload("a", bytes(len(raw)))
    assert good.hear("error", "done")["code"] == "hash"


def test_the_same_name_twice_is_refused_and_the_first_job_goes_on(good):
    raw, picture = small()
    good.submit("a", raw, picture)
    assert good.hear("need", seconds=30)
    good.submit("a", raw, picture)
    assert good.hear("error")["code"] == "duplicate-job"
    good.upload("a", raw)
    assert good.hear("done", "error", seconds=30)["type"] == "done"


def test_a_client_may_have_so_many_jobs_and_no_more(server, good):
    raw, picture = small()
    with Peer(server.connection) as many:
        for number in range(65):
            many.submit(f"{number}", raw, picture)
        assert many.hear("error")["code"] == "queue-full"
        for number in range(64):
            many.ask("cancel", job=f"{number}")
        ended = [many.hear("cancelled", "done")["job"] for _ in range(64)]
        assert sorted(ended, key=int) == [str(number) for number in range(64)]


def test_pixels_and_cancels_for_jobs_that_do_not_live_are_ignored(good):
    good.send(message("pixels", job="ghost", input="photo", offset=0), b"x")
    good.ask("cancel", job="ghost")
    good.ask("status", request="after")
    assert good.hear()["request"] == "after"
