"""Who is connected: names, heartbeats, and sending without waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import zmq

from server.protocol import MAX_CLIENTS, ProtocolError, encode, message

#: Answers that wait for a client that reads nothing; one that lets more pile up loses them.
_MAX_LATE = 1024


class Clients:
    """The connections that have said ``hello``, or sent a job.

    Args:
        router: the ROUTER socket; with ROUTER_MANDATORY, so that it says when a peer is gone.
    """

    def __init__(self, router: zmq.Socket[bytes]) -> None:
        self._router = router
        self._names: dict[bytes, str] = {}
        self._late: dict[bytes, deque[bytes]] = {}
        self._vanished: set[bytes] = set()
        self._alive = encode(message("alive"))

    def __len__(self) -> int:
        return len(self._names)

    def name(self, client: bytes) -> str:
        """What the client calls itself."""
        return self._names.get(client, "unknown")

    def welcome(self, client: bytes, name: str | None = None) -> None:
        """Take a client in, or note its name.

        Raises:
            ProtocolError: ``busy``, there are too many.
        """
        if client not in self._names and len(self._names) >= MAX_CLIENTS:
            raise ProtocolError("busy", "Too many programs are connected to the server.", "Close some of them.")
        self._names[client] = name or self._names.get(client, "unknown")

    def assure(self, client: bytes, header: Mapping[str, Any]) -> None:
        """Send a message, now or when the client takes it; for answers and for the last word about a job."""
        if not self.send(client, header):
            late = self._late.setdefault(client, deque())
            if len(late) < _MAX_LATE:
                late.append(encode(header))

    def send(self, client: bytes, header: Mapping[str, Any], payload: zmq.Frame | None = None) -> bool:
        """Send a message.

        Returns:
            False if the client takes nothing more just now. A client that is gone is noted, and the message dropped.
        """
        if not self._send_late(client):
            return False
        frames: list[Any] = [client, encode(header)]
        if payload is not None:
            frames.append(payload)
        return self._send(client, frames)

    def beat(self) -> None:
        """Send everybody a heartbeat; thereby those who are gone are noted."""
        for client in {*self._names, *self._late}:
            if self._send_late(client):
                self._send(client, [client, self._alive])

    def take_vanished(self) -> list[bytes]:
        """Those found gone since the last call; they are struck off."""
        gone = [client for client in self._vanished if self._names.pop(client, None) is not None]
        self._vanished.clear()
        return gone

    def _send_late(self, client: bytes) -> bool:
        """Send what had to wait; False if some of it still must."""
        late = self._late.get(client)
        while late:
            if not self._send(client, [client, late[0]]):
                return False
            late.popleft()
        self._late.pop(client, None)
        return True

    def _send(self, client: bytes, frames: list[Any]) -> bool:
        try:
            self._router.send_multipart(frames, zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            self._vanished.add(client)
            self._late.pop(client, None)
        return True
