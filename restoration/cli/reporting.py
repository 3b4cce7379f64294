"""What the user is told when something goes wrong: one line; the rest goes to a log file."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec

import typer
from platformdirs import user_log_path

from restoration.errors import Cancelled, RestorationError, SettingsError

#: Exit statuses. Those of a result, ``EXIT_FAILED`` among them, are 0 and 1 as everywhere.
EXIT_FAILED, EXIT_USAGE, EXIT_CANCELLED = 1, 2, 130

_LOG_BYTES = 1_000_000  # a log that has grown larger is set aside, and the one set aside before it is dropped
_log = logging.getLogger("restoration.cli")

_Parameters = ParamSpec("_Parameters")


class UsageError(SettingsError):
    """Arguments that contradict each other, or name something that cannot be meant."""

    code = "usage"


def log_file() -> Path:
    """Where tracebacks and warnings go. The file is made when there is something to write."""
    return user_log_path("restore-old-photo") / "restore-old-photo.log"


def one_line(text: str) -> str:
    """The text without line breaks, which names of files may contain."""
    return " ".join(text.split())


def report(error: Exception, about: str = "") -> int:
    """Show an error as one line on stderr, and write its traceback to the log.

    Args:
        error: what went wrong.
        about: name of the file that it went wrong with; put in front where the error does not say it.

    Returns:
        The exit status that goes with it.
    """
    # A mistyped option is the log's business, and not the error that doctor should tell of.
    level = logging.WARNING if isinstance(error, SettingsError) else logging.ERROR
    _log.log(level, "%s", about or "The command failed.", exc_info=error)
    if isinstance(error, RestorationError):
        sentence = str(error)
    else:
        kept = log_file()
        where = f"The details are in {kept}." if kept.is_file() else f"{kept} cannot be written."
        sentence = f"The program failed unexpectedly ({type(error).__name__}). {where}"
    if about and about not in sentence:
        sentence = f"{about}: {sentence}"
    typer.echo(one_line(f"Error: {sentence}"), err=True)
    return EXIT_USAGE if isinstance(error, SettingsError) else EXIT_FAILED


def reported(command: Callable[_Parameters, None]) -> Callable[_Parameters, None]:
    """``command``, with whatever it raises shown to the user and made an exit status."""

    @functools.wraps(command)
    def run(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> None:
        with _log_to_file():
            try:
                command(*args, **kwargs)
            except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
                raise  # typer sees to these
            except (KeyboardInterrupt, Cancelled) as stop:
                typer.echo("Cancelled.", err=True)
                raise typer.Exit(EXIT_CANCELLED) from stop
            except Exception as error:
                raise typer.Exit(report(error)) from error

    return run


class _LogFile(logging.Handler):
    """Appends records to ``log_file()``; where that cannot be written they are dropped."""

    def emit(self, record: logging.LogRecord) -> None:
        path = log_file()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file() and path.stat().st_size > _LOG_BYTES:
                path.replace(path.with_suffix(".old.log"))
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{self.format(record)}\n")


@contextlib.contextmanager
def _log_to_file() -> Iterator[None]:
    """Warnings, ours and those of the libraries, go to the log and not between the user's lines."""
    handler = _LogFile(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
