"""What becomes of each photo that was found: done already, to be done, or refused."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from restoration.archive.identity import file_digest, program_version, settings_digest, weights_digest
from restoration.archive.parts import Leftovers
from restoration.archive.record import DONE, Record, Row
from restoration.errors import OutputError
from restoration.settings import Settings


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Attributes:
        folder: of the photos.
        out: of the results; it is there.
        suffix: of the results, with its dot; ``.ora`` for layers.
        settings: how to restore.
        recursive: whether folders in ``folder`` are done, too.
        overwrite: whether everything is done again, over what there is.
        index: whether pages are made.
    """

    folder: Path
    out: Path
    suffix: str
    settings: Settings
    recursive: bool = False
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
    originals = {identity for photo in photos if (identity := _identity(order.folder / photo)) is not None}
    plan, wishes = Plan(), settings_digest(order.settings)
    made_by = (program_version(), weights_digest(order.settings.preset))
    outputs = _outputs(photos, order.suffix, record)
    leftovers = Leftovers(order.out, outputs.values())
    for source, output in outputs.items():
        target, row = order.out / output, record.rows.get(output)
        there = os.path.lexists(target)
        todo = Todo(source, output, replaces=there)
        if there and (_identity(target) in originals or target.is_dir()):
            what = "is a folder" if target.is_dir() else "is an input, and inputs are never overwritten"
            plan.refused.append((todo, OutputError(f"{target} {what}.", "Choose another folder for the results.")))
        elif not there or order.overwrite:
            finishes = row is not None and not order.overwrite and _is_done(order, source, row, wishes)
            if row is not None and finishes and _finished(target, row, leftovers):
                plan.already.append(row)
            else:
                plan.todo.append(todo)
        elif row is None or not row.output_sha256:
            remedy = "It is not of this program's making: move it away, or overwrite it with --force."
            plan.refused.append((todo, OutputError(f"{target} exists already.", remedy)))
        elif _is_done(order, source, row, wishes):
            plan.already.append(row)
            plan.otherwise += (row.program, row.weights) != made_by
        elif row.folder == _folder(order) and _untouched(target, row):
            plan.todo.append(todo)
        else:
            whose = "was changed since it was made" if row.folder == _folder(order) else "is that of another photo"
            error = OutputError(f"{target} {whose}.", "Move it away, or overwrite it with --force.")
            plan.refused.append((todo, error))
    leftovers.remove()
    return plan


def _outputs(photos: Iterable[Path], suffix: str, record: Record) -> dict[str, str]:
    """The result of every photo, relative.

    It has the photo's name, or, where another photo's result has that already, the photo's name and suffix. What the
    record says once stays so.
    """
    known = {row.source: row.output for row in record.rows.values() if row.output.endswith(suffix)}
    # Case does not tell files apart on every disk.
    taken = {output.casefold() for output in record.rows}
    outputs: dict[str, str] = {}
    for photo in photos:
        source = photo.as_posix()
        output = known.get(source)
        if output is None:
            output = photo.with_suffix(suffix).as_posix()
            if output.casefold() in taken:
                output = f"{source}{suffix}"
            taken.add(output.casefold())
        outputs[source] = output
    return outputs


def _is_done(order: Order, source: str, row: Row, wishes: str) -> bool:
    return row.state == DONE and row.settings == wishes and _same_source(order, source, row)


def _same_source(order: Order, source: str, row: Row) -> bool:
    path = order.folder / source
    try:
        status = path.stat()
        if str(status.st_size) != row.source_bytes:
            return False
        if row.folder == _folder(order) and modified_text(status.st_mtime_ns) == row.source_modified:
            return True
        # Copied, or on a disk that is now called otherwise: what is in it counts.
        return file_digest(path) == row.source_sha256
    except OSError:
        return False


def _finished(target: Path, row: Row, leftovers: Leftovers) -> bool:
    """Give a result its name that is in the record, and had no name yet when the program was stopped."""
    for part in leftovers.of(row.output):
        if _untouched(part, row):
            part.replace(target)
            return True
    return False


def _untouched(path: Path, row: Row) -> bool:
    try:
        return file_digest(path) == row.output_sha256
    except OSError:
        return False


def _folder(order: Order) -> str:
    return os.path.realpath(order.folder)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
