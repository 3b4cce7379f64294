"""What comes from the broker, heard by a thread of its own: so that a cancel is noticed while networks compute."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import zmq

from restoration.errors import RestorationError
from server.protocol import Submit, decode, encode, message, read_submit
from server.worker.reception import ByteStore, Reception
from server.worker.wire_settings import read_settings

_log = logging.getLogger(__name__)

#: How often the worker tells what memory it could have, in milliseconds.
_BEAT_MS = 2000


class Task(NamedTuple):
    """A job to be done: its number, what was asked for, its inputs, and the event that says stop."""

    number: int
    submit: Submit
    inputs: Reception
    stop: threading.Event


class Inbox(threading.Thread):
    """Hears commands, and tells the broker now and then how much memory is free.

    Args:
        connect: gives a connected socket of a kind for an address.
        birth: the worker's birth record.
        store: bytes that came before.
        free_bytes: what a job could have in all.
    """

    def __init__(
        self,
        connect: Callable[[int, str], zmq.Socket[bytes]],
        birth: Mapping[str, Any],
        store: ByteStore,
        free_bytes: Callable[[], int],
    ) -> None:
        super().__init__(name="inbox", daemon=True)
        self.tasks: queue.Queue[Task] = queue.Queue()
        self._waiting: dict[int, Task] = {}
        self._current: Task | None = None
        self._connect, self._birth, self._store, self._free_bytes = connect, birth, store, free_bytes
        self._says: zmq.Socket[bytes]
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hash")

    def run(self) -> None:
        """Until the process ends."""
        commands = self._connect(zmq.PULL, self._birth["commands"])
        self._says = self._connect(zmq.PUSH, self._birth["results"])
        while True:
            if commands.poll(_BEAT_MS):
                self._hear(commands.recv_multipart(copy=False))
            elif self._says.poll(0, zmq.POLLOUT):
                self._say("beat", free_bytes=self._free_bytes())

    def _hear(self, frames: list[zmq.Frame]) -> None:
        header = decode(frames[0].buffer)
        kind, number = header["type"], header["job"]
        if kind == "stage":
            self._stage(number, read_submit(decode(frames[1].buffer)))
        elif kind == "pixels":
            if number in self._waiting:
                self._waiting[number].inputs.take(header["input"], header["offset"], frames[1].buffer)
        elif kind == "job":
            self._current = self._waiting.pop(number)
            self.tasks.put(self._current)
        elif kind == "cancel":
            # It may be about a job that has just ended by itself.
            if self._current is not None and self._current.number == number:
                self._current.stop.set()
            elif number in self._waiting:
                del self._waiting[number]
        else:
            _log.warning("an unknown command %r came", kind)

    def _stage(self, number: int, submit: Submit) -> None:
        """Look what is here of a job's inputs, and for what is wrong with it, before anything is sent."""
        try:
            read_settings(submit.settings)
        except RestorationError as error:
            self._say("error", job=number, code=error.code, cause=error.cause, remedy=error.remedy)
            return
        reception = Reception(submit.inputs, self._store, self._pool)
        self._waiting[number] = Task(number, submit, reception, threading.Event())
        self._say("known", job=number, inputs=reception.missing)

    def _say(self, kind: str, **fields: Any) -> None:
        self._says.send(encode(message(kind, **fields)))
