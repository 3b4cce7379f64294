"""Bytes are put together, checked against their hash, and kept within a limit."""

import os

import numpy as np
import pytest

from server.protocol import CHUNK_BYTES, Input, Picture, ProtocolError, chunks, hash_of
from server.worker.reception import ByteStore, Reception, missing


def send(reception, name, raw):
    for offset, chunk in chunks(raw):
        reception.take(name, offset, chunk)


def described(raw, digits=None):
    return Input(Picture("GRAY", 8, len(raw), 1) if len(raw) <= 100_000 else Picture("GRAY", 8, 1024, len(raw) // 1024),
                 digits or hash_of(raw))  # fmt: skip


def test_two_inputs_are_complete_when_the_last_byte_has_come():
    photo, mask = os.urandom(2 * CHUNK_BYTES + 1024), os.urandom(77)
    reception = Reception(1, {"photo": described(photo), "mask": described(mask)})
    send(reception, "photo", photo)
    assert not reception.complete.is_set()
    send(reception, "mask", mask)
    assert reception.complete.is_set()
    came = reception.finish()
    assert came["photo"].tobytes() == photo
    assert came["mask"].tobytes() == mask


def test_other_bytes_than_announced_are_refused():
    raw = os.urandom(2 * CHUNK_BYTES)
    changed = bytearray(raw)
    changed[CHUNK_BYTES + 5] ^= 1
    reception = Reception(1, {"photo": described(raw)})
    send(reception, "photo", changed)
    with pytest.raises(ProtocolError) as refused:
        reception.finish()
    assert refused.value.code == "hash"


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


def test_only_what_the_store_does_not_have_is_missing():
    store = ByteStore(100)
    photo, mask = described(b"photo"), described(b"mask!")
    store.put(photo.hash, np.frombuffer(b"photo", np.uint8))
    assert missing({"photo": photo, "mask": mask}, store) == {"mask": mask}
