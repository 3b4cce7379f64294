"""Run as a program: one case by this library in this process, cold and then warm.

Usage: python -m restoration.bench.library_run steps|restore FOLDER TIMES
"""

from __future__ import annotations

import time

_BEGIN = time.perf_counter()  # what is imported below counts as loading

import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

from restoration.bench.job import FINAL, INPUT, MASK, RESTORED, Job, read_picture, write_picture  # noqa: E402
from restoration.bench.messages import say  # noqa: E402
from restoration.settings import Settings  # noqa: E402


def load(contestant: str, job: Job, folder: Path) -> tuple[Callable[[], int], str]:
    """Loads the networks.

    Returns:
        What does the case, from file to file, and says how many faces it drew; the number format of the networks.
    """
    import torch

    from restoration.device import Compute, choose_compute
    from restoration.presets import load_models

    # The other contestant knows no GPU: neither do these.
    compute = Compute(torch.device("cpu"), torch.float32) if job.float32 else choose_compute("cpu")
    models = load_models(job.preset, compute, job.models)
    out = folder / contestant

    def steps() -> int:
        from restoration.bench.steps import restore_in_steps

        done = restore_in_steps(read_picture(folder / INPUT), job, models)
        write_picture(out / FINAL, done.final)
        if _first(out):  # to be compared, not to be timed again and again
            write_picture(out / RESTORED, done.restored)
            if done.mask is not None:
                write_picture(out / MASK, done.mask)
        return done.faces

    def restore() -> int:
        from restoration.layers import flatten
        from restoration.photo_reading import read_photo
        from restoration.photo_writing import write_photo
        from restoration.pipeline import restore, stacked

        photo = read_photo(folder / INPUT)
        layers = stacked(list(restore(photo, _settings(job), models=models)))
        write_photo(out / FINAL, flatten(photo, layers), overwrite=True)
        return sum(layer.role == "face" for layer in layers)

    return (steps if contestant == "steps" else restore), str(compute.dtype).removeprefix("torch.")


def _first(out: Path) -> bool:
    return not (out / RESTORED).exists()


def _settings(job: Job) -> Settings:
    return Settings.from_dict(
        {
            "preset": job.preset,
            "models": job.models,
            "device": "cpu",
            "scratches": {"enabled": job.scratches},
            # The published order has nothing like it.
            "inpainting": {"enabled": False},
            # Whether a picture needs it is for users to know; here the work is to be done.
            "quality": {"always": True},
        }
    )


def _threads() -> int:
    import torch

    return torch.get_num_threads()


def main(contestant: str, folder: Path, times: int) -> None:
    """Does the case so many times and says each time how long it took."""
    work, number_format = load(contestant, Job.read(folder), folder)
    begin = time.perf_counter()
    say(loading_s=begin - _BEGIN, number_format=number_format, threads=_threads())
    for _ in range(times):
        begin = time.perf_counter()
        faces = work()
        say(working_s=time.perf_counter() - begin, faces=faces)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
