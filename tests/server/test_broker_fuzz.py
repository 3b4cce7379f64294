"""Ten thousand messages that nobody should send: the server lives, stays small, and serves its good client."""

import copy
import itertools
import random
import socket
import threading
import time
from urllib.parse import urlparse

import psutil
from peer import NOTHING, Peer, small

from server.protocol import encode, hash_of, message

MESSAGES = 10_000
KINDS = ("hello", "submit", "pixels", "cancel", "status", "forecast", "models", "dance", "need", "layer", "done")


def value(rng: random.Random, depth: int = 0):
    """Anything that msgpack can say."""
    simple = [
        None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63), float("nan"), float("inf"), -0.0, 1e308, "", "a", "photo",
        "\0\n\x1b", "ä" * 40, "x" * 5000, b"", b"\xff" * 300, "RGB", "GRAY", "0" * 64, 8, 16, 255, 65536,
    ]  # fmt: skip
    if depth < 4 and rng.random() < 0.2:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    if depth < 4 and rng.random() < 0.2:
        return {rng.choice(["width", "photo", "hash", "x", ""]): value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return rng.choice(simple)


def well_formed(rng: random.Random) -> dict:
    raw, picture = small()
    job = rng.choice(["a", "b", "c"])
    photo = {**picture.fields(), "hash": hash_of(raw)}
    kind = rng.choice(KINDS)
    if kind == "submit":
        return message("submit", job=job, inputs={"photo": photo}, settings=NOTHING)
    if kind == "forecast":
        return message("forecast", picture=picture.fields(), settings={"region": {"width": 5}, **NOTHING})
    if kind == "pixels":
        return message("pixels", job=job, input="photo", offset=0)
    return message(kind, job=job, client="fuzz")


def mutated(rng: random.Random) -> dict:
    """A good message in which something, somewhere, is something else."""
    header = copy.deepcopy(well_formed(rng))
    target = header
    while True:
        key = rng.choice([*target, "surprise"])
        if isinstance(target.get(key), dict) and rng.random() < 0.7:
            target = target[key]
            continue
        if rng.random() < 0.2:
            target.pop(key, None)
        else:
            target[key] = value(rng)
        return header


def frames(rng: random.Random) -> list[bytes]:
    how = rng.random()
    if how < 0.5:
        first = encode(mutated(rng))
    elif how < 0.65:
        first = encode(well_formed(rng))
    elif how < 0.85:
        first = bytearray(encode(well_formed(rng)))
        for _ in range(rng.randrange(1, 6)):
            first[rng.randrange(len(first))] = rng.randrange(256)
        if rng.random() < 0.3:
            del first[rng.randrange(len(first)) :]
    else:
        first = rng.randbytes(rng.randrange(200))
    payloads = [] if rng.random() < 0.7 else [rng.randbytes(rng.choice([0, 1, 1152, 70_000]))]
    if rng.random() < 0.02:
        payloads += [b"more"] * rng.randrange(1, 20)
    return [bytes(first), *payloads]


def test_random_and_mutated_messages_harm_nobody(own_server):
    rng = random.Random(20)
    broker = psutil.Process(own_server.connection.pid)
    address = urlparse(own_server.connection.endpoint)
    served, stop, faults = [0], threading.Event(), []

    def good_client() -> None:
        try:
            with Peer(own_server.connection) as peer:
                peer.ask("hello", client="good")
                while not stop.is_set():
                    raw, picture = small()
                    answer = peer.run(f"job {served[0]}", raw, picture)
                    assert answer["type"] == "done", answer
                    served[0] += 1
        except BaseException as fault:
            faults.append(fault)

    def fuzz(count: int) -> None:
        with Peer(own_server.connection) as peer:
            for number in range(count):
                peer.socket.send_multipart(frames(rng))
                if number % 20 == 0:  # or its answers would be more than it takes
                    while peer.hear(seconds=0):
                        pass
                if number % 50 == 0:
                    with socket.create_connection((address.hostname, address.port), timeout=10) as bare:
                        bare.sendall(rng.randbytes(rng.randrange(1, 3000)))

    thread = threading.Thread(target=good_client)
    thread.start()
    try:
        while not served[0] and not faults:  # the worker has started
            time.sleep(0.05)
        fuzz(1000)  # warm
        before, served_before = broker.memory_info().rss, served[0]
        tenth = []
        for _ in range(10):
            fuzz(MESSAGES // 10)
            tenth.append(served[0])
        after = broker.memory_info().rss
    finally:
        stop.set()
        thread.join(60)
    assert not faults
    # In every tenth of the messages the good client had jobs done.
    assert all(later > earlier for earlier, later in itertools.pairwise([served_before, *tenth])), tenth
    assert after < before * 1.05, f"{before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after"
    with Peer(own_server.connection) as peer:
        peer.ask("status")
        assert peer.hear("status")["pid"] == broker.pid
