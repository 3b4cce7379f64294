"""Bytes are put together, checked against their hash, and kept within a limit."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from server.protocol import CHUNK_BYTES, Input, Picture, ProtocolError, chunks, hash_of
from server.worker.reception import ByteStore, Reception


def send(reception, name, raw):
    for offset, chunk in chunks(raw):
        reception.take(name, offset, chunk)


def described(raw, digits=None):
    return Input(Picture("GRAY", 8, len(raw), 1) if len(raw) <= 100_000 else Picture("GRAY", 8, 1024, len(raw) // 1024),
                 digits or hash_of(raw))  # fmt: skip


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as threads:
        yield threads


def test_what_is_not_here_comes_and_is_kept_for_the_next_job(pool):
    store = ByteStore(1 << 30)
    photo, mask = os.urandom(2 * CHUNK_BYTES + 1024), os.urandom(77)
    inputs = {"photo": described(photo), "mask": described(mask)}
    reception = Reception(inputs, store, pool)
    assert reception.missing == ["photo", "mask"]
    send(reception, "photo", photo)
    send(reception, "mask", mask)
    came = reception.finish()
    assert came["photo"].tobytes() == photo
    assert came["mask"].tobytes() == mask
    # The mask was painted on; the photo is here.
    painted = os.urandom(77)
    again = Reception({**inputs, "mask": described(painted)}, store, pool)
    assert again.missing == ["mask"]
    send(again, "mask", painted)
    assert again.finish()["photo"].tobytes() == photo


def test_other_bytes_than_announced_are_refused_and_not_kept(pool):
    store = ByteStore(1 << 30)
    raw = os.urandom(2 * CHUNK_BYTES)
    changed = bytearray(raw)
    changed[CHUNK_BYTES + 5] ^= 1
    reception = Reception({"photo": described(raw)}, store, pool)
    send(reception, "photo", changed)
    with pytest.raises(ProtocolError) as refused:
        reception.finish()
    assert refused.value.code == "hash"
    assert store.get(hash_of(raw)) is None


def test_the_store_forgets_what_was_not_used_for_longest():
    store = ByteStore(limit_bytes=25)
    for name in "abc":
        store.put(name, np.zeros(10, np.uint8))
    assert store.get("a") is None
    assert store.get("b") is not None
    store.put("d", np.zeros(10, np.uint8))  # b was used after c
    assert store.get("c") is None
    assert store.get("b") is not None
    store.put("huge", np.zeros(26, np.uint8))
    assert store.get("huge") is None
