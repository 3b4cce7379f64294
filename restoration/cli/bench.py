"""``restore-old-photo bench``."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from restoration.bench.cases import CONTESTANTS, cases_of, check_size, square_of
from restoration.cli.options import ForceOption
from restoration.cli.outputs import check_named_output, writable_folder
from restoration.cli.reporting import UsageError
from restoration.errors import SettingsError
from restoration.settings import Preset

if TYPE_CHECKING:
    from restoration.bench.results import CaseResult

_Choice = TypeVar("_Choice")

_PRESETS: dict[str, tuple[Preset, ...]] = {
    "compact": ("compact",),
    "official": ("official",),
    "both": ("compact", "official"),
}
_SCRATCHES = {"with": (True,), "without": (False,), "both": (True, False)}
FIGURES, PLOT = "performance.json", "performance.png"


def bench(
    preset: Annotated[
        str, typer.Option(metavar=f"[{'|'.join(_PRESETS)}]", help="Networks: ours, those of the published sizes, both.")
    ] = "both",
    sizes: Annotated[
        str,
        typer.Option(
            "--sizes",
            "--megapixels",
            metavar="LIST",
            help="Sizes of the pictures: megapixels, which make squares, or WIDTHxHEIGHT, multiples of 32.",
        ),
    ] = "0.25,1,4,24",
    scratches: Annotated[
        str, typer.Option(metavar=f"[{'|'.join(_SCRATCHES)}]", help="Pictures with scratches, without, or both.")
    ] = "both",
    plain: Annotated[
        bool, typer.Option("--plain/--no-plain", help="Measure the plain implementation, to which all is compared.")
    ] = True,
    steps: Annotated[
        bool, typer.Option("--steps/--no-steps", help="Measure the plain one's steps, done by this library.")
    ] = True,
    restore: Annotated[
        bool, typer.Option("--restore/--no-restore", help="Measure the whole restoration, as users get it.")
    ] = True,
    repeats: Annotated[int, typer.Option(help="Runs of each; the median counts.", min=1)] = 2,
    limit: Annotated[float, typer.Option(help="Seconds after which a process is stopped.", min=1)] = 3600,
    float32: Annotated[
        bool, typer.Option("--float32", help="Keep to float32 where this machine has a faster number format.")
    ] = False,
    models: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of the published networks.", show_default="weights by a rule, of their sizes"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help=f"Folder for {FIGURES} and {PLOT}.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Measure time and memory against a plain implementation of the published order; see docs/performance.md.

    All runs on the CPU, each in a process of its own. OMP_NUM_THREADS counts for all of them.
    """
    names = dict(zip(CONTESTANTS, (plain, steps, restore), strict=True))
    contestants = tuple(name for name, wanted in names.items() if wanted)
    if not contestants:
        raise UsageError("Nothing is to be measured.", "Leave out one of --no-plain, --no-steps, --no-restore.")
    cases = cases_of(
        _choice("preset", preset, _PRESETS), parse_sizes(sizes), _choice("kind of picture", scratches, _SCRATCHES)
    )
    with _prepared(out, force):
        from rich.console import Console

        from restoration.bench.machine import machine_facts
        from restoration.bench.measure import Plan, measure
        from restoration.bench.report import document_of, table_of

        weights = "by the golden rule" if models is None else "as given"
        machine = machine_facts()
        results: list[CaseResult] = []
        with _official_folder(models, any(case.preset == "official" for case in cases)) as folder:
            for result in measure(cases, Plan(contestants, repeats, folder, float32, limit), _tell):
                results.append(result)
                document = document_of(results, machine, repeats, weights)
                if out is not None:  # after each case: a run takes hours, and may be stopped
                    _write(out, document, results)
        console = Console(stderr=as_json)
        # Figures stay whole where nobody looks at a terminal.
        Console(stderr=as_json, width=None if console.is_terminal else 180).print(table_of(document))
        if as_json:
            typer.echo(_text(document), nl=False)
        if out is not None:
            for path in (out / FIGURES, out / PLOT):
                if path.exists():
                    typer.echo(path, err=as_json)


def _write(out: Path, document: dict[str, Any], results: list[CaseResult]) -> None:
    from restoration.atomic_file import atomic_file
    from restoration.bench.plot import plot_png

    for name, content in ((FIGURES, _text(document).encode()), (PLOT, plot_png(results))):
        if content is not None:
            with atomic_file(out / name, overwrite=True) as file:
                file.write(content)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def parse_sizes(text: str) -> list[tuple[int, int]]:
    """(width, height) from ``0.25,1,512x768``.

    Raises:
        SettingsError: these are no sizes, or none that can be measured.
    """
    return [_size(part.strip()) for part in text.split(",")]


def _size(text: str) -> tuple[int, int]:
    width, times, height = text.lower().replace("×", "x").partition("x")
    try:
        return check_size(int(width), int(height)) if times else square_of(float(text))
    except ValueError:
        raise SettingsError(
            f"The size {text!r} is none.", "Write megapixels or WIDTHxHEIGHT, for example 0.25,1,512x768."
        ) from None


def _choice(what: str, text: str, choices: Mapping[str, _Choice]) -> _Choice:
    if text not in choices:
        raise SettingsError(f"There is no {what} {text!r}.", f"Choose one of: {', '.join(choices)}.")
    return choices[text]


@contextlib.contextmanager
def _prepared(out: Path | None, force: bool) -> Iterator[None]:
    """Makes the folder; what is there already is refused before the work rather than after."""
    if out is None:
        yield
        return
    with writable_folder(out, make=True):
        for name in (FIGURES, PLOT):
            check_named_output(out / name, overwrite=force)
        yield


@contextlib.contextmanager
def _official_folder(given: Path | None, needed: bool) -> Iterator[Path | None]:
    """The folder of the official weights: as given and usable, or one made for this run."""
    if not needed:
        yield None
        return
    if given is not None:
        from restoration.weights.official import load_official

        load_official(given)
        yield given
        return
    from restoration.bench.golden_folder import write_golden_folder

    with tempfile.TemporaryDirectory(prefix="bench-weights-") as folder:
        _tell("Weights of the published sizes are made by rule: 1.2 GB.")
        yield write_golden_folder(Path(folder))


def _tell(sentence: str) -> None:
    typer.echo(sentence, err=True)
