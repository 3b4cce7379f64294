"""The last error in a log: of Python's ``logging``, as all of this program's logs are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 256 << 10
_HEAD = re.compile(r"(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[,\d]* (?P<level>[A-Z]+) (?P<rest>.*)")


@dataclass(frozen=True)
class LoggedError:
    """An error that was logged.

    Attributes:
        path: of the log.
        when: as it stands there, in this machine's time.
        lines: with the traceback.
    """

    path: Path
    when: str
    lines: tuple[str, ...]

    def brief(self) -> str:
        """What it ended with: the exception, or the message."""
        said = [line.strip() for line in self.lines if line.strip()]
        return said[-1][:200] if said else ""


def last_error(path: Path) -> LoggedError | None:
    """The last error in a log; None if there is none, or no log."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _MOST_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    found: LoggedError | None = None
    block: list[str] = []
    when, wanted = "", False
    for line in [*lines, "9999-12-31 00:00:00 INFO end"]:
        head = _HEAD.match(line)
        if head is None:
            block.append(line)
            continue
        if wanted:
            found = LoggedError(path, when, tuple(block))
        when, wanted, block = head["when"], head["level"] in ("ERROR", "CRITICAL"), [head["rest"]]
    return found
