"""Aged pairs on disk.

Ageing a photograph takes longer than a training step takes to read it, so pairs are aged once, in several variants,
and cropped and flipped afresh at every step. A pair is one ``.npy`` file, H×W×7 uint8: aged RGB, clean RGB, mask
(255 = damaged). ``.npy`` can be memory-mapped, so a crop reads only its own rows.
"""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from rich.console import Console
from rich.progress import track

from restoration.ageing import DEFAULT, Materials, Recipe, age
from restoration.errors import PictureError
from restoration.networks.tone import tone_levels

#: Pictures are reduced to this longer side before ageing: grain and scratches are drawn at the pixel.
LONGEST_SIDE = 512
#: One photograph in so many is never trained on.
HELD_OUT_ONE_IN = 25

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"}


def list_pictures(folder: Path) -> list[Path]:
    """The pictures below a folder, sorted.

    Raises:
        PictureError: there is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES)
    if not found:
        raise PictureError(f"There is no picture in {folder}.", "Name a folder with PNG, JPEG, WebP or TIFF files.")
    return found


def read_rgb(path: Path, longest_side: int | None = LONGEST_SIDE) -> np.ndarray:
    """A picture as H×W×3 uint8 RGB, reduced to the longest side.

    Raises:
        PictureError: the file is not a picture, or damaged.
    """
    try:
        with Image.open(path) as image:
            rgb = image.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise PictureError(f"{path} cannot be read as a picture.", "Take it out of the data folder.") from error
    if longest_side:
        rgb.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    return np.array(rgb)


def is_held_out(picture: Path) -> bool:
    """Whether a photograph is kept from training to choose between trainings: one in 25, by its name."""
    return zlib.crc32(picture.name.encode()) % HELD_OUT_ONE_IN == 0


@dataclass(frozen=True)
class AgeingJob:
    """What a worker process needs to write the pairs of one picture."""

    picture: Path
    out: Path
    variants: int
    seed: int
    recipe: Recipe


_materials: Materials = Materials()


def _start_worker(defects: Path | None) -> None:
    global _materials
    cv2.setNumThreads(1)
    _materials = Materials.from_folder(defects) if defects else Materials()


def _write_pairs(job: AgeingJob) -> None:
    base = zlib.crc32(f"{job.picture.name}:{job.seed}".encode())
    for variant in range(job.variants):
        target = job.out / f"{job.picture.stem}_{job.seed}_{variant}.npy"
        if target.exists():
            continue
        seed = base + variant
        aged = age(read_rgb(job.picture), seed, job.recipe, _materials)
        pair = np.concatenate([aged.image, aged.clean, aged.mask[..., None]], axis=2)
        partial = target.with_suffix(".part")
        with partial.open("wb") as stream:
            np.save(stream, pair)
        partial.rename(target)


def write_pairs(
    pictures: Sequence[Path],
    out: Path,
    variants: int = 2,
    seed: int = 0,
    recipe: Recipe = DEFAULT,
    defects: Path | None = None,
    workers: int = 2,
) -> None:
    """Ages every picture in several variants and writes the pairs; pairs that are there already are kept.

    Args:
        pictures: clean photographs.
        out: folder for the pairs.
        variants: pairs a picture.
        seed: another seed gives another set beside the first.
        recipe: the decay.
        defects: folder with masks of real defects, see ``Materials.from_folder``.
        workers: processes.
    """
    out.mkdir(parents=True, exist_ok=True)
    jobs = [AgeingJob(picture, out, variants, seed, recipe) for picture in pictures]
    # Spawned, not forked: a fork of a process whose threads hold locks (torch's, OpenCV's) may wait for ever.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(defects,)) as pool:
        for _ in track(
            pool.map(_write_pairs, jobs, chunksize=8), "Ageing", total=len(jobs), console=Console(stderr=True)
        ):
            pass


@dataclass(frozen=True)
class DrawnCrops:
    """Crops of pairs, and where they come from.

    Attributes:
        crops: N×7×crop×crop uint8.
        numbers: of the pairs, N.
        places: the crops' places in their pictures as (x0, y0, x1, y1) in fractions, N×4 float32.
        mirrored: whether each was mirrored, N bool.
    """

    crops: np.ndarray
    numbers: np.ndarray
    places: np.ndarray
    mirrored: np.ndarray


@dataclass(frozen=True)
class ToneInput:
    """A pair as the tone network sees it.

    Attributes:
        thumbnail: side×side×6 uint8, aged and clean RGB, reduced by area.
        levels: of the aged and of the clean picture, 2×21×3; see ``tone_levels``.
    """

    thumbnail: np.ndarray
    levels: np.ndarray


class PairSet:
    """Random crops of the pairs in a folder.

    Args:
        folder: where ``write_pairs`` wrote.
        crop: side of the square crop in pixels; pairs smaller than this are left out.

    Raises:
        PictureError: the folder holds no pair large enough.
    """

    def __init__(self, folder: Path, crop: int) -> None:
        arrays = (np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy")))
        self.pairs = [pair for pair in arrays if min(pair.shape[:2]) >= crop]
        self.crop = crop
        if not self.pairs:
            raise PictureError(
                f"There are no aged pairs in {folder}.", "Make them with: restore-old-photo train pairs."
            )

    def batch(self, size: int, rng: np.random.Generator) -> DrawnCrops:
        """Draws crops, half of them mirrored."""
        crops = np.empty((size, 7, self.crop, self.crop), np.uint8)
        chosen = rng.integers(len(self.pairs), size=size)
        places = np.empty((size, 4), np.float32)
        mirrored = rng.random(size) < 0.5
        for i, number in enumerate(chosen):
            pair = self.pairs[number]
            height, width = pair.shape[:2]
            y, x = rng.integers(height - self.crop + 1), rng.integers(width - self.crop + 1)
            crop = pair[y : y + self.crop, x : x + self.crop]
            crops[i] = (crop[:, ::-1] if mirrored[i] else crop).transpose(2, 0, 1)
            places[i] = (x / width, y / height, (x + self.crop) / width, (y + self.crop) / height)
        return DrawnCrops(crops, chosen, places, mirrored)

    def tone_inputs(self, side: int) -> Iterator[ToneInput]:
        """What the tone network sees of each pair, in the order of their numbers."""
        for pair in self.pairs:
            yield tone_input(pair, side)


def tone_input(pair: np.ndarray, side: int) -> ToneInput:
    """Reduces a pair, H×W×7 uint8, to what the tone network sees of it."""
    parts = [np.ascontiguousarray(part) for part in (pair[..., :3], pair[..., 3:6])]
    thumbnails = [cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA) for part in parts]
    return ToneInput(np.dstack(thumbnails), np.stack([tone_levels(part.astype(np.float32) / 255) for part in parts]))
