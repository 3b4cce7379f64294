"""Several workers at one list of tasks. A worker that is lost is replaced, its task given once more; none is lost."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

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
        RestorationError: no worker can be made ready.
    """
    waiting = deque(tasks)
    answers: queue.SimpleQueue[tuple[_Key, Made] | Exception] = queue.SimpleQueue()
    workers = [make_worker() for _ in range(min(jobs, len(tasks)))]
    ended = threading.Event()
    threads = [
        threading.Thread(target=_serve, args=(worker, waiting, answers, ended), daemon=True) for worker in workers
    ]
    try:
        for thread in threads:
            thread.start()
        for _ in tasks:
            answer = _next(answers)
            if isinstance(answer, Exception):
                raise answer
            yield answer
    finally:
        ended.set()
        waiting.clear()
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
    waiting: deque[tuple[_Key, Task]],
    answers: queue.SimpleQueue[tuple[_Key, Made] | Exception],
    ended: threading.Event,
) -> None:
    """A worker's thread: takes tasks until there are none."""
    if hasattr(signal, "pthread_sigmask"):
        # Processes that are started here inherit it: Ctrl-C, which goes to all of them, is for the main thread alone.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    ready = False
    try:
        while not ended.is_set():
            try:
                key, task = waiting.popleft()
            except IndexError:
                worker.close()
                return
            made = Made(failure=_LOST)
            for _ in range(TRIES):
                if not ready:
                    _start(worker, ended)
                    ready = True
                try:
                    made = worker.do(task)
                    break
                except WorkerLost as lost:
                    ready = False
                    if ended.is_set():
                        return
                    _log.warning("A worker was lost at %s: %s", task.source, lost)
            answers.put((key, made))
    except Exception as error:
        if not ended.is_set():
            answers.put(error)


def _start(worker: Worker, ended: threading.Event) -> None:
    for _ in range(_STARTS):
        try:
            worker.start()
            return
        except WorkerLost as lost:
            if ended.is_set():
                raise
            _log.warning("A worker ended while it was made ready: %s", lost)
    raise RestorationError(
        "The program that restores ends as soon as it is started.", "See that there is enough memory for the networks."
    )
