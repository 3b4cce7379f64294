"""A worker in a thread of this process, for engines that compute elsewhere: here files are read and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from restoration.archive.engines import Engine
from restoration.archive.one_photo import restore_one
from restoration.archive.tasks import Made, Task
from restoration.archive.workers import WorkerLost
from restoration.errors import Cancelled
from restoration.progress import silent

#: The code of failures that say that the engine is gone, and nothing about the photo.
GONE = "server-lost"


class RemoteEngine(Engine, Protocol):
    """An engine that can be told to leave off."""

    def cancel(self) -> None:
        """End what ``layers`` waits for, which raises ``Cancelled``; for any thread."""
        ...


class ThreadWorker:
    """See ``workers.Worker``.

    Args:
        make_engine: one for this worker alone.
    """

    def __init__(self, make_engine: Callable[[], RemoteEngine]) -> None:
        self._make_engine = make_engine
        self._engine: RemoteEngine | None = None
        self._stopped = False

    def start(self) -> None:
        """See ``Worker``."""
        if self._engine is not None:
            self._engine.close()
        self._engine = self._make_engine()
        self._engine.prepare(silent)

    def do(self, task: Task) -> Made:
        """See ``Worker``."""
        assert self._engine is not None, "start comes first"
        try:
            made = restore_one(self._engine, task)
        except Cancelled as stop:
            raise WorkerLost("cancelled") from stop
        if made.failure is not None and (made.failure.code == GONE or self._stopped):
            raise WorkerLost(made.failure.cause)
        return made

    def close(self) -> None:
        """See ``Worker``."""
        if self._engine is not None:
            self._engine.close()

    def stop(self) -> None:
        """See ``Worker``."""
        self._stopped = True
        if self._engine is not None:
            self._engine.cancel()
