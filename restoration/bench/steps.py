"""The published order by this library's networks, in one process and in memory: the same steps as ``plain``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from restoration.bench.job import Job, Pixels
from restoration.bench.plain_faces import blend, crop, find
from restoration.official_io import detection_input, high_resolution_mask, mask_from_logits
from restoration.presets.interface import Models
from restoration.presets.official import OfficialDetector


@dataclass(frozen=True)
class Done:
    """What became of a photo.

    Attributes:
        final: H×W×3.
        restored: the same without its faces.
        mask: H×W, 255 = damaged; None if nothing was looked for.
        faces: how many were drawn.
    """

    final: Pixels
    restored: Pixels
    mask: Pixels | None
    faces: int


def restore_in_steps(photo: Pixels, job: Job, models: Models) -> Done:
    """Detection, restoration, faces.

    Where the detector marks nothing the official networks without holes are used; the published program keeps to those
    for holes, and gives another picture.

    Args:
        photo: H×W×3; the sides are multiples of 32.
        job: what is to be done.
        models: the networks of its preset, none missing.
    """
    if models.detector is None or models.restorer is None or models.face_enhancer is None:
        raise ValueError("networks are missing")
    image = photo.astype(np.float32) / 255
    mask = _found(photo, image, models) if job.scratches else None
    hole = np.zeros(photo.shape[:2], bool)
    if mask is not None:
        hole = (high_resolution_mask(mask) if job.high_resolution else mask) > 0
    restored = _levels(models.restorer.restore(image, hole, True, _unwatched, None, sparing=False))
    affines = find(photo)
    drawn: list[Pixels] = []
    if affines:
        crops = np.stack([crop(restored, affine) for affine in affines]).astype(np.float32) / 255
        batch = models.face_enhancer.batch
        for first in range(0, len(crops), batch):
            drawn += [_levels(face) for face in models.face_enhancer.enhance(crops[first : first + batch])]
    return Done(blend(restored, list(zip(drawn, affines, strict=True))), restored, mask, len(affines))


def _found(photo: Pixels, image: np.ndarray, models: Models) -> Pixels:
    """The mask that the preset's detector finds."""
    detector = models.detector
    if isinstance(detector, OfficialDetector):
        # Its ``probability`` sees light as floats; the published program rounds grey to whole levels.
        with torch.inference_mode(), detector.compute.autocast():
            logits = detector.network(detection_input(photo).to(detector.compute.device))
        return mask_from_logits(logits.float().cpu(), (photo.shape[0], photo.shape[1]))
    if detector is None:
        raise ValueError("the detector is missing")
    found = detector.probability(image, "native", _unwatched) >= detector.threshold
    return np.where(found, np.uint8(255), np.uint8(0))


def _levels(picture: np.ndarray) -> Pixels:
    """0 to 1 in whole levels, halves up, as the published programs write them."""
    return np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)


def _unwatched(fraction: float) -> None:
    """Progress that nobody looks at."""
