"""A client without manners: raw messages, for tests of what the server does with them."""

from __future__ import annotations

import os
import time
from typing import Any

import zmq

from server.connection import Connection
from server.protocol import Picture, chunks, decode, encode, hash_of, message

NOTHING = {stage: {"enabled": False} for stage in ("scratches", "quality", "faces")}


class Peer:
    """A DEALER with the right keys, or with others."""

    def __init__(self, connection: Connection, keys: tuple[bytes, bytes] | None = None, curve: bool = True) -> None:
        self.context: zmq.Context[Any] = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        if curve:
            self.socket.curve_serverkey = connection.server_public_key.encode()
            public, secret = keys or (connection.client_public_key.encode(), connection.client_secret_key.encode())
            self.socket.curve_publickey, self.socket.curve_secretkey = public, secret
        self.socket.connect(connection.endpoint)

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.destroy(linger=0)

    def send(self, header: dict[str, Any] | bytes, *payload: bytes) -> None:
        self.socket.send_multipart([header if isinstance(header, bytes) else encode(header), *payload])

    def ask(self, kind: str, **fields: Any) -> None:
        self.send(message(kind, **fields))

    def hear(self, *kinds: str, seconds: float = 10.0) -> dict[str, Any] | None:
        """The next message of one of these kinds, or of any but ``alive``; None if there is none in time."""
        end = time.monotonic() + seconds
        while self.socket.poll(max(0, int((end - time.monotonic()) * 1000))):
            header = decode(self.socket.recv_multipart()[0])
            if header["type"] in kinds or (not kinds and header["type"] != "alive"):
                return header
        return None

    def submit(self, job: str, raw: bytes, picture: Picture, settings: Any = NOTHING, **more: Any) -> None:
        inputs = {"photo": {**picture.fields(), "hash": hash_of(raw)}}
        self.ask("submit", job=job, inputs=inputs, settings=settings, **more)

    def upload(self, job: str, raw: bytes, name: str = "photo") -> None:
        for offset, chunk in chunks(raw):
            self.send(message("pixels", job=job, input=name, offset=offset), bytes(chunk))

    def run(self, job: str, raw: bytes, picture: Picture, settings: Any = NOTHING, seconds: float = 60.0) -> dict:
        """A whole job; the message that ended it."""
        self.submit(job, raw, picture, settings)
        return self.finish(job, raw, seconds)

    def finish(self, job: str, raw: bytes, seconds: float = 60.0) -> dict:
        """Send a job's pixels whenever they are asked for; the message that ended it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            header = self.hear("need", "done", "error", "cancelled", seconds=seconds)
            assert header is not None, "the server said nothing"
            if header["type"] != "need":
                return header
            self.upload(job, raw)
        raise AssertionError("the job did not end")


def small() -> tuple[bytes, Picture]:
    """A photo that the server does not know."""
    return os.urandom(24 * 16 * 3), Picture("RGB", 8, 24, 16)
