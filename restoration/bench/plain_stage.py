"""Run as a program: one stage of the published order, in a process of its own, files in and files out.

Usage: python -m restoration.bench.plain_stage detect|restore|find|enhance|blend FOLDER
"""

from __future__ import annotations

import time

_BEGIN = time.perf_counter()  # what is imported below counts as loading

import json  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from types import ModuleType  # noqa: E402

import numpy as np  # noqa: E402

from restoration.bench.job import FINAL, INPUT, MASK, RESTORED, Job, read_mask, read_picture, write_picture  # noqa: E402
from restoration.bench.messages import say  # noqa: E402

#: The stages in their order. Without scratches there is no ``detect``.
STAGES = ("detect", "restore", "find", "enhance", "blend")

#: Folder of the plain contestant in that of the job.
PLAIN = "plain"
_AFFINES = "faces.json"


def load(stage: str, job: Job, folder: Path) -> Callable[[], int | None]:
    """Loads what a stage needs; what is returned does its work, and says how many faces there are if it found out.

    Args:
        stage: one of ``STAGES``.
        job: what is to be done.
        folder: of the job.
    """
    out = folder / PLAIN
    return {"detect": _detect, "restore": _restore, "find": _find, "enhance": _enhance, "blend": _blend}[stage](
        job, folder, out
    )


def _detect(job: Job, folder: Path, out: Path) -> Callable[[], int | None]:
    detect = _networks(job).detector(job)
    return lambda: write_picture(out / MASK, detect(read_picture(folder / INPUT)))


def _restore(job: Job, folder: Path, out: Path) -> Callable[[], int | None]:
    restore = _networks(job).restorer(job)

    def work() -> None:
        mask = read_mask(out / MASK) if job.scratches else None
        write_picture(out / RESTORED, restore(read_picture(folder / INPUT), mask))

    return work


def _find(job: Job, folder: Path, out: Path) -> Callable[[], int | None]:
    from restoration.bench.plain_faces import crop, find

    def work() -> int:
        affines = find(read_picture(folder / INPUT))
        restored = read_picture(out / RESTORED)
        for number, affine in enumerate(affines):
            write_picture(out / _crop(number), crop(restored, affine))
        (out / _AFFINES).write_text(json.dumps([affine.tolist() for affine in affines]), encoding="utf-8")
        return len(affines)

    return work


def _enhance(job: Job, folder: Path, out: Path) -> Callable[[], int | None]:
    enhance = _networks(job).enhancer(job)

    def work() -> None:
        for number in range(len(_affines(out))):
            write_picture(out / _face(number), enhance(read_picture(out / _crop(number))))

    return work


def _blend(job: Job, folder: Path, out: Path) -> Callable[[], int | None]:
    from restoration.bench.plain_faces import blend

    def work() -> None:
        faces = [(read_picture(out / _face(number)), affine) for number, affine in enumerate(_affines(out))]
        write_picture(out / FINAL, blend(read_picture(out / RESTORED), faces))

    return work


def _networks(job: Job) -> ModuleType:
    """One of two modules of the same three functions."""
    if job.preset == "official":
        from restoration.bench import plain_official

        return plain_official
    from restoration.bench import plain_compact

    return plain_compact


def _affines(out: Path) -> list[np.ndarray]:
    return [np.array(affine) for affine in json.loads((out / _AFFINES).read_text(encoding="utf-8"))]


def _crop(number: int) -> str:
    return f"crop_{number}.png"


def _face(number: int) -> str:
    return f"face_{number}.png"


def main(stage: str, folder: Path) -> None:
    """Does a stage and says how long it took."""
    job = Job.read(folder)
    if stage in ("find", "blend"):  # these need no torch, and would only be slower for it
        work = load(stage, job, folder)
        loaded = time.perf_counter()
        faces = work()
    else:
        import torch

        with torch.inference_mode():
            work = load(stage, job, folder)
            loaded = time.perf_counter()
            faces = work()
    say(loading_s=loaded - _BEGIN, working_s=time.perf_counter() - loaded, faces=faces)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
