"""The record of what was done: ``restore-old-photo.csv``, one row a photo.

Rows are appended and flushed to the disk one by one: whatever stops the program, all rows but the one in the making
are there, and that one is dropped when the file is read. A photo that is done again gets a further row; the last one
counts, and the file is written anew with one row a photo when a run begins and when it ends.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path, PurePath

from restoration.archive.cells import from_cell, to_cell
from restoration.archive.walk import RECORD_NAME
from restoration.atomic_file import atomic_file
from restoration.errors import OutputError

DONE, FAILED, SKIPPED = "done", "failed", "skipped"

_BOM = "\ufeff"  # without it, Excel takes UTF-8 for something else
_LOCKED = "Close the programs that have it open, and start the same command again: it goes on."


@dataclass(frozen=True)
class Row:
    """What became of one photo; the fields are the columns, all of them text.

    Attributes:
        source: the photo, relative to the folder, with slashes.
        output: its result, relative to the folder of the record, with slashes.
        state: ``done``; ``failed``; ``skipped``, something else lies where the result belongs.
        seconds: that it took.
        width, height: of the photo in pixels.
        stages: that changed something, with blanks between them.
        faces: that were drawn anew.
        notes: what was said about it, with blanks between the sentences.
        error, remedy: why it failed, and what to do about it.
        started: when, as ISO 8601, UTC.
        folder: in which the source lies.
        source_bytes, source_modified, source_sha256: of the source file; ``source_modified`` as ``started``.
        settings: names the settings, see ``identity.settings_digest``.
        program, weights: version of the program, and which weights.
        output_sha256: of the result as it was written.
    """

    source: str
    output: str
    state: str
    seconds: str = ""
    width: str = ""
    height: str = ""
    stages: str = ""
    faces: str = ""
    notes: str = ""
    error: str = ""
    remedy: str = ""
    started: str = ""
    folder: str = ""
    source_bytes: str = ""
    source_modified: str = ""
    source_sha256: str = ""
    settings: str = ""
    program: str = ""
    weights: str = ""
    output_sha256: str = ""


COLUMNS = tuple(one.name for one in fields(Row))


class Record:
    """The record in a folder, read and kept up.

    Args:
        folder: of the results.

    Attributes:
        path: of the file.
        rows: by output, the last of each.

    Raises:
        OutputError: what lies there is no record, is in another encoding, or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD_NAME
        self.rows: dict[str, Row] = {}
        if os.path.lexists(self.path):
            self.rows = {row.output: row for row in _read(self.path)}

    def append(self, row: Row) -> None:
        """Add a row; it is on the disk when this returns.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            new = not self.path.exists()
            with self.path.open("ab") as file:
                file.write(((_BOM + _line(COLUMNS) if new else "") + _line(_cells(row))).encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror or error}.", _LOCKED) from error
        self.rows[row.output] = row

    def rewrite(self) -> None:
        """Write the file anew: one row a photo, sorted by output. Without rows no file is made.

        Raises:
            OutputError: it cannot be written; then the file is as it was.
        """
        if not self.rows and not self.path.exists():
            return
        with atomic_file(self.path, overwrite=True) as file:
            file.write((_BOM + _line(COLUMNS)).encode("utf-8"))
            for name in sorted(self.rows):
                file.write(_line(_cells(self.rows[name])).encode("utf-8"))


def _cells(row: Row) -> Iterable[str]:
    return (to_cell(getattr(row, name)) for name in COLUMNS)


def _line(cells: Iterable[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(cells)
    return stream.getvalue()


def _read(path: Path) -> list[Row]:
    """The rows of a file; left out are one that was cut off while it was written, and those that lead elsewhere."""
    try:
        raw = path.read_bytes()
        # No cell of ours has a line break in it, so a line is a row, and what comes after the last line break is cut
        # off, be it in the middle of a letter.
        whole = raw[: raw.rfind(b"\n") + 1].decode("utf-8-sig").splitlines()
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror or error}.", _LOCKED) from error
    except UnicodeDecodeError as error:  # letters that are guessed would name other files
        remedy = "Open it there again, and save it as CSV UTF-8, or move it away."
        raise OutputError(f"{path} was saved by another program in another encoding.", remedy) from error
    if not whole:
        return []
    # A spreadsheet program may have saved it with another separator, and columns of its own.
    delimiter = max(",;\t", key=whole[0].count)
    reader = csv.DictReader(whole, delimiter=delimiter)
    if not {"source", "output", "state"} <= set(reader.fieldnames or ()):
        raise OutputError(f"{path} is not a record of this program.", "Move it away, or choose another output folder.")
    rows = []
    for entry in reader:
        known = {name: from_cell(entry.get(name) or "") for name in COLUMNS}
        inside = all(stays_inside(known[name]) for name in ("source", "output"))
        if inside and known["state"] in (DONE, FAILED, SKIPPED):
            rows.append(Row(**known))
    return rows


def stays_inside(name: str, kind: type[PurePath] = PurePath) -> bool:
    """Whether a relative name leads to something in its folder: anybody may have written into a record.

    Args:
        name: out of a record.
        kind: of the system whose names these are; on Windows backslashes and drives lead elsewhere, too.
    """
    path = kind(name)
    return bool(path.parts) and not path.anchor and ".." not in path.parts and "\0" not in name
