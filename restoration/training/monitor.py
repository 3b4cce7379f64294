"""What one sees of a run: a progress bar, a line of figures now and then, TensorBoard's scalars and pictures."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from restoration.errors import SettingsError

if TYPE_CHECKING:
    from typing_extensions import Self

#: Losses are averaged over so many steps before they are written down.
REPORT_EVERY_STEPS = 50
PICTURES_EVERY_S = 300
#: At most so many pictures in a grid, four to a row.
PICTURES, PICTURES_A_ROW = 16, 4


class Monitor:
    """Writes ``<folder>/<name>.jsonl`` and ``<folder>/tensorboard/<name>/``; a context.

    Args:
        name: of the run.
        folder: of its checkpoint.

    Raises:
        SettingsError: TensorBoard is not installed.
    """

    def __init__(self, name: str, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise SettingsError(
                "Training needs tensorboard.", "Install it with: pip install 'restore-old-photo[train]'."
            ) from error
        self.name = name
        self.log = folder / f"{name}.jsonl"
        self.writer = SummaryWriter(str(folder / "tensorboard" / name))
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=Console(stderr=True))
        self.task = self.bar.add_task(name, total=1.0)
        self.sums: dict[str, float] = {}
        self.count = 0
        self.pictures_due = time.monotonic()

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.bar.stop()
        self.writer.close()

    def note(self, step: int, progress: float, elapsed_s: float, losses: dict[str, float]) -> None:
        """After each step."""
        self.bar.update(self.task, completed=progress)
        self.count += 1
        for key, value in losses.items():
            self.sums[key] = self.sums.get(key, 0.0) + value
        if step % REPORT_EVERY_STEPS:
            return
        means = {key: value / self.count for key, value in self.sums.items()}
        self.sums, self.count = {}, 0
        for key, value in means.items():
            self.writer.add_scalar(key, value, step)
        rounded = {key: round(value, 5) for key, value in means.items()}
        with self.log.open("a") as stream:
            stream.write(json.dumps({"step": step, "minutes": round(elapsed_s / 60, 2), **rounded}) + "\n")
        self.bar.console.print(f"{self.name} {step} {100 * progress:.1f}% {rounded}", highlight=False)

    def wants_pictures(self) -> bool:
        """Whether it is time for a grid of pictures."""
        return time.monotonic() >= self.pictures_due

    def note_pictures(self, step: int, pictures: Tensor) -> None:
        """N×3×H×W in [-1, 1], as one grid."""
        self.writer.add_image("pictures", picture_grid(pictures), step)
        self.pictures_due = time.monotonic() + PICTURES_EVERY_S


def picture_grid(pictures: Tensor) -> Tensor:
    """N×3×H×W in [-1, 1] to one picture in [0, 1], four to a row; what does not fill a row is left out."""
    shown = ((pictures.detach().float().cpu().clamp(-1, 1) + 1) / 2)[:PICTURES]
    across = min(PICTURES_A_ROW, len(shown))
    down = len(shown) // across
    _, channels, height, width = shown.shape
    grid = shown[: down * across].view(down, across, channels, height, width)
    return grid.permute(2, 0, 3, 1, 4).reshape(channels, down * height, across * width)
