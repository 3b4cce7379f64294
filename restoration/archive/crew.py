"""Several workers at one list of tasks. A worker that is lost is replaced, its task given once more; none is lost."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Generic, TypeVar

from restoration.archive.tasks import Failure, Made, Task
from restoration.archive.workers import Worker, WorkerLost
from restoration.errors import RestorationError

#: A task is given to so many workers, one after the other.
TRIES = 2
#: A worker that ends so often while it is made ready is given up.
_STARTS = 3
_JOIN_S = 10.0
_ASK_S = 0.5

_LOST = Failure(
    "worker-lost",
    "The program that restored it ended twice, killed or for want of memory.",
    "Restore it on its own, with --jobs 1 and less --memory.",
)
_log = logging.getLogger(__name__)
_Key = TypeVar("_Key")


def work_through(
    tasks: Sequence[tuple[_Key, Task]], make_worker: Callable[[], Worker], jobs: int
) -> Generator[tuple[_Key, Made], None, None]:
    """Do all tasks, in their order but for those that overtake each other.

    Args:
        tasks: each with a key by which it is known.
        make_worker: makes one that is not yet started.
        jobs: so many work at a time.

    Yields:
        The key and what became of the task, each once, as they are done. Whoever leaves off earlier (an exception,
        Ctrl-C) ends the workers at once.

    Raises:
        RestorationError: no worker can be made ready. One that cannot while others can leaves its task to them.
    """
    waiting = _Waiting(tasks, min(jobs, len(tasks)))
    answers: queue.SimpleQueue[tuple[_Key, Made] | Exception] = queue.SimpleQueue()
    workers = [make_worker() for _ in range(min(jobs, len(tasks)))]
    threads = [threading.Thread(target=_serve, args=(worker, waiting, answers), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        for _ in tasks:
            answer = _next(answers)
            if isinstance(answer, Exception):
                raise answer
            yield answer
    finally:
        waiting.end()
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(_JOIN_S)


def _next(answers: queue.SimpleQueue[tuple[_Key, Made] | Exception]) -> tuple[_Key, Made] | Exception:
    while True:  # without a timeout, Windows would not let Ctrl-C through
        with contextlib.suppress(queue.Empty):
            return answers.get(timeout=_ASK_S)


def _serve(
    worker: Worker,
    waiting: _Waiting[_Key],
    answers: queue.SimpleQueue[tuple[_Key, Made] | Exception],
) -> None:
    """A worker's thread: takes tasks until there are none."""
    if hasattr(signal, "pthread_sigmask"):
        # Processes that are started here inherit it: Ctrl-C, which goes to all of them, is for the main thread alone.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    ready = False
    try:
        while (taken := waiting.take(ready)) is not None:
            key, task = taken
            made = Made(failure=_LOST)
            for _ in range(TRIES):
                if not ready:
                    try:
                        _start(worker, waiting)
                    except Exception as error:
                        if waiting.given_back(taken):
                            _log.warning("A worker cannot be made ready, and the others go on: %s", error)
                            return
                        raise
                    waiting.started()
                    ready = True
                try:
                    made = worker.do(task)
                    break
                except WorkerLost as lost:
                    if waiting.ended:
                        return
                    ready = False
                    waiting.starts()
                    _log.warning("A worker was lost at %s: %s", task.source, lost)
            answers.put((key, made))
            if not ready:
                waiting.started()  # another task, if there is one, makes it start
        if not waiting.ended:
            worker.close()
    except Exception as error:
        if not waiting.ended:
            answers.put(error)


def _start(worker: Worker, waiting: _Waiting[_Key]) -> None:
    for _ in range(_STARTS):
        try:
            worker.start()
            return
        except WorkerLost as lost:
            if waiting.ended:
                raise
            _log.warning("A worker ended while it was made ready: %s", lost)
    raise RestorationError(
        "The program that restores ends as soon as it is started.", "See that there is enough memory for the networks."
    )


class _Waiting(Generic[_Key]):
    """Tasks that nobody has yet, for the threads of the workers.

    One that cannot be made ready gives its task back; so nobody leaves while others are still on their way.

    Args:
        tasks: in their order.
        workers: that are going to take them.
    """

    def __init__(self, tasks: Sequence[tuple[_Key, Task]], workers: int) -> None:
        self._tasks, self._workers, self._starting = deque(tasks), workers, 0
        self._changed = threading.Condition()
        self.ended = False

    def take(self, ready: bool) -> tuple[_Key, Task] | None:
        """A task, or None if there will be none; whoever is not ready ``starts`` with it."""
        with self._changed:
            while not self._tasks and self._starting and not self.ended:
                self._changed.wait()
            if not self._tasks or self.ended:
                self._workers -= 1
                return None
            self._starting += not ready
            return self._tasks.popleft()

    def starts(self) -> None:
        """A worker is not ready any more."""
        with self._changed:
            self._starting += 1

    def started(self) -> None:
        """A worker has its task in hand."""
        with self._changed:
            self._starting -= 1
            self._changed.notify_all()

    def given_back(self, task: tuple[_Key, Task]) -> bool:
        """Put a task back at the front, for whom no worker could be made ready; says whether another one is there."""
        with self._changed:
            self._workers -= 1
            self._starting -= 1
            self._tasks.appendleft(task)
            self._changed.notify_all()
            return self._workers > 0 and not self.ended

    def end(self) -> None:
        """Nothing more is to be done."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()
