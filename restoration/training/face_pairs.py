"""Aligned faces, aged: what the face network sees, and what it should make of it.

A face in an old photograph is seldom as large as the crop that the network takes. Each is therefore reduced to the size
that it may have in a scan, aged there, restored as the stages before would, and enlarged again. Its aim is the clean
face in the tone of what the network sees: tone is the business of another network, and the face's histogram is
matched to its surroundings afterwards anyway.
"""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from restoration.ageing import Materials, age
from restoration.ageing.monochrome import grey_print
from restoration.ageing.recipe import DEFAULT, WORN
from restoration.device import choose_compute
from restoration.errors import PictureError
from restoration.faces import align_face, find_faces, warp_face
from restoration.networks.compact_face import SIDE
from restoration.presets import GlobalRestorer, load_models
from restoration.training.pairs import read_rgb

#: Sides, in pixels, that the crop has in the aged scan; small ones are as common as large ones.
SEEN_SIDE = (88, 256)
#: Share of the faces that the global restoration has seen before; the others test what comes without it.
RESTORED_SHARE = 0.65
#: Share of the faces whose damage the mask names; the detector misses some.
NAMED_SHARE = 0.75
#: Below this many pixels of the file a pixel of the crop, the clean face itself would be soft.
LEAST_SHARPNESS = 0.6


def aligned_face(path: Path) -> np.ndarray | None:
    """The largest face of a portrait as SIDE×SIDE×3 uint8; None if none is found, or if it is too small.

    Raises:
        PictureError: the file is not a picture, or damaged.
    """
    picture = read_rgb(path)
    found = find_faces(picture, thorough=False)
    if not found:
        return None
    affine = align_face(picture, max(found, key=lambda box: box.width), SIDE)
    if np.hypot(affine[0, 0], affine[1, 0]) < LEAST_SHARPNESS:
        return None
    frame = SIDE  # what lies beside the portrait is mirrored: black bars would be learnt as a part of faces
    wide = cv2.copyMakeBorder(picture, frame, frame, frame, frame, cv2.BORDER_REFLECT_101)
    moved = np.array(affine)
    moved[:2, 2] += frame
    return np.clip(np.rint(warp_face(wide, moved, SIDE)), 0, 255).astype(np.uint8)


def aged_face(clean: np.ndarray, seed: int, restorer: GlobalRestorer | None, materials: Materials) -> np.ndarray:
    """What the network sees and what it should make of it, SIDE×SIDE×6 uint8.

    Args:
        clean: SIDE×SIDE×3 uint8, RGB.
        seed: of the ageing.
        restorer: the global stage; None leaves it out.
        materials: for the ageing.
    """
    rng = np.random.default_rng(seed)
    side = round(float(np.exp(rng.uniform(*np.log(SEEN_SIDE)))))
    recipe = WORN if rng.random() < 0.4 else DEFAULT
    # Printed in grey at full size, not by the ageing: the aim needs the same print.
    if rng.random() < recipe.monochrome_chance:
        clean = _bytes(grey_print(clean.astype(np.float32) / 255, rng))
    small = cv2.resize(clean, (side, side), interpolation=cv2.INTER_AREA)
    unprinted = replace(recipe, monochrome_chance=0.0, border_chance=0.0)
    aged = age(small, int(rng.integers(2**62)), unprinted, materials)
    seen: np.ndarray = aged.image.astype(np.float32) / 255
    if restorer is not None and rng.random() < RESTORED_SHARE:
        mask = (aged.mask > 0) & (rng.random() < NAMED_SHARE)
        seen = restorer.restore(seen, mask, True, lambda _: None)
    seen = cv2.resize(seen, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.concatenate([_bytes(seen), _bytes(in_tone_of(clean.astype(np.float32) / 255, seen))], axis=2)


def in_tone_of(clean: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The clean face with each channel's contrast and brightness brought nearest to those of what is seen.

    Noise of what is seen does not bend the line that is fitted: it is the clean one that explains.

    Args:
        clean, seen: S×S×3 float32, 0 to 1.
    """
    out = np.empty_like(clean)
    for channel in range(3):
        x, y = clean[..., channel].ravel(), seen[..., channel].ravel()
        slope = float(np.mean((x - x.mean()) * (y - y.mean()))) / max(float(x.var()), 1e-4)
        slope = max(slope, 0.2)
        out[..., channel] = (clean[..., channel] - x.mean()) * slope + y.mean()
    return np.clip(out, 0, 1)


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class _FaceJob:
    portrait: Path
    out: Path
    variants: int


_restorer: GlobalRestorer | None = None
_materials = Materials()


def _start_worker(defects: Path | None) -> None:
    global _restorer, _materials  # what each process needs once
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _restorer = load_models("compact", choose_compute("cpu")).restorer
    _materials = Materials() if defects is None else Materials.from_folder(defects)


def _write_faces(job: _FaceJob) -> None:
    targets = [job.out / f"{job.portrait.stem}_{variant}.npy" for variant in range(job.variants)]
    if all(target.exists() for target in targets):
        return
    clean = aligned_face(job.portrait)
    if clean is None:
        return
    for variant, target in enumerate(targets):
        seed = zlib.crc32(f"{job.portrait.name} {variant}".encode())
        pair = aged_face(clean, seed, _restorer, _materials)
        partial = target.with_suffix(".part")
        with partial.open("wb") as stream:
            np.save(stream, pair)
        partial.rename(target)


def write_face_pairs(
    portraits: Sequence[Path], out: Path, variants: int = 2, defects: Path | None = None, workers: int = 2
) -> None:
    """Aligns and ages every portrait in several variants; those that are there already are kept.

    Args:
        portraits: clean portraits; those in which no face is found are left out.
        out: folder for the pairs, ``.npy`` of SIDE×SIDE×6 uint8: what the network sees, what it should make of it.
        variants: pairs a portrait.
        defects: folder with masks of real defects, see ``Materials.from_folder``.
        workers: processes.
    """
    out.mkdir(parents=True, exist_ok=True)
    jobs = [_FaceJob(portrait, out, variants) for portrait in portraits]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(defects,)) as pool:
        for _ in track(
            pool.map(_write_faces, jobs, chunksize=8), "Faces", total=len(jobs), console=Console(stderr=True)
        ):
            pass


class FacePairs:
    """The pairs of a folder, in batches.

    Args:
        folder: where ``write_face_pairs`` wrote.

    Raises:
        PictureError: there are none.
    """

    def __init__(self, folder: Path) -> None:
        self.pairs = [np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))]
        if not self.pairs:
            raise PictureError(
                f"There are no aged faces in {folder}.", "Make them with: restore-old-photo train face-pairs."
            )

    def batch(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """N×6×S×S uint8, half of them mirrored."""
        return np.stack(list(self._drawn(size, rng)))

    def _drawn(self, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        for number in rng.integers(len(self.pairs), size=size):
            pair = self.pairs[number]
            yield (pair[:, ::-1] if rng.random() < 0.5 else pair).transpose(2, 0, 1)
