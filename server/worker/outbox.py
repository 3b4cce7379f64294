"""What goes to the broker. Waits when the client reads slowly, but not longer than until the job is cancelled."""

from __future__ import annotations

import threading
import time
from typing import Any

import zmq

from restoration.errors import Cancelled
from server.protocol import Picture, chunks, encode, message
from server.worker.reception import Bytes

#: Progress within a stage is told at most so often, in seconds.
_PROGRESS_S = 0.05


class Outbox:
    """Messages about one job.

    Args:
        socket: PUSH to the broker, used by this thread alone.
        job: the job's number.
        stop: set when the job is cancelled.
    """

    def __init__(self, socket: zmq.Socket[bytes], job: int, stop: threading.Event) -> None:
        self._socket, self._job, self._stop = socket, job, stop
        self._layers = 0
        self._told: tuple[str, float, float] = ("", 0.0, 0.0)

    def send(self, kind: str, **fields: Any) -> None:
        """A message about the job.

        Raises:
            Cancelled: it was cancelled while this waited.
        """
        self._send([encode(message(kind, job=self._job, **fields))])

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        """Progress; what comes too quickly after the last one is left out, the begin and the end of a stage never."""
        last_stage, last_fraction, at = self._told
        now = time.monotonic()
        if stage == last_stage and (fraction == last_fraction or (fraction < 1 and now - at < _PROGRESS_S)):
            return
        self._told = (stage, fraction, now)
        self.send("progress", stage=stage, fraction=fraction, seconds_left=seconds_left)

    def layer(self, picture: Picture, raw: Bytes, **fields: Any) -> int:
        """A layer and its bytes. Gives its number."""
        number = self._layers
        self._layers += 1
        self.send("layer", layer=number, **picture.fields(), **fields)
        for offset, chunk in chunks(raw.data):
            self._send([encode(message("pixels", job=self._job, layer=number, offset=offset)), chunk])
        return number

    def last(self, kind: str, **fields: Any) -> None:
        """The last word about the job, unless it was cancelled: then its client has had it."""
        if not self._stop.is_set():
            self.send(kind, **fields)

    def ended(self) -> None:
        """For the broker: this worker is free again."""
        self._socket.send(encode(message("ended", job=self._job)))

    def _send(self, frames: list[Any]) -> None:
        while not self._socket.poll(50, zmq.POLLOUT):
            if self._stop.is_set():
                raise Cancelled
        self._socket.send_multipart(frames, copy=False)
