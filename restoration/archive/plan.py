"""What becomes of each photo that was found: done already, to be done, or refused."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from restoration.archive.identity import program_version, settings_digest, weights_digest
from restoration.archive.parts import Leftovers
from restoration.archive.record import DONE, Record, Row
from restoration.archive.walk import identity_of
from restoration.errors import OutputError
from restoration.file_sums import sha256_of
from restoration.settings import Settings


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Attributes:
        folder: of the photos.
        out: of the results; it is there.
        suffix: of the results, with its dot; ``.ora`` for layers.
        settings: how to restore.
        overwrite: whether everything is done again, over what there is.
        index: whether pages are made.
    """

    folder: Path
    out: Path
    suffix: str
    settings: Settings
    overwrite: bool = False
    index: bool = True


@dataclass(frozen=True)
class Todo:
    """A photo to be restored.

    Attributes:
        source, output: relative, with slashes, as in the record.
        replaces: whether a result that is there goes.
    """

    source: str
    output: str
    replaces: bool = False


@dataclass
class Plan:
    """All photos.

    Attributes:
        todo: in their order.
        already: rows of those that are done.
        refused: those in whose place something else lies.
        otherwise: how many of ``already`` another version or other weights made.
    """

    todo: list[Todo] = field(default_factory=list)
    already: list[Row] = field(default_factory=list)
    refused: list[tuple[Todo, OutputError]] = field(default_factory=list)
    otherwise: int = 0


def modified_text(nanoseconds: int) -> str:
    """A file's time, ISO 8601 in UTC, exact to the microsecond."""
    start = datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (start + timedelta(microseconds=nanoseconds // 1000)).isoformat(timespec="microseconds")


def make_plan(order: Order, photos: Iterable[Path], record: Record) -> Plan:
    """Decide about every photo, and clear up what a run that was killed has left of them.

    A photo is done already if this program made its result of the same file (its size and its time, or its sum) with
    the same settings, and there still is a result. If the file or the settings are others now, the result is replaced,
    unless somebody changed it meanwhile, or it came from another folder.

    Args:
        order: what is wanted.
        photos: relative to the folder.
        record: of the folder of the results.
    """
    photos = list(photos)
    originals = {identity for photo in photos if (identity := identity_of(order.folder / photo)) is not None}
    plan, wishes = Plan(), settings_digest(order.settings)
    made_by = (program_version(), weights_digest(order.settings.preset))
    outputs = _outputs(photos, order.suffix, record)
    leftovers = Leftovers(order.out, outputs.values())
    for source, output in outputs.items():
        target, row = order.out / output, record.rows.get(output)
        refusal = None
        if target.is_dir():
            refusal = OutputError(f"{target} is a folder.", "Choose another folder for the results.")
        elif identity_of(target) in originals:
            cause = f"{target} is an input, and inputs are never overwritten."
            refusal = OutputError(cause, "Choose another folder for the results.")
        elif row is not None and not order.overwrite:
            refusal = _finish(target, row, leftovers)
        todo = Todo(source, output, replaces=os.path.lexists(target))
        if refusal is None and not order.overwrite and todo.replaces:
            if row is not None and row.output_sha256 and _is_done(order, source, row, wishes):
                plan.already.append(row)
                plan.otherwise += (row.program, row.weights) != made_by
                continue
            refusal = _in_the_way(order, todo, row)
        if refusal is None:
            plan.todo.append(todo)
        else:
            plan.refused.append((todo, refusal))
    leftovers.remove()
    return plan


def _outputs(photos: Iterable[Path], suffix: str, record: Record) -> dict[str, str]:
    """The result of every photo, relative.

    It has the photo's name, or, where another photo's result has that already, the photo's name and suffix, and a
    number at need. What the record says once stays so.
    """
    known = {row.source: row.output for row in record.rows.values() if row.output.endswith(suffix)}
    # Case does not tell files apart on every disk.
    taken = {output.casefold() for output in record.rows}
    outputs: dict[str, str] = {}
    for photo in photos:
        source = photo.as_posix()
        output = known.get(source)
        if output is None:
            output, number = photo.with_suffix(suffix).as_posix(), 1
            while output.casefold() in taken:
                output = f"{source}{suffix}" if number == 1 else f"{source}.{number}{suffix}"
                number += 1
            taken.add(output.casefold())
        outputs[source] = output
    return outputs


def _is_done(order: Order, source: str, row: Row, wishes: str) -> bool:
    return row.state == DONE and row.source == source and row.settings == wishes and _same_source(order, source, row)


def _same_source(order: Order, source: str, row: Row) -> bool:
    path = order.folder / source
    try:
        status = path.stat()
        if str(status.st_size) != row.source_bytes:
            return False
        if row.folder == _folder(order) and modified_text(status.st_mtime_ns) == row.source_modified:
            return True
        # Copied, or on a disk that is now called otherwise: what is in it counts.
        return sha256_of(path) == row.source_sha256
    except OSError:
        return False


def _in_the_way(order: Order, todo: Todo, row: Row | None) -> OutputError | None:
    """Why what lies in the place of a result must stay; None if it is the result of an earlier run."""
    target = order.out / todo.output
    if row is None or not row.output_sha256:
        remedy = "It is not of this program's making: move it away, or overwrite it with --force."
        return OutputError(f"{target} exists already.", remedy)
    ours = row.source == todo.source and row.folder == _folder(order)
    if ours and untouched(target, row):
        return None
    whose = "was changed since it was made" if ours else "is that of another photo"
    return OutputError(f"{target} {whose}.", "Move it away, or overwrite it with --force.")


def _finish(target: Path, row: Row, leftovers: Leftovers) -> OutputError | None:
    """Give a result its name that is in the record, and had no name yet when the program was stopped.

    What lies there under that name is older then; if it is newer, somebody has made it since, and it stays.

    Returns:
        Why its name cannot be given to it; None if all is well.
    """
    for part in leftovers.of(row.output):
        if row.state == DONE and untouched(part, row) and _newer(part, target):
            try:
                part.replace(target)
            except OSError as error:  # on Windows, while another program has the older result open
                leftovers.keep(row.output)
                cause = f"{target} cannot be written: {error.strerror or error}."
                return OutputError(cause, "Close the programs that have it open.")
            break
    return None


def _newer(part: Path, target: Path) -> bool:
    try:
        return part.stat().st_mtime_ns > target.lstat().st_mtime_ns
    except FileNotFoundError:
        return True


def untouched(path: Path, row: Row) -> bool:
    """Whether a file is the result as it was written, by the record; not so if it cannot be read."""
    try:
        return sha256_of(path) == row.output_sha256
    except OSError:
        return False


def _folder(order: Order) -> str:
    return os.path.realpath(order.folder)
