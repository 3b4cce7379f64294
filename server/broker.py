"""The broker: hears clients and workers, answers, and hands jobs to the dispatcher. Never computes, never waits.

One thread, one poll loop. Pixels pass as ZeroMQ frames that nobody copies.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import zmq

from server.clients import Clients
from server.dispatcher import Dispatcher
from server.forecast import read_question
from server.protocol import (
    HEARTBEAT_S,
    MAX_NAME,
    PROTOCOL,
    ProtocolError,
    decode,
    limits,
    message,
    read_count,
    read_submit,
    read_text,
    request_of,
)
from server.slots import Slot

_log = logging.getLogger(__name__)

#: How often processes and clocks are looked at, in milliseconds.
_TICK_MS = 100
#: How soon a result that its client did not take is offered again, in milliseconds.
_RETRY_MS = 3
#: So many messages are taken from one socket before the others, and the clocks, have their turn.
_AT_A_TIME = 32


class Broker:
    """Serves until it is told to stop.

    Args:
        router: bound, for clients.
        clients: those connected to it.
        dispatcher: of the jobs.
        facts: what ``welcome`` and ``status`` say of the server: ``version``, ``pid``, ``endpoint``.
    """

    def __init__(
        self, router: zmq.Socket[bytes], clients: Clients, dispatcher: Dispatcher, facts: dict[str, Any]
    ) -> None:
        self._router, self._clients, self._dispatcher, self._facts = router, clients, dispatcher, facts
        self._asked_models: list[tuple[bytes, int | str | None]] = []
        self._started_at = time.monotonic()
        self._next_tick = self._next_beat = 0.0
        self._stopping = False

    def stop(self) -> None:
        """End ``run`` at its next turn. May be called by a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Serve until ``stop`` or a ``shutdown``."""
        self._dispatcher.warm_up()
        while not self._stopping:
            self._poll()
            self._look_at_clocks()
        self._dispatcher.close()

    def _poll(self) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        slots = self._dispatcher.slots
        waiting = False
        for slot in slots:
            slot.flush()
            if not self._dispatcher.unblock(slot):
                waiting = True
            elif slot.results is not None:
                poller.register(slot.results, zmq.POLLIN)
            waiting |= slot.has_unsent
        ready = dict(poller.poll(_RETRY_MS if waiting else _TICK_MS))
        if self._router in ready:
            for frames in _received(self._router):
                self._hear_client(frames)
        for slot in [one for one in slots if one.results in ready]:
            self._hear_worker(slot)

    def _hear_worker(self, slot: Slot) -> None:
        try:
            for frames in _received(slot.results):
                self._dispatcher.hear(slot, decode(frames[0].buffer), frames[1] if len(frames) == 2 else None)
                if slot.blocked is not None:
                    break
        except Exception:
            _log.exception("worker %s is not understood, and is killed", slot.pid)
            slot.kill()
        self._answer_models()

    def _hear_client(self, frames: list[zmq.Frame]) -> None:
        client, request = frames[0].bytes, None
        header: dict[str, Any] = {}
        try:
            if not 2 <= len(frames) <= 3:
                raise ProtocolError("bad-message", f"A message of {len(frames) - 1} frames came.", "Send one or two.")
            header = decode(frames[1].buffer)
            request = request_of(header)
            payload = frames[2] if len(frames) == 3 else None
            if (payload is not None) != (header["type"] == "pixels"):
                raise ProtocolError("bad-message", "Only pixels have a payload, and must have one.")
            answer = self._answer(client, header, frames[1], payload)
        except ProtocolError as error:
            answer = error.header(_job_name(header))
        except Exception:
            # A fault of ours in one message must not take the other clients' server away.
            _log.exception("a message could not be handled")
            fault = ProtocolError("unexpected", "The server failed with this message.", "Its log has the rest.")
            answer = fault.header(_job_name(header))
        if answer is not None:
            self._reply(client, request, answer)

    def _answer(
        self, client: bytes, header: dict[str, Any], raw: zmq.Frame, payload: zmq.Frame | None
    ) -> dict[str, Any] | None:
        kind = header["type"]
        if kind == "hello":
            self._clients.welcome(client, read_text(header, "client", "unknown"))
            return message("welcome", **self._facts, protocol=PROTOCOL, heartbeat=HEARTBEAT_S, limits=limits())
        if kind == "submit":
            self._dispatcher.accept(client, read_submit(header), raw.bytes)
        elif kind == "pixels" and payload is not None:
            name, offset = read_text(header, "input"), read_count(header, "offset")
            self._dispatcher.pass_pixels(client, read_text(header, "job"), name, offset, payload)
        elif kind == "cancel":
            self._dispatcher.cancel(client, read_text(header, "job"))
        elif kind == "forecast":
            return self._dispatcher.forecast(read_question(header))
        elif kind == "status":
            return self._status()
        elif kind == "models":
            self._asked_models.append((client, request_of(header)))
            self._answer_models()
        elif kind == "shutdown":
            self._stopping = True
            return message("bye")
        else:
            raise ProtocolError("unknown-type", f"There is no request {kind!r}.", "Update the server, or the client.")
        return None

    def _answer_models(self) -> None:
        """Only a worker knows the models; whoever asks while the first one starts has the answer when it is ready."""
        models = self._dispatcher.models if self._asked_models else None
        if models is not None:
            for client, request in self._asked_models:
                self._reply(client, request, message("models", **models))
            self._asked_models.clear()

    def _reply(self, client: bytes, request: int | str | None, answer: dict[str, Any]) -> None:
        self._clients.assure(client, answer if request is None else {**answer, "request": request})

    def _status(self) -> dict[str, Any]:
        return message(
            "status",
            **self._facts,
            protocol=PROTOCOL,
            uptime=round(time.monotonic() - self._started_at, 3),
            clients=len(self._clients),
            workers=[slot.status() for slot in self._dispatcher.slots],
            queue=self._dispatcher.queue_status(),
        )

    def _look_at_clocks(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT_S
            self._clients.beat()
        if now >= self._next_tick:
            self._next_tick = now + _TICK_MS / 1000
            self._dispatcher.look_around()
            self._answer_models()


def _received(socket: zmq.Socket[bytes] | None) -> Any:
    """The messages that are there, some of them."""
    for _ in range(_AT_A_TIME):
        if socket is None or socket.closed:
            return
        try:
            yield socket.recv_multipart(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return


def _job_name(header: dict[str, Any]) -> str | None:
    name = header.get("job")
    return name if isinstance(name, str) and len(name) <= MAX_NAME else None
