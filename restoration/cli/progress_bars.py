"""A bar a stage on stderr, with the time that is left; where stderr is no terminal, only the sentences."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from restoration.cli.reporting import one_line

_LABELS = {
    "models": "Loading the networks",
    "detection": "Looking for scratches",
    "quality": "Restoring",
    "scratches": "Repairing scratches",
    "inpainting": "Filling holes",
    "faces": "Faces",
    "colour": "Colouring",
}


class ProgressBars:
    """The bars of one piece of work; call it as a ``restoration.progress.Progress``.

    Args:
        title: put in front of every bar and of every note, for example the name of one of several files.
    """

    def __init__(self, title: str = "") -> None:
        self._title = f"{one_line(title)}: " if title else ""
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
            # A tile of a large scan takes many seconds; a shorter memory would have forgotten the one before.
            speed_estimate_period=600,
            # rich would send what is printed to stdout to the bars' stream, which is stderr.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, stage: str, fraction: float) -> None:
        """Show that ``fraction`` (0 to 1) of a stage is done."""
        if stage not in self._tasks:
            label = _LABELS.get(stage, stage.capitalize())
            self._tasks[stage] = self._progress.add_task(f"{self._title}{label}", total=1.0)
        self._progress.update(self._tasks[stage], completed=fraction)

    def note(self, sentence: str) -> None:
        """Show a sentence on a line of its own, above the bars."""
        # Soft: a note stays one line, however long, for those who search or sort them.
        line = one_line(f"{self._title}{sentence}")
        self._progress.console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)
