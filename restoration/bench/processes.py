"""Measured programs are run one at a time, each in a fresh process, and timed from outside, start-up included."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What a program said, and when.

    Attributes:
        at_s: seconds after it was started.
        figures: see ``restoration.bench.messages``.
    """

    at_s: float
    figures: dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """A program that has ended.

    Attributes:
        said: in the order in which it was said.
        seconds: from its start to its end.
        failure: why it came to nothing, as a sentence; empty if it did its work.
    """

    said: tuple[Said, ...]
    seconds: float
    failure: str = ""


def run_program(module: str, *arguments: str, limit_s: float) -> Ran:
    """Runs a module of this package as a program.

    Args:
        module: its whole name.
        arguments: for it.
        limit_s: seconds after which it is stopped.
    """
    said: list[Said] = []
    expired = threading.Event()
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )

        def stop() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(limit_s, stop)
        timer.start()
        try:
            with process:
                for line in process.stdout or ():
                    if line.startswith(b"{"):  # libraries may have something to say, too
                        said.append(Said(time.perf_counter() - begin, json.loads(line)))
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        seconds = time.perf_counter() - begin
        errors.seek(0)
        last_words = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    return Ran(tuple(said), seconds, _failure(process.returncode, expired.is_set(), limit_s, last_words))


def _failure(status: int, expired: bool, limit_s: float, last_words: str) -> str:
    if expired:
        return f"It took longer than {limit_s:g} s."
    if status == -9:
        return "It was killed by the system, most likely for want of memory."
    if status != 0:
        return f"It ended with status {status}: {last_words or 'it said nothing'}"
    return ""
