"""What dlib says of the aligned, aged faces: whose they are. From this a network learns to say it with a slope."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from restoration.errors import PictureError
from restoration.faces import FaceBox
from restoration.faces.descriptor import descriptor
from restoration.faces.landmarks import landmarks5

#: Where the detector would see an aligned face in its crop.
_BOX = FaceBox(51, 64, 205, 218, score=1.0)
#: Share of the clean face in each picture that is described: what is seen, half restored, and what is true.
SHARES = (0.0, 0.5, 1.0)


def between(pair: np.ndarray, share: float) -> np.ndarray:
    """A picture between what is seen and what is true: S×S×6 uint8 to S×S×3 uint8; share 0 to 1."""
    seen, clean = pair[..., :3].astype(np.float32), pair[..., 3:].astype(np.float32)
    return np.clip(np.rint(seen + (clean - seen) * share), 0, 255).astype(np.uint8)


def _describe(pair_file: Path) -> None:
    out = descriptor_file(pair_file)
    if out.exists():
        return
    pair = np.load(pair_file)
    points = landmarks5(np.ascontiguousarray(pair[..., 3:]), _BOX)
    found = np.stack([descriptor(between(pair, share), points) for share in SHARES])
    partial = out.with_suffix(".part")
    with partial.open("wb") as stream:
        np.save(stream, found.astype(np.float32))
    partial.rename(out)


def descriptor_file(pair_file: Path) -> Path:
    """Where the descriptors of a pair are kept, len(SHARES)×128 float32."""
    return pair_file.parent / "descriptors" / pair_file.name


def write_descriptors(pairs: Path, workers: int = 2) -> None:
    """Describes the first ageing of every face; those that are described already are kept.

    Args:
        pairs: folder of aged faces, see ``write_face_pairs``.
        workers: processes. A face takes half a second each.

    Raises:
        PictureError: there are no aged faces.
    """
    files = sorted(pairs.glob("*_0.npy"))
    if not files:
        raise PictureError(
            f"There are no aged faces in {pairs}.", "Make them with: restore-old-photo train face-pairs."
        )
    (pairs / "descriptors").mkdir(exist_ok=True)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        done = pool.map(_describe, files, chunksize=8)
        for _ in track(done, "Descriptors", total=len(files), console=Console(stderr=True)):
            pass


class DescribedFaces:
    """Faces with their descriptors, in batches.

    Args:
        pairs: folder of aged faces that ``write_descriptors`` went through.

    Raises:
        PictureError: none is described.
    """

    def __init__(self, pairs: Path) -> None:
        files = [file for file in sorted(pairs.glob("*_0.npy")) if descriptor_file(file).is_file()]
        if not files:
            raise PictureError(
                f"No face in {pairs} is described.", "Describe them with: restore-old-photo train face-descriptors."
            )
        self.pairs = [np.load(file, mmap_mode="r") for file in files]
        self.descriptors = np.stack([np.load(descriptor_file(file)) for file in files])

    def batch(self, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """N×3×S×S uint8, half of them mirrored, and N×128 float32."""
        faces, aims = zip(*self._drawn(size, rng), strict=True)
        return np.stack(faces), np.stack(aims)

    def _drawn(self, size: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for number in rng.integers(len(self.pairs), size=size):
            which = int(rng.integers(len(SHARES)))
            face = between(self.pairs[number], SHARES[which])
            yield (face[:, ::-1] if rng.random() < 0.5 else face).transpose(2, 0, 1), self.descriptors[number, which]
