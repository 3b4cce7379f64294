"""One photo: read, restored, written."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from restoration.archive.engines import Engine
from restoration.archive.previews import write_preview
from restoration.archive.tasks import Failure, Made, Task
from restoration.archive.walk import LAYERED_SUFFIX
from restoration.atomic_file import atomic_file
from restoration.errors import Cancelled, OutputError
from restoration.file_sums import sha256_of
from restoration.layers import Layer, flatten
from restoration.openraster import write_openraster
from restoration.photo import Photo
from restoration.photo_reading import read_photo
from restoration.photo_writing import check_photo_output, write_photo
from restoration.progress import silent

#: Which stage a layer comes from, by its role. The mask of scratches alone changes nothing.
_STAGES = {
    "scratch_repair": "scratches",
    "restored": "quality",
    "inpainted": "inpainting",
    "face": "faces",
    "colour": "colour",
}

#: What files of a kind begin with, by the suffixes of the kind: (offset, bytes).
_BEGINNINGS: dict[tuple[str, ...], tuple[tuple[int, bytes], ...]] = {
    (".png",): ((0, b"\x89PNG\r\n\x1a\n"),),
    (".jpg", ".jpeg"): ((0, b"\xff\xd8\xff"),),
    (".tif", ".tiff"): ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")),
    (".webp",): ((8, b"WEBP"),),
    (".avif",): ((4, b"ftypavif"),),
    (".bmp",): ((0, b"BM"),),
}


def write_result(
    source: Path, target: Path, photo: Photo, layers: Sequence[Layer], *, title: str, overwrite: bool
) -> tuple[tuple[str, ...], Photo | None]:
    """Write what layers make of a photo: a file with layers, or a picture.

    Where nothing was changed and the file is of the kind that is wanted, it is copied: not only pixels stay then.

    Args:
        source: the photo's file.
        target: the file to be; its suffix says of which kind.
        photo: what was read from ``source``.
        layers: over it, the lowest first.
        title: name of the photo, for the group of layers.
        overwrite: whether a file that exists is replaced.

    Returns:
        Sentences for the user about what could not be kept, and the picture; None for a file with layers.

    Raises:
        OutputError: it cannot be written.
    """
    if target.suffix.lower() == LAYERED_SUFFIX:
        write_openraster(target, photo, layers, source_name=title, overwrite=overwrite)
        return photo.notes, None
    result = flatten(photo, layers)
    if result is photo and _same_kind(source, target):
        with source.open("rb") as original, atomic_file(target, overwrite=overwrite) as copy:
            shutil.copyfileobj(original, copy)
        return (), result
    return (*photo.notes, *write_photo(target, result, overwrite=overwrite)), result


def restore_one(engine: Engine, task: Task, turn: AbstractContextManager[object] | None = None) -> Made:
    """Do a task; whatever is wrong with its photo is told and not raised.

    Args:
        engine: who makes the layers.
        task: the photo.
        turn: entered while the engine works, for workers that take turns on one device.

    Raises:
        Cancelled: the engine was told to stop.
    """
    start = time.monotonic()
    source, part = Path(task.source), Path(task.part)
    known = Made()
    try:
        photo = read_photo(source)
        known = _of_source(source, photo)
        part.parent.mkdir(parents=True, exist_ok=True)
        if part.suffix.lower() != LAYERED_SUFFIX:
            check_photo_output(part, overwrite=True, photo=photo)
        notes: list[str] = []
        with turn or contextlib.nullcontext():
            layers = engine.layers(photo, None, None, silent, notes.append)
        # A worker that was killed before it could answer has left a whole one; the name is nobody else's.
        said, result = write_result(source, part, photo, layers, title=task.title, overwrite=True)
        if task.previews is not None:
            write_preview(Path(task.previews[0]), photo)
            write_preview(Path(task.previews[1]), flatten(photo, layers) if result is None else result)
        return replace(
            known,
            seconds=time.monotonic() - start,
            stages=tuple(dict.fromkeys(stage for stage in map(_stage_of, layers) if stage)),
            faces=sum(layer.role == "face" for layer in layers),
            notes=(*notes, *said),
            part=task.part,
            part_sha256=sha256_of(part),
        )
    except Cancelled:
        raise
    except Exception as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return replace(known, seconds=time.monotonic() - start, failure=Failure.of(_named(error, part, task.title)))


def _stage_of(layer: Layer) -> str:
    """The stage that changed something by this layer, or nothing; further stages are called as their layers."""
    return layer.name.lower() if layer.role == "further" else _STAGES.get(layer.role, "")


def _named(error: Exception, part: Path, title: str) -> Exception:
    """The error with the photo's name in it, where it has that of the hidden file."""
    if isinstance(error, OutputError) and part.name in error.cause:
        return OutputError(error.cause.replace(part.name, title + part.suffix), error.remedy)
    return error


def _of_source(source: Path, photo: Photo) -> Made:
    status = source.stat()
    return Made(
        width=photo.width,
        height=photo.height,
        source_bytes=status.st_size,
        source_modified=status.st_mtime_ns,
        source_sha256=sha256_of(source),
    )


def _same_kind(source: Path, target: Path) -> bool:
    """Whether the file ``source``, whatever it is called, is of the kind that the name of ``target`` asks for."""
    with source.open("rb") as file:
        head = file.read(32)
    for suffixes, beginnings in _BEGINNINGS.items():
        if target.suffix.lower() in suffixes:
            return any(head[offset:].startswith(beginning) for offset, beginning in beginnings)
    return False
