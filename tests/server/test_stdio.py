"""The bridge's framing: length, header, length, payload."""

from __future__ import annotations

import io
import os
import struct
import threading

import pytest

from server.protocol import CHUNK_BYTES, MAX_HEADER_BYTES, ProtocolError
from server.stdio import read_message, write_message


class Dribble(io.RawIOBase):
    """Gives and takes a byte at a time, as a pipe may."""

    def __init__(self, data: bytes = b"") -> None:
        self.data, self.written = data, bytearray()

    def readinto(self, buffer):
        if not self.data:
            return 0
        buffer[0], self.data = self.data[0], self.data[1:]
        return 1

    def write(self, data):
        self.written += bytes(data[:1])
        return 1


def test_a_message_is_framed_as_the_document_says():
    stream = io.BytesIO()
    write_message(stream, b"HEAD", b"payload")
    write_message(stream, b"H")
    assert stream.getvalue() == b"\4\0\0\0HEAD\7\0\0\0payload" + b"\1\0\0\0H\0\0\0\0"
    stream.seek(0)
    assert read_message(stream) == (b"HEAD", b"payload")
    assert read_message(stream) == (b"H", None)
    assert read_message(stream) is None


def test_streams_that_give_and_take_little_at_a_time_lose_nothing():
    stream = Dribble()
    write_message(stream, b"HEAD", memoryview(b"payload"))
    back = Dribble(bytes(stream.written))
    assert read_message(back) == (b"HEAD", b"payload")
    assert read_message(back) is None


def test_the_largest_message_passes_a_real_pipe():
    reading, writing = os.pipe()
    header, payload = os.urandom(MAX_HEADER_BYTES), os.urandom(CHUNK_BYTES)
    with os.fdopen(reading, "rb", buffering=0) as source, os.fdopen(writing, "wb", buffering=0) as drain:
        thread = threading.Thread(target=write_message, args=(drain, header, payload))
        thread.start()
        assert read_message(source) == (header, payload)
        thread.join()


@pytest.mark.parametrize("kept", range(1, 19))
def test_a_stream_that_ends_within_a_message_is_an_error(kept):
    whole = b"\4\0\0\0HEAD\7\0\0\0payload"
    with pytest.raises(ProtocolError, match="ended after") as caught:
        read_message(io.BytesIO(whole[:kept]))
    assert caught.value.code == "bad-message"


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (struct.pack("<I", 0), "bad-message"),
        (struct.pack("<I", MAX_HEADER_BYTES + 1), "too-large"),
        (struct.pack("<I", 0xFFFFFFFF), "too-large"),
        (b"\1\0\0\0H" + struct.pack("<I", CHUNK_BYTES + 1), "frame-size"),
        (b"\1\0\0\0H" + struct.pack("<I", 0xFFFFFFFF), "frame-size"),
    ],
)
def test_a_length_above_its_limit_is_refused_and_nothing_read_after_it(stream, code):
    source = io.BytesIO(stream + b"more")
    with pytest.raises(ProtocolError) as caught:
        read_message(source)
    assert caught.value.code == code
    assert source.read() == b"more"


@pytest.mark.parametrize(
    ("header", "payload", "code"),
    [
        (b"", None, "too-large"),
        (bytes(MAX_HEADER_BYTES + 1), None, "too-large"),
        (b"H", bytes(CHUNK_BYTES + 1), "frame-size"),
    ],
    ids=["empty", "header", "payload"],
)
def test_what_the_other_side_would_refuse_is_not_written(header, payload, code):
    stream = io.BytesIO()
    with pytest.raises(ProtocolError) as caught:
        write_message(stream, header, payload)
    assert caught.value.code == code
    assert stream.getvalue() == b""
