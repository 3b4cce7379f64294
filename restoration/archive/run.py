"""A folder of photos restored: what was begun goes on, what was done is recorded, and pages are made of it."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from restoration.archive.crew import work_through
from restoration.archive.identity import program_version, settings_digest, weights_digest
from restoration.archive.index import check_index, preview_names, write_index
from restoration.archive.parts import Leftovers, part_file
from restoration.archive.plan import Order, Plan, Todo, make_plan, modified_text, untouched
from restoration.archive.record import DONE, FAILED, SKIPPED, Record, Row
from restoration.archive.tasks import Failure, Made, Task
from restoration.archive.walk import Found
from restoration.archive.workers import Worker
from restoration.errors import OutputError, RestorationError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    Attributes:
        make_worker: makes one that gets a share of what there is.
        jobs: so many share it.
        make_alone: makes one that has all of it, for photos that a share was too little for; None if shares have no
            less than all.
    """

    make_worker: Callable[[], Worker]
    jobs: int
    make_alone: Callable[[], Worker] | None = None


class Told(Protocol):
    """Who is told what happens, as it happens."""

    def planned(self, plan: Plan) -> None:
        """What is to be done."""
        ...

    def made(self, target: Path, row: Row) -> None:
        """A result is there."""
        ...

    def failed(self, source: Path, error: RestorationError, row: Row) -> None:
        """A photo failed, or was refused."""
        ...

    def ended(self) -> None:
        """All photos are through; pages are made now."""
        ...


def restore_folder(order: Order, found: Found, crew: Crew, told: Told) -> int:
    """Restore the photos that were found, and keep the record of it.

    Args:
        order: what is wanted; the folder of the results is there.
        found: the photos, from ``walk.find_photos``.
        crew: who does the work.
        told: who is told.

    Returns:
        How many photos failed or were refused.

    Raises:
        RestorationError: no photo can be restored, or the record cannot be kept.
        KeyboardInterrupt: as it comes; what is done stays done.
    """
    with _alone_in(order.out):
        record = Record(order.out)
        if order.index:
            check_index(order.out)
        record.rewrite()
        run = _Run(order, record, told)
        try:
            plan = make_plan(order, found.photos, record)
            told.planned(plan)
            for todo, refusal in plan.refused:
                run.refuse(todo, refusal)
            run.do(plan.todo, crew)
            told.ended()
        finally:
            record.rewrite()
            if order.index and record.rows:
                write_index(order.out, order.folder, list(record.rows.values()))
        return run.failures


class _Run:
    def __init__(self, order: Order, record: Record, told: Told) -> None:
        self._order, self._record, self._told = order, record, told
        self.failures = 0
        self._common = {
            "folder": os.path.realpath(order.folder),
            "settings": settings_digest(order.settings),
            "program": program_version(),
            "weights": weights_digest(order.settings.preset),
        }

    def do(self, todos: list[Todo], crew: Crew) -> None:
        late = list(self._through(todos, crew.make_worker, crew.jobs, crew.make_alone is not None))
        if crew.make_alone is not None:
            # What a share of the memory was too little for has all of it now.
            for _ in self._through(late, crew.make_alone, 1, False):
                pass

    def refuse(self, todo: Todo, error: OutputError) -> None:
        """Record that something else lies where a result belongs; a result that is recorded stays so."""
        row = Row(todo.source, todo.output, SKIPPED, error=error.cause, remedy=error.remedy, started=_now())
        row = replace(row, **self._common)
        old = self._record.rows.get(todo.output)
        if old is None or old.state != DONE:
            self._record.append(row)
        self._tell_failure(todo, error, row)

    def _through(
        self, todos: list[Todo], make_worker: Callable[[], Worker], jobs: int, retries_short: bool
    ) -> Iterator[Todo]:
        """Do photos; those that memory was short for come out again, if they are to be tried once more."""
        tasks = [(todo, self._task(todo)) for todo in todos]
        try:
            with contextlib.closing(work_through(tasks, make_worker, jobs)) as work:
                for todo, made in work:
                    for line in made.log:
                        _log.warning("%s: %s", todo.source, line)
                    if made.failure is not None and made.failure.code == "memory" and retries_short:
                        yield todo
                    elif made.failure is not None:
                        self._fail(todo, made, made.failure, self._record.rows.get(todo.output))
                    else:
                        self._keep(todo, made)
        finally:
            # A worker that was stopped in the middle of a file, or killed, leaves half of it.
            Leftovers(self._order.out, (todo.output for todo in todos)).remove()

    def _task(self, todo: Todo) -> Task:
        target = self._order.out / todo.output
        previews = None
        if self._order.index:
            before, after = (str(self._order.out / name) for name in preview_names(todo.output))
            previews = before, after
        return Task(
            str(self._order.folder / todo.source), str(part_file(target, todo.output)), Path(todo.source).stem, previews
        )

    def _keep(self, todo: Todo, made: Made) -> None:
        """Record a result, then give it its name: a result without a row would be in the way of the next run."""
        target, part = self._order.out / todo.output, Path(made.part)
        if os.path.lexists(target) and not todo.replaces:
            part.unlink(missing_ok=True)
            self.refuse(todo, OutputError(f"{target} exists already.", "It came into being meanwhile: move it away."))
            return
        old = self._record.rows.get(todo.output)
        # It was as we made it when the run began, which may be days ago.
        if os.path.lexists(target) and not self._order.overwrite and (old is None or not untouched(target, old)):
            part.unlink(missing_ok=True)
            cause = f"{target} was changed while its photo was done again."
            self.refuse(todo, OutputError(cause, "Move it away, or overwrite it with --force."))
            return
        row = self._row(todo, made, DONE)
        self._record.append(row)
        try:
            part.replace(target)
        except OSError as error:
            failure = OutputError(f"{target} cannot be written: {error.strerror or error}.", "Try another folder.")
            self._fail(todo, made, Failure.of(failure), old)
            return
        self._told.made(target, row)

    def _fail(self, todo: Todo, made: Made, failure: Failure, old: Row | None) -> None:
        """Record a failure; ``old`` is the row of what an earlier run made of the photo."""
        row = replace(self._row(todo, made, FAILED), error=failure.cause, remedy=failure.remedy)
        if old is not None:  # what an earlier run made is there still, and still this program's
            row = replace(row, output_sha256=old.output_sha256)
        self._record.append(row)
        _log.error("%s\n%s", todo.source, failure.trace)
        self._tell_failure(todo, failure.error(), row)

    def _tell_failure(self, todo: Todo, error: RestorationError, row: Row) -> None:
        self.failures += 1
        self._told.failed(self._order.folder / todo.source, error, row)

    def _row(self, todo: Todo, made: Made, state: str) -> Row:
        row = Row(
            todo.source,
            todo.output,
            state,
            seconds=f"{made.seconds:.2f}",
            width=str(made.width or ""),
            height=str(made.height or ""),
            started=_now(made.seconds),
        )
        if state == DONE:
            row = replace(
                row,
                stages=" ".join(made.stages),
                faces=str(made.faces),
                notes=" ".join(made.notes),
                source_bytes=str(made.source_bytes),
                source_modified=modified_text(made.source_modified),
                source_sha256=made.source_sha256,
                output_sha256=made.part_sha256,
            )
        return replace(row, **self._common)


def _now(ago: float = 0.0) -> str:
    moment = datetime.now(timezone.utc).timestamp() - ago
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="seconds")


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep a second run out of the folder: each would undo the other's record.

    Raises:
        OutputError: another one is at work there.
    """
    path = folder / ".restore-old-photo.lock"
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise OutputError(f"Another run is at work in {folder}.", "Wait for its end, or stop it.") from error
    try:
        yield
    finally:
        # Who has opened it meanwhile does not get in by it: FileLock sees that its file has no name any more.
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        lock.release()


@contextlib.contextmanager
def turns_file() -> Iterator[str]:
    """A file by which the workers of one run take turns; see ``process_worker.Setup``."""
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as folder:
        yield str(Path(folder) / "turn")
