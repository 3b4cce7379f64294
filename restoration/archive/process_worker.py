"""A worker that is a process of its own: when it is killed, or runs out of memory, this one lives on."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Any

from restoration.archive.tasks import Failure, Made, Task
from restoration.archive.workers import WorkerLost
from restoration.settings import Settings

_CLOSE_S = 5.0


@dataclass(frozen=True)
class Setup:
    """What a worker process is told at its beginning.

    Attributes:
        settings: of the run, with the worker's share of the memory.
        threads: that may compute in it; None leaves it to the libraries.
        turns: a file by which the workers of one GPU take turns, or empty.
    """

    settings: Settings
    threads: int | None = None
    turns: str = ""


class ProcessWorker:
    """See ``workers.Worker``."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._process: Any = None
        self._pipe: Connection | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """See ``Worker``."""
        # Not forked: threads of this process and of its libraries would be cut off in the middle.
        context = multiprocessing.get_context("spawn")
        self._pipe, end = context.Pipe()
        with self._lock:
            if self._stopped:
                raise WorkerLost("stopped")
            if self._process is not None:
                self._process.kill()
            self._process = context.Process(target=serve, args=(end, self._setup), daemon=True)
            self._process.start()
        end.close()
        failure = self._receive()
        if failure is not None:
            assert isinstance(failure, Failure)
            raise failure.error()

    def do(self, task: Task) -> Made:
        """See ``Worker``."""
        assert self._pipe is not None, "start comes first"
        try:
            self._pipe.send(task)
        except OSError as error:
            raise WorkerLost(f"the pipe is closed: {error}") from error
        made = self._receive()
        assert isinstance(made, Made)
        return made

    def close(self) -> None:
        """See ``Worker``."""
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.join(_CLOSE_S)
        self.stop()

    def stop(self) -> None:
        """See ``Worker``."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.join(_CLOSE_S)

    @property
    def pid(self) -> int | None:
        """Of the process, if it was started."""
        return None if self._process is None else self._process.pid

    def _receive(self) -> object:
        assert self._pipe is not None
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(_CLOSE_S)
            raise WorkerLost(f"process {self.pid} ended with {self._process.exitcode}") from error


def serve(pipe: Connection, setup: Setup) -> None:
    """What runs in the process: says None, or the failure, when the networks are loaded; then does tasks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    told = _Told()
    logging.getLogger().addHandler(told)
    logging.captureWarnings(True)
    from restoration.archive.engines import LocalEngine
    from restoration.archive.one_photo import restore_one
    from restoration.progress import silent

    try:
        if not setup.settings.does_nothing:
            _limit_threads(setup.threads)
        engine = LocalEngine(setup.settings)
        engine.prepare(silent)
    except Exception as error:
        pipe.send(Failure.of(error))
        return
    pipe.send(None)
    turns = setup.turns if not engine.on_cpu else ""
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        made = restore_one(engine, task, _turn(turns))
        pipe.send(replace(made, log=told.taken()))


@contextlib.contextmanager
def _turn(name: str) -> Iterator[None]:
    """While this lasts, no other worker uses the GPU; with an empty name there is none to be shared.

    A lock of the system's: one whose holder is killed is free.
    """
    if not name:
        yield
        return
    from filelock import FileLock

    with FileLock(name):
        try:
            yield
        finally:
            import torch

            if torch.cuda.is_available():
                torch.cuda.empty_cache()  # what is kept for later in here is what the others are short of


def _limit_threads(threads: int | None) -> None:
    if threads is None:
        return
    import cv2
    import torch

    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)


def _end_with_parent() -> None:
    """A worker whose parent was killed must not go on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class _Told(logging.Handler):
    """Keeps warnings, for the one log there is."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{record.name}: {record.getMessage()}")

    def taken(self) -> tuple[str, ...]:
        """What was said since the last time."""
        lines, self._lines = tuple(self._lines), []
        return lines
