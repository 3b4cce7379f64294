"""Results that have no name yet: hidden files beside where they belong, and what a killed run leaves of them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

#: Those of ``part_file``, and what ``atomic_file`` makes of them while it writes.
_PART = re.compile(r"\.{1,2}([0-9a-f]{16})\.[0-9a-f]{8}\.part\.")


def part_file(target: Path, output: str) -> Path:
    """A file beside ``target`` that is to become it.

    It is hidden, so that nobody takes it for a result, and named otherwise every time: a worker that outlives a program
    that was killed must not write into the file of the next run.

    Args:
        target: the result.
        output: by which the record knows it.
    """
    return target.with_name(f".{_name(output)}.{secrets.token_hex(4)}.part{target.suffix}")


class Leftovers:
    """Unfinished results of runs that were killed; those of other results in the same folders are left alone.

    Args:
        out: folder of the results.
        outputs: relative names of results, whose folders are looked through, each once.
    """

    def __init__(self, out: Path, outputs: Iterable[str]) -> None:
        self._by_name: dict[str, list[Path]] = {}
        outputs = list(outputs)
        # Another run may be at work with another folder of results, of which one of these folders is a part.
        ours = {_name(output) for output in outputs}
        for folder in {(out / output).parent for output in outputs}:
            with contextlib.suppress(OSError):
                for path in folder.iterdir():
                    if (found := _PART.match(path.name)) and found[1] in ours:
                        self._by_name.setdefault(found[1], []).append(path)

    def of(self, output: str) -> list[Path]:
        """Those of one result."""
        return self._by_name.get(_name(output), [])

    def keep(self, output: str) -> None:
        """Let ``remove`` leave those of one result alone."""
        self._by_name.pop(_name(output), None)

    def remove(self) -> None:
        """Remove all that are still there."""
        for path in (path for paths in self._by_name.values() for path in paths):
            with contextlib.suppress(OSError):
                path.unlink()


def _name(output: str) -> str:
    return hashlib.sha256(os.fsencode(output)).hexdigest()[:16]
