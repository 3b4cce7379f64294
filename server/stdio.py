"""The bridge's framing: messages over a pair of pipes, as docs/protocol.md says. Both ends use it."""

from __future__ import annotations

import struct
from typing import Optional, Protocol, Tuple

from .protocol import CHUNK_BYTES, MAX_HEADER_BYTES, Buffer, ProtocolError

_LENGTH = struct.Struct("<I")


class Readable(Protocol):
    """A binary stream, such as an unbuffered file of a pipe."""

    def readinto(self, buffer: bytearray, /) -> Optional[int]:
        """Fill what is there to be had into the buffer, and tell how much; 0 at the end."""


class Writable(Protocol):
    """A binary stream that may take less than it is given."""

    def write(self, data: Buffer, /) -> Optional[int]:
        """Write, and tell how much."""


def read_message(stream: Readable) -> Optional[Tuple[bytes, Optional[bytes]]]:
    """The next message: header, still packed, and payload (None if there is none). None when the stream has ended.

    Raises:
        ProtocolError: ``bad-message`` if the stream ends within a message or the header is empty, ``too-large`` or
            ``frame-size`` if a length is above its limit; nothing is read after that length.
        OSError: the stream fails.
    """
    length = _read_length(stream, at_start=True)
    if length is None:
        return None
    if not 0 < length <= MAX_HEADER_BYTES:
        code = "too-large" if length else "bad-message"
        raise ProtocolError(code, f"A header of {length} bytes was announced.", f"1 to {MAX_HEADER_BYTES} can be.")
    header = _read_exactly(stream, length)
    length = _read_length(stream, at_start=False) or 0
    if length > CHUNK_BYTES:
        raise ProtocolError("frame-size", f"A payload of {length} bytes was announced.", f"At most {CHUNK_BYTES} can.")
    return header, _read_exactly(stream, length) if length else None


def write_message(stream: Writable, header: bytes, payload: Optional[Buffer] = None) -> None:
    """Write a message: a packed header, and a payload if there is one.

    Raises:
        ProtocolError: ``too-large`` or ``frame-size``, a part is above its limit; nothing was written.
        OSError: the stream fails, or the other side has closed it.
    """
    size = len(payload) if payload is not None else 0
    if not 0 < len(header) <= MAX_HEADER_BYTES:
        raise ProtocolError("too-large", f"A header has {len(header)} bytes.", f"1 to {MAX_HEADER_BYTES} can be.")
    if size > CHUNK_BYTES:
        raise ProtocolError("frame-size", f"A payload has {size} bytes.", f"At most {CHUNK_BYTES} can.")
    _write_all(stream, _LENGTH.pack(len(header)) + header + _LENGTH.pack(size))
    if payload is not None and size:
        _write_all(stream, payload)


def _read_length(stream: Readable, at_start: bool) -> Optional[int]:
    data = _read_exactly(stream, _LENGTH.size, may_end=at_start)
    return int(_LENGTH.unpack(data)[0]) if data else None


def _read_exactly(stream: Readable, length: int, may_end: bool = False) -> bytes:
    """So many bytes; with ``may_end`` none if the stream has ended before the first of them."""
    data = bytearray(length)
    view = memoryview(data)
    filled = 0
    while filled < length:
        count = stream.readinto(view[filled:])  # type: ignore[arg-type] # a view is as good
        if not count:
            if may_end and not filled:
                return b""
            raise ProtocolError(
                "bad-message", f"The stream ended after {filled} of {length} bytes.", "The other program has stopped."
            )
        filled += count
    return bytes(data)


def _write_all(stream: Writable, data: Buffer) -> None:
    view = memoryview(data).cast("B")
    while view:
        view = view[stream.write(view) or 0 :]
