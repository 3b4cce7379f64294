"""What comes from the broker, heard by a thread of its own: so that a cancel is noticed while networks compute."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import zmq

from server.protocol import Submit, decode, encode, message, read_submit
from server.worker.reception import Reception

_log = logging.getLogger(__name__)

#: How often the worker tells what memory it could have, in milliseconds.
_BEAT_MS = 2000


class Task(NamedTuple):
    """A job to be done: its number, what was asked for, and the event that says stop."""

    number: int
    submit: Submit
    stop: threading.Event


class Inbox(threading.Thread):
    """Hears commands, and tells the broker now and then how much memory is free.

    Args:
        connect: gives a connected socket of a kind for an address.
        birth: the worker's birth record.
        free_bytes: what a job could have in all.
    """

    def __init__(
        self, connect: Callable[[int, str], zmq.Socket[bytes]], birth: Mapping[str, Any], free_bytes: Callable[[], int]
    ) -> None:
        super().__init__(name="inbox", daemon=True)
        self.tasks: queue.Queue[Task] = queue.Queue()
        #: The bytes that the current job awaits. Set before they are asked for.
        self.reception: Reception | None = None
        self._current: Task | None = None
        self._connect, self._birth, self._free_bytes = connect, birth, free_bytes

    def run(self) -> None:
        """Until the process ends."""
        commands = self._connect(zmq.PULL, self._birth["commands"])
        beats = self._connect(zmq.PUSH, self._birth["results"])
        while True:
            if commands.poll(_BEAT_MS):
                self._hear(commands.recv_multipart(copy=False))
            elif beats.poll(0, zmq.POLLOUT):
                beats.send(encode(message("beat", free_bytes=self._free_bytes())))

    def _hear(self, frames: list[zmq.Frame]) -> None:
        header = decode(frames[0].buffer)
        if header["type"] == "job":
            self._current = Task(header["job"], read_submit(decode(frames[1].buffer)), threading.Event())
            self.tasks.put(self._current)
        elif header["type"] == "cancel":
            # It may be about a job that has just ended by itself.
            if self._current is not None and self._current.number == header["job"]:
                self._current.stop.set()
        elif header["type"] == "pixels":
            reception = self.reception
            if reception is not None and reception.job == header["job"]:
                reception.take(header["input"], header["offset"], frames[1].buffer)
        else:
            _log.warning("an unknown command %r came", header["type"])
