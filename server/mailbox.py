"""Two lines of messages between a caller and the thread that carries them: one out, one in."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import NamedTuple

from .protocol import Buffer, ProtocolError


class Frames(NamedTuple):
    """A message as it travels: the packed header, the payload if there is one, and whose job the payload belongs to."""

    header: bytes
    payload: Buffer | None = None
    job: str | None = None


class Outbox:
    """Messages in line to be sent: those without a payload first, each kind in its order. For any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._short: deque[Frames] = deque()
        self._long: deque[Frames] = deque()
        self.closed = False

    def __len__(self) -> int:
        return len(self._short) + len(self._long)

    def put(self, frames: Frames) -> None:
        """Put a message in line; after ``close`` it is dropped."""
        with self._changed:
            if not self.closed:
                (self._short if frames.payload is None else self._long).append(frames)
                self._changed.notify_all()

    def put_back(self, frames: Frames) -> None:
        """Put a message that was taken, and could not leave, to the front of its line."""
        with self._changed:
            if frames.payload is None:
                self._short.appendleft(frames)
            elif not self.closed:
                self._long.appendleft(frames)

    def take(self, wait: bool = False) -> Frames | None:
        """The next message. None if there is none; with ``wait`` only after ``close``."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self.closed or len(self))
            line = self._short or self._long
            frames = line.popleft() if line else None
            self._changed.notify_all()
            return frames

    def forget(self, job: str) -> None:
        """Drop the payloads of a job."""
        with self._changed:
            self._long = deque(frames for frames in self._long if frames.job != job)
            self._changed.notify_all()

    def wait_until_below(self, count: int) -> None:
        """Wait until fewer payloads than this are in line, or it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or len(self._long) < count)

    def close(self) -> None:
        """Take nothing more, and drop all payloads."""
        with self._changed:
            self.closed = True
            self._long.clear()
            self._changed.notify_all()


class Inbox:
    """Messages that have come and wait to be fetched.

    Args:
        limit: bytes above which it is full, and nothing more should be put in.

    Attributes:
        failure: why nothing more will come; None while something may.
        heard: when the other side was last heard of, in monotonic seconds.
    """

    def __init__(self, limit: int) -> None:
        self._changed = threading.Condition()
        self._frames: deque[Frames] = deque()
        self._limit, self._bytes = limit, 0
        self.failure: ProtocolError | None = None
        self.heard = time.monotonic()

    @property
    def full(self) -> bool:
        """Whether nothing more should be put in."""
        return self._bytes >= self._limit

    def put(self, frames: Frames) -> None:
        """Add a message."""
        with self._changed:
            self._frames.append(frames)
            self._bytes += _size(frames)
            self._changed.notify_all()

    def fail(self, failure: ProtocolError) -> None:
        """Nothing more will come, for this reason. The first one counts."""
        with self._changed:
            self.failure = self.failure or failure
            self._changed.notify_all()

    def wait_for_room(self) -> bool:
        """Wait until it is not full; False if it has failed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self.failure is not None or not self.full)
            return self.failure is None

    def get(self, timeout_s: float) -> Frames | None:
        """The next message, or None after so many seconds.

        Raises:
            ProtocolError: the failure, when everything that came before it has been fetched.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self.failure, max(timeout_s, 0.0))
            if self._frames:
                frames = self._frames.popleft()
                self._bytes -= _size(frames)
                self._changed.notify_all()
                return frames
            if self.failure is not None:
                raise self.failure
            return None


def _size(frames: Frames) -> int:
    return len(frames.header) + (len(frames.payload) if frames.payload is not None else 0)
