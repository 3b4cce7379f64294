"""Photos to be copied by workers, who need no networks for it."""

from __future__ import annotations

from pathlib import Path

from cli_pictures import make_photo

from restoration.archive.tasks import Task
from restoration.settings import FaceSettings, InpaintingSettings, QualitySettings, ScratchSettings, Settings

NOTHING = Settings(
    ScratchSettings(enabled=False),
    QualitySettings(enabled=False),
    InpaintingSettings(enabled=False),
    FaceSettings(enabled=False),
)


def tasks(folder: Path, count: int) -> list[tuple[str, Task]]:
    """So many photos to be copied, with their names as keys."""
    out = folder / "out"
    made = []
    for number in range(count):
        source = make_photo(folder / f"{number}.png")
        made.append((source.name, Task(str(source), str(out / f".{number}.part.png"), source.stem)))
    return made
