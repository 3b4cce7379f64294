"""``restore-old-photo models``."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

#: dlib's predictor of five points, as it comes with ``face_recognition_models``.
#: What of ``face_recognition_models`` is used: file, use, licence, sha256.
_DLIB_MODELS = (
    (
        "shape_predictor_5_face_landmarks.dat",
        "faces: eyes and nose",
        "CC0",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
    (
        "mmod_human_face_detector.dat",
        "faces: --face-detector cnn",
        "CC0",
        "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
    ),
    (
        "shape_predictor_68_face_landmarks.dat",
        "faces: --face-points 68",
        "not for commercial use (iBUG 300-W)",
        "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    ),
)

_PAPER = "Wan et al., Bringing Old Photos Back to Life (CVPR 2020)"

#: Wide enough that no name is cut in two: what is read by a program is one line a file.
_WIDTH_WITHOUT_TERMINAL = 300


@dataclass(frozen=True)
class _Row:
    """A file of weights.

    Attributes:
        sha256: what it must be; None where nobody has published one.
    """

    path: Path
    name: str
    use: str
    source: str
    licence: str
    sha256: str | None = None

    def cells(self) -> tuple[str, ...]:
        if not self.path.is_file():
            size, state = "", "missing"
        else:
            size, state = f"{self.path.stat().st_size / 1e6:.1f} MB", self._state()
        return self.name, state, size, self.use, self.source, self.licence

    def _state(self) -> str:
        if self.sha256 is None:
            return "there"
        try:
            with self.path.open("rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return "sha256 ok" if digest == self.sha256 else "sha256 differs: not the file that was released"


def models(
    folder: Annotated[
        str | None, typer.Option("--models", metavar="DIR", help="Folder of the published networks.")
    ] = None,
) -> None:
    """List the networks, where they are from and their licences."""
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
    # Found, not imported: the package's __init__ needs pkg_resources, which newer setuptools no longer bring.
    spec = find_spec("face_recognition_models")
    folder = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else Path()
    source = "dlib-models (face_recognition_models)"
    return [
        _Row(folder / "models" / name, name, use, source, licence, digest)
        for name, use, licence, digest in _DLIB_MODELS
    ]


def _official(folder: Path) -> list[_Row]:
    from restoration.weights.official import CHECKPOINTS

    return [
        _Row(
            folder / file.path,
            file.path,
            ", ".join(file.groups),
            _PAPER,
            "as published",
        )
        for file in CHECKPOINTS.values()
    ]
