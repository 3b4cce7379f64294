"""Photos that are named one by one, with a mask or hints if need be: what fails with one does not keep the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import typer

from restoration.archive.engines import Engine
from restoration.archive.one_photo import write_result
from restoration.archive.walk import LAYERED_SUFFIX
from restoration.cli.outputs import Job
from restoration.cli.progress_bars import ProgressBars
from restoration.cli.reporting import report
from restoration.errors import Cancelled
from restoration.layers import Layer
from restoration.photo import Photo
from restoration.photo_hints import read_hints
from restoration.photo_mask import read_mask
from restoration.photo_reading import read_photo
from restoration.photo_writing import check_photo_output

#: What fine bright lines of the picture itself may need.
_LOOK = (
    'Where: "restore-old-photo detect", or an .ora file. What is none of it: erase it from that mask, and give it back.'
)


def share_painted_over(photo: Photo, layers: list[Layer]) -> float:
    """The share of the photo, 0 to 1, that repair or inpainting has painted over; 0 if neither has.

    A file with layers shows it; who gets a picture would not know that something was there.
    """
    if not any(layer.role in ("scratch_repair", "inpainted") for layer in layers):
        return 0.0
    masks = [layer.alpha for layer in layers if layer.role == "scratch_mask" and layer.alpha is not None]
    return sum(int(np.count_nonzero(alpha)) for alpha in masks) / (photo.width * photo.height)


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
        if hints is not None and not hints[..., 3].any():
            bars.note(f"There are no strokes on the colour hints {self._hints}.")
        self._engine.prepare(bars)
        try:
            self._write(job, photo, self._engine.layers(photo, mask, hints, bars, bars.note), bars)
        except Cancelled:
            raise
        except Exception as error:
            return error
        return None

    def _write(self, job: Job, photo: Photo, layers: list[Layer], bars: ProgressBars) -> None:
        notes, _ = write_result(job.source, job.target, photo, layers, title=job.source.stem, overwrite=self._overwrite)
        for note in notes:
            bars.note(note)
        if self._mask is None and job.target.suffix.lower() != LAYERED_SUFFIX:
            share = share_painted_over(photo, layers)
            if share:
                bars.note(f"{max(share, 0.001):.1%} of the photo was taken for damage and painted over. {_LOOK}")
