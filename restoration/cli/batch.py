"""One photo after the other: read, restored, written. What fails with one does not keep the others from being done."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from restoration.atomic_file import atomic_file
from restoration.cli.engines import Engine
from restoration.cli.outputs import LAYERED_SUFFIX, Job
from restoration.cli.progress_bars import ProgressBars
from restoration.cli.reporting import report
from restoration.errors import Cancelled
from restoration.layers import Layer, flatten
from restoration.openraster import write_openraster
from restoration.photo import Photo
from restoration.photo_hints import read_hints
from restoration.photo_mask import read_mask
from restoration.photo_reading import read_photo
from restoration.photo_writing import check_photo_output, write_photo

#: What files of a kind begin with, by the suffixes of the kind: (offset, bytes).
_BEGINNINGS: dict[tuple[str, ...], tuple[tuple[int, bytes], ...]] = {
    (".png",): ((0, b"\x89PNG\r\n\x1a\n"),),
    (".jpg", ".jpeg"): ((0, b"\xff\xd8\xff"),),
    (".tif", ".tiff"): ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")),
    (".webp",): ((8, b"WEBP"),),
    (".avif",): ((4, b"ftypavif"),),
    (".bmp",): ((0, b"BM"),),
}


class Batch:
    """Restores photos with one engine.

    Args:
        engine: who restores; made ready when the first photo needs it.
        mask: the user's own mask, or None.
        hints: the user's colour hints, or None.
        overwrite: whether outputs that exist are replaced.
        many: whether sentences must say which photo they are about.
    """

    def __init__(self, engine: Engine, mask: Path | None, hints: Path | None, *, overwrite: bool, many: bool) -> None:
        self._engine, self._mask, self._hints = engine, mask, hints
        self._overwrite, self._many = overwrite, many

    def restore(self, job: Job) -> bool:
        """Do one photo and print the name of its result.

        Returns:
            False if it failed, which the user has been told.

        Raises:
            RestorationError: the engine cannot be made ready: no photo can be restored.
            Cancelled: as ``restoration.pipeline.restore``.
        """
        about = str(job.source) if self._many else ""
        with ProgressBars(about) as bars:
            failure = self._attempt(job, bars)
        # Told when the bars are gone: while they move they would paint over it.
        if failure is not None:
            report(failure, about)
            return False
        typer.echo(job.target)
        return True

    def _attempt(self, job: Job, bars: ProgressBars) -> Exception | None:
        """Do one photo; what is wrong with it is returned, what is wrong with all of them is raised."""
        try:
            photo = read_photo(job.source)
            if job.target.suffix.lower() != LAYERED_SUFFIX:
                check_photo_output(job.target, overwrite=self._overwrite, photo=photo)
            shape = photo.height, photo.width
            mask = None if self._mask is None else read_mask(self._mask, shape)
            hints = None if self._hints is None else read_hints(self._hints, shape)
        except Exception as error:
            return error
        self._engine.prepare(bars)
        try:
            self._write(job, photo, self._engine.layers(photo, mask, hints, bars, bars.note), bars)
        except Cancelled:
            raise
        except Exception as error:
            return error
        return None

    def _write(self, job: Job, photo: Photo, layers: list[Layer], bars: ProgressBars) -> None:
        notes: tuple[str, ...] = photo.notes
        if job.target.suffix.lower() == LAYERED_SUFFIX:
            write_openraster(job.target, photo, layers, source_name=job.source.stem, overwrite=self._overwrite)
        else:
            result = flatten(photo, layers)
            if result is photo and _same_kind(job.source, job.target):
                # Nothing was changed: not the pixels, and so nothing else either.
                with job.source.open("rb") as source, atomic_file(job.target, overwrite=self._overwrite) as target:
                    shutil.copyfileobj(source, target)
                notes = ()
            else:
                notes += write_photo(job.target, result, overwrite=self._overwrite)
        for note in notes:
            bars.note(note)


def _same_kind(source: Path, target: Path) -> bool:
    """Whether the file ``source``, whatever it is called, is of the kind that the name of ``target`` asks for."""
    with source.open("rb") as file:
        head = file.read(32)
    for suffixes, beginnings in _BEGINNINGS.items():
        if target.suffix.lower() in suffixes:
            return any(head[offset:].startswith(beginning) for offset, beginning in beginnings)
    return False
