"""Which file becomes which: everything that can be known before any work begins is checked here.

An input is never overwritten, not even with ``--force``: the original stays.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from restoration.archive.walk import LAYERED_SUFFIX, find_photos, identity_of
from restoration.atomic_file import check_output
from restoration.cli.reporting import UsageError
from restoration.errors import OutputError, PictureError, RestorationError

_SEPARATORS = tuple(separator for separator in (os.sep, os.altsep) if separator)


@dataclass(frozen=True)
class Job:
    """One photo and the file that its result goes to."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        jobs: in the order in which they were named, those of a folder by name.
        folder: where the results go.
        makes_folder: whether it is made where it is missing.
        failures: inputs of which nothing can come, with the reason.
        many: whether there is more than one input, so that sentences must say which one they mean.
    """

    jobs: tuple[Job, ...]
    folder: Path
    makes_folder: bool
    failures: tuple[tuple[Path, RestorationError], ...]
    many: bool


def plan_outputs(
    inputs: Sequence[str],
    out: str,
    *,
    layers: bool,
    file_format: str | None,
    overwrite: bool,
    mask: str | None,
    hints: str | None = None,
) -> Plan:
    """Which input becomes which output.

    Args:
        inputs: files and folders; of a folder the pictures in it, not those in its folders.
        out: the result of a single file; a folder for more, or if it is one, or ends in a slash.
        layers: whether layered files are wanted.
        file_format: ``--format``, with or without its dot.
        overwrite: whether outputs that exist are replaced.
        mask, hints: files that are inputs, too.

    Raises:
        UsageError: the arguments contradict each other.
    """
    if not out:
        raise UsageError("The name of the output is empty.", "Name a file or a folder.")
    sources, failures = _sources(inputs)
    many = len(sources) + len(failures) > 1
    beside = {"A mask belongs": mask, "Colour hints belong": hints}
    for belongs, name in beside.items():
        if name is not None and len(sources) > 1:
            raise UsageError(f"{belongs} to one photo, and there are {len(sources)}.", "Restore the photo on its own.")
    into_folder = len(inputs) > 1 or any(Path(name).is_dir() for name in inputs)
    is_folder = Path(out).is_dir() or out.endswith(_SEPARATORS)
    suffix = _suffix(None if into_folder or is_folder else out, layers, file_format)
    if into_folder and not is_folder and Path(out).suffix.lower() in _writable_suffixes():
        missing = next((name for name in inputs if not os.path.lexists(name)), None)
        if missing is not None:  # most often the half of a name that the shell has cut at its space
            raise UsageError(f"There is no file {missing}.", "A name with spaces must stand in quotes.")
        raise UsageError(f"{out} names a file, and several results need a folder.", "Name a folder.")
    makes_folder = into_folder or is_folder
    if makes_folder:
        folder = Path(out)
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{out} is a file, and the results need a folder.", "Name a folder.")
        jobs = [Job(source, folder / f"{source.stem}{suffix}") for source in sources]
    else:
        folder = Path(out).parent
        jobs = [Job(source, Path(out)) for source in sources]
    _check_apart(jobs)
    check_originals(
        (job.target for job in jobs), [*sources, *(Path(name) for name in beside.values() if name is not None)]
    )
    open_jobs = []
    for job in jobs:
        if os.path.lexists(job.target):
            try:
                check_named_output(job.target, overwrite=overwrite)
            except OutputError as error:
                failures.append((job.source, error))
                continue
        open_jobs.append(job)
    return Plan(tuple(open_jobs), folder, makes_folder, tuple(failures), many)


def check_named_output(path: Path, *, overwrite: bool) -> None:
    """``check_output``, with a remedy in the words of the command line.

    Raises:
        OutputError: as there.
    """
    try:
        check_output(path, overwrite=overwrite)
    except OutputError as error:
        if not overwrite and os.path.lexists(path) and not path.is_dir():
            raise OutputError(
                f"{path} exists already.", "Choose another name, or overwrite it with --force."
            ) from error
        raise


def check_originals(targets: Iterable[Path], originals: Iterable[Path]) -> None:
    """Refuse outputs that are inputs, whatever links lead to them.

    Raises:
        UsageError: one is.
    """
    known = {identity for identity in map(identity_of, originals) if identity is not None}
    for target in targets:
        if identity_of(target) in known:
            raise UsageError(f"{target} is an input, and inputs are never overwritten.", "Choose another output.")


@contextlib.contextmanager
def writable_folder(folder: Path, *, make: bool) -> Iterator[None]:
    """See to it that files can be made in ``folder``, before the work begins.

    Args:
        folder: where the results go.
        make: whether it is made where it is missing; should nothing come to lie in it, it is removed again.

    Raises:
        OutputError: it is missing, cannot be made, or may not be written to.
    """
    made: list[Path] = []
    try:
        if make:
            _make_folder(folder, made)
        if not folder.is_dir():
            raise OutputError(f"There is no folder {folder}.", "Make it first, or choose another.")
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise OutputError(f"{folder} may not be written to.", "Choose another folder.") from error
        yield
    finally:
        for path in reversed(made):
            with contextlib.suppress(OSError):  # it is not empty: there are results in it
                path.rmdir()


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and note down which."""
    try:
        for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            missing.mkdir()
            made.append(missing)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be made: {error.strerror}.", "Choose another place.") from error


def _sources(inputs: Sequence[str]) -> tuple[list[Path], list[tuple[Path, RestorationError]]]:
    """The files that are named and those in folders that are named, each once, and what is wrong with folders."""
    found: dict[str, Path] = {}
    failures: list[tuple[Path, RestorationError]] = []
    for name in inputs:
        path = Path(name)
        if not name:
            raise UsageError("The name of an input is empty.", "Name a file or a folder.")
        if not path.is_dir():
            found.setdefault(os.path.realpath(path), path)
            continue
        in_it = find_photos(path, recursive=False, out=path)
        pictures = [path / name for name in in_it.photos]
        failures += [(path, failure) for _, failure in in_it.failures]
        if not pictures and not in_it.failures:
            kinds = "PNG, JPEG, TIFF, WebP, AVIF and BMP files are taken from it, not from folders in it."
            failures.append((path, PictureError(f"There is no picture in the folder {path}.", kinds)))
        for picture in pictures:
            found.setdefault(os.path.realpath(picture), picture)
    return list(found.values()), failures


def folder_suffix(folder: Path, layers: bool, file_format: str | None) -> str:
    """The suffix of results in a folder, with its dot.

    Raises:
        UsageError: there is no such format, or ``folder`` is the name of a file.
    """
    suffix = _suffix(None, layers, file_format)
    if not folder.is_dir() and folder.suffix.lower() in _writable_suffixes():
        raise UsageError(f"{folder} names a file, and several results need a folder.", "Name a folder.")
    return suffix


def _writable_suffixes() -> tuple[str, ...]:
    from restoration.photo_writing import possible_suffixes

    return (*possible_suffixes(), LAYERED_SUFFIX)


def _suffix(out: str | None, layers: bool, file_format: str | None) -> str:
    """The suffix of the results: that of ``out``, a single file, or that of files in a folder."""
    wanted = None if file_format is None else f".{file_format.lower().removeprefix('.')}"
    possible = _writable_suffixes()
    if wanted is not None and wanted not in possible:
        names = ", ".join(suffix[1:] for suffix in possible)
        raise UsageError(f"There is no format {file_format!r}.", f"Choose one of: {names}.")
    if layers and wanted not in (None, LAYERED_SUFFIX):
        raise UsageError(f"{wanted} files have no layers.", "Leave out --layers, or choose --format ora.")
    if out is None:
        return LAYERED_SUFFIX if layers else wanted or ".png"
    suffix = Path(out).suffix.lower()
    if layers and suffix != LAYERED_SUFFIX:
        raise UsageError(f"{out} is not the name of a file with layers.", "End its name in .ora.")
    if suffix not in possible:
        raise UsageError(
            f"{out} asks for an unknown kind of file.",
            f"End its name in {', '.join(possible)}; or in a slash, if it is a folder to be made.",
        )
    if wanted is not None and wanted != suffix:
        raise UsageError(f"{out} ends in {suffix}, and --format asks for {wanted[1:]}.", "Leave out --format.")
    return suffix


def _check_apart(jobs: Sequence[Job]) -> None:
    taken: dict[str, Job] = {}
    for job in jobs:
        # Case does not tell files apart on every disk.
        other = taken.setdefault(os.path.normcase(job.target).casefold(), job)
        if other is not job:
            raise UsageError(
                f"{other.source} and {job.source} would both become {job.target}.",
                "Rename one of them, or restore them into two folders.",
            )
