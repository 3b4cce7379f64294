"""``restore`` of a folder: who does it, and what is said about it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from restoration.archive.walk import find_photos
from restoration.cli.outputs import folder_suffix, writable_folder
from restoration.cli.reporting import UsageError, log_file, one_line, report
from restoration.errors import PictureError, RestorationError
from restoration.settings import Settings

if TYPE_CHECKING:
    from restoration.archive.plan import Plan
    from restoration.archive.record import Row
    from restoration.archive.run import Crew

EngineName = Literal["local", "server", "ray"]

#: Jobs that are with the server at a time: one is computed, one is on its way there, one is written.
JOBS_AT_SERVER = 3


def restore_archive(
    folder: Path,
    out: str,
    settings: Settings,
    *,
    recursive: bool,
    layers: bool,
    file_format: str | None,
    overwrite: bool,
    index: bool,
    jobs: int | None,
    engine: EngineName,
    ray_address: str | None,
) -> int:
    """Restore the photos of a folder into a folder, and say what happens.

    Returns:
        How many failed.

    Raises:
        RestorationError: it cannot begin, or not go on.
    """
    results = Path(out)
    if not out:
        raise UsageError("The name of the output is empty.", "Name a folder.")
    if results.exists() and not results.is_dir():
        raise UsageError(f"{out} is a file, and the results need a folder.", "Name a folder.")
    suffix = folder_suffix(results, layers, file_format)
    if results.is_dir() and folder.samefile(results):
        raise UsageError(f"{out} is the folder of the photos.", "Choose another one for the results.")
    found = find_photos(folder, recursive=recursive, out=results)
    for inner, failure in found.failures:
        report(failure, str(folder / inner))
    failed = len(found.failures)
    if not found.photos:
        if not failed:
            where = "" if recursive else "not from folders in it, unless you add --recursive"
            kinds = f"PNG, JPEG, TIFF, WebP, AVIF and BMP files are taken from it{where and ', ' + where}."
            report(PictureError(f"There is no picture in the folder {folder}.", kinds), str(folder))
        return failed or 1
    from restoration.archive.plan import Order
    from restoration.archive.run import restore_folder

    order = Order(folder, results, suffix, settings, overwrite=overwrite, index=index)
    with (
        writable_folder(results, make=True),
        _crew(settings, engine, jobs, ray_address) as crew,
        _Told(order.out) as told,
    ):
        failed += restore_folder(order, found, crew, told)
    if others := len(found.not_entered):
        folders = "1 folder in it was" if others == 1 else f"{others} folders in it were"
        typer.echo(f"{folders} left out; add --recursive for the photos in there.", err=True)
    return failed


def check_engine(name: str, server: bool) -> EngineName:
    """The engine that ``--engine`` and ``--server`` ask for.

    Raises:
        UsageError: there is none of that name, or they ask for two.
    """
    for known in get_args(EngineName):
        if name == known:
            if server and known == "ray":
                raise UsageError("--server and --engine ray do not go together.", "Leave out one of them.")
            return "server" if server else known
    raise UsageError(f"There is no engine {name!r}.", f"Choose one of: {', '.join(get_args(EngineName))}.")


@contextlib.contextmanager
def _crew(settings: Settings, engine: EngineName, jobs: int | None, ray_address: str | None) -> Iterator[Crew]:
    from restoration.archive.run import Crew, turns_file

    if engine == "ray":
        from restoration.archive.ray_worker import cluster

        with cluster(settings, address=ray_address, jobs=jobs) as used:
            yield Crew(used.make_worker, used.jobs)
    elif engine == "server":
        from restoration.archive.thread_worker import ThreadWorker
        from restoration.cli.server_engine import ServerEngine

        yield Crew(lambda: ThreadWorker(lambda: ServerEngine(settings)), jobs or JOBS_AT_SERVER)
    else:
        from restoration.archive.process_worker import ProcessWorker, Setup
        from restoration.archive.shares import shares

        share = shares(settings, jobs)
        with turns_file() as turns:
            yield Crew(
                lambda: ProcessWorker(Setup(share.settings, share.threads, turns)),
                share.jobs,
                None if share.settings == settings else lambda: ProcessWorker(Setup(settings)),
            )


class _Told:
    """Says what happens: names of results on stdout, a bar, failures and sums on stderr."""

    def __init__(self, out: Path) -> None:
        self._out, self._done, self._failed, self._already = out, 0, 0, 0
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
            speed_estimate_period=3600,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("Restoring", total=None)

    def __enter__(self) -> _Told:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.stop()
        if self._done or self._failed:
            parts = [f"{self._done} restored"] if self._done else []
            parts += [f"{self._failed} failed"] if self._failed else []
            parts += [f"{self._already} done already"] if self._already else []
            from restoration.archive.index import INDEX_NAME
            from restoration.archive.walk import RECORD_NAME

            where = f"see {self._out / RECORD_NAME}"
            if kind is None and (self._out / INDEX_NAME).is_file():
                where = f"look at them in {self._out / INDEX_NAME}; the record is {RECORD_NAME}"
            going_on = " The same command goes on." if kind is not None else ""
            typer.echo(one_line(f"{', '.join(parts)}: {where}.{going_on}"), err=True)

    def planned(self, plan: Plan) -> None:
        """See ``restoration.archive.run.Told``."""
        self._bar.update(self._task, total=len(plan.todo))
        self._already = len(plan.already)
        if plan.already:
            sentence = f"{_photos(self._already)} done already."
            if plan.otherwise:
                sentence += f" Another version of the program made {plan.otherwise} of them; --force does all again."
            self._say(sentence)

    def made(self, target: Path, row: Row) -> None:
        """See ``restoration.archive.run.Told``."""
        self._done += 1
        self._bar.advance(self._task)
        with self._without_bar():
            typer.echo(target)

    def failed(self, source: Path, error: RestorationError, row: Row) -> None:
        """See ``restoration.archive.run.Told``."""
        self._failed += 1
        self._bar.advance(self._task)
        if error.code == "restoration" and "unexpectedly" in error.cause:
            error = RestorationError(error.cause, f"The details are in {log_file()}.")
        with self._without_bar():
            report(error, str(source))

    def ended(self) -> None:
        """See ``restoration.archive.run.Told``."""

    def _say(self, sentence: str) -> None:
        with self._without_bar():
            typer.echo(one_line(sentence), err=True)

    @contextlib.contextmanager
    def _without_bar(self) -> Iterator[None]:
        # What is printed to a terminal while the bar moves is painted over.
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()


def _photos(count: int) -> str:
    return "1 photo is" if count == 1 else f"{count} photos are"
