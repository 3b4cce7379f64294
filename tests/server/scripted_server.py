"""A server that does what a test tells it, right or wrong; for what the real one never does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq

from server.connection import Connection, write_connection
from server.protocol import PROTOCOL, decode, encode, message


class ScriptedServer:
    """A ROUTER with CURVE that answers ``hello`` and sends heartbeats, until it is told otherwise.

    Args:
        path: of the connection file to write.
        script: called with each message but ``hello``, its payload, and a function that sends a header (and a payload)
            back; runs in the server's thread.
        welcome: fields of the ``welcome``, instead of or besides the usual ones.
        refusal: what answers ``hello`` instead.

    Attributes:
        heard: headers that came, each with the time at which it did.
        beats: whether heartbeats are sent.
    """

    def __init__(
        self,
        path: Path,
        script: Callable[[dict[str, Any], Any, Callable[..., None]], None] = lambda *_: None,
        welcome: dict[str, Any] | None = None,
        refusal: dict[str, Any] | None = None,
    ) -> None:
        self.heard: list[tuple[float, dict[str, Any]]] = []
        self.beats = True
        usual = {"version": "1", "pid": os.getpid(), "endpoint": "tcp://scripted:1", "protocol": PROTOCOL}
        self._script, self._answer = script, refusal or message("welcome", **usual) | (welcome or {})
        self._context: zmq.Context[Any] = zmq.Context()
        router = self._context.socket(zmq.ROUTER)
        public, secret = zmq.curve_keypair()
        client_public, client_secret = zmq.curve_keypair()
        router.curve_server, router.curve_publickey, router.curve_secretkey, router.linger = True, public, secret, 0
        router.rcvhwm = 4  # so that a slow script is a slow server
        port = router.bind_to_random_port("tcp://127.0.0.1")
        self.connection = Connection(
            f"tcp://127.0.0.1:{port}",
            public.decode(),
            client_public.decode(),
            client_secret.decode(),
            os.getpid(),
            "1",
            PROTOCOL,
        )
        write_connection(self.connection, path)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(router,), daemon=True)
        self._thread.start()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5)
        self._context.term()

    def types(self) -> list[str]:
        """Types of the messages that came."""
        return [header["type"] for _, header in self.heard]

    def wait_for(self, kind: str, seconds: float = 5.0) -> float:
        """When the first message of this type came; fails if none comes in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for at, header in list(self.heard):
                if header["type"] == kind:
                    return at
            time.sleep(0.005)
        raise AssertionError(f"no {kind!r} came")

    def _serve(self, router: Any) -> None:
        clients, next_beat = set(), 0.0
        while not self._ended.is_set():
            if time.monotonic() > next_beat:
                next_beat = time.monotonic() + 0.2
                for client in clients if self.beats else ():
                    router.send_multipart([client, encode(message("alive"))])
            if not router.poll(20):
                continue
            client, *frames = router.recv_multipart()
            header = decode(frames[0])
            self.heard.append((time.monotonic(), header))

            def answer(header: dict[str, Any] | bytes, *payload: bytes, client: bytes = client) -> None:
                router.send_multipart([client, header if isinstance(header, bytes) else encode(header), *payload])

            if header["type"] != "hello":
                self._script(header, frames[1] if len(frames) > 1 else None, answer)
            else:
                clients.add(client)
                answer(self._answer)
        router.close(linger=0)
