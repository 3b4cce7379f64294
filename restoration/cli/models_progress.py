"""A bar for each file that comes; where stderr is no terminal, only the sentences."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from restoration.cli.reporting import one_line
from restoration.weights.downloading import Told


class DownloadBars:
    """The bars of one fetching. ``say`` and ``download`` are what a ``restoration.weights.fetching.Listener`` needs."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> DownloadBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        if isinstance(error, KeyboardInterrupt):
            self.say("What has come is kept: the same command goes on from there.")

    def say(self, sentence: str) -> None:
        """Show a sentence on a line of its own, above the bars."""
        self._progress.console.print(one_line(sentence), soft_wrap=True, markup=False, highlight=False, emoji=False)

    def download(self, name: str) -> Told:
        """A bar for a file."""
        task = self._progress.add_task(name, total=None)

        def told(done: int, total: int | None) -> None:
            self._progress.update(task, completed=done, total=total, visible=total is None or done < total)

        return told
