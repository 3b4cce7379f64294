"""Crops that the networks learn from: of aged pairs, with or without their tone corrected, and of real scans.

Pictures are N×3×c×c in [-1, 1], masks N×1×c×c, 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import torch
from torch import Tensor

from restoration.errors import PictureError
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone, tone_levels
from restoration.training.pairs import LONGEST_SIDE, PairSet, read_rgb


class AgedCrops(Protocol):
    """Crops of aged pairs."""

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Aged crops, clean crops, masks; on the CPU."""
        ...


class PlainPairs:
    """Crops of the aged pairs as they are.

    Args:
        pairs: folder of aged pairs.
        crop: side in pixels.
    """

    def __init__(self, pairs: Path, crop: int) -> None:
        self.data = PairSet(pairs, crop)

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """See ``AgedCrops``."""
        return _parts(self.data.batch(size, rng).crops)


class TonedPairs:
    """Crops of the aged pairs as the compact networks see them: tone corrected by the trained tone network.

    Args:
        pairs: folder of aged pairs.
        tone: the trained tone network.
        crop: side in pixels.
    """

    @torch.inference_mode()
    def __init__(self, pairs: Path, tone: ToneNetwork, crop: int) -> None:
        self.data = PairSet(pairs, crop)
        grids = []
        for seen in self.data.tone_inputs(THUMBNAIL):
            thumbnail = torch.from_numpy(seen.thumbnail[..., :3]).permute(2, 0, 1)[None].float() / 127.5 - 1
            grids.append(tone(thumbnail.contiguous(), torch.from_numpy(seen.levels[:1])))
        self.grids = torch.cat(grids).clone()  # a clone leaves inference mode behind

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """See ``AgedCrops``."""
        drawn = self.data.batch(size, rng)
        places = drawn.places.copy()
        places[drawn.mirrored] = places[drawn.mirrored][:, [2, 1, 0, 3]]
        aged, clean, mask = _parts(drawn.crops)
        return apply_tone(aged, self.grids[drawn.numbers], torch.from_numpy(places)), clean, mask


def _parts(crops: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    tensor = torch.from_numpy(crops).float()
    return tensor[:, :3] / 127.5 - 1, tensor[:, 3:6] / 127.5 - 1, (tensor[:, 6:] > 127).float()


class RealCrops:
    """Random crops of scans of old photographs, which have no clean twin.

    Args:
        pictures: the scans.
        crop: side in pixels; smaller scans are left out.
        tone: corrects their tone, as that of the pairs is; None leaves it.

    Raises:
        PictureError: no scan is large enough.
    """

    def __init__(self, pictures: Sequence[Path], crop: int, tone: ToneNetwork | None = None) -> None:
        self.crop = crop
        images = (read_rgb(path, LONGEST_SIDE) for path in pictures)
        self.images = [_toned(image, tone) for image in images if min(image.shape[:2]) >= crop]
        if not self.images:
            raise PictureError(
                f"No scan of an old photograph has {crop} pixels on each side.",
                "Put larger scans into the folder old/train of the data.",
            )

    def batch(self, size: int, rng: np.random.Generator) -> Tensor:
        """Crops, on the CPU."""
        out = np.empty((size, self.crop, self.crop, 3), np.uint8)
        for i in range(size):
            image = self.images[rng.integers(len(self.images))]
            y, x = (rng.integers(side - self.crop + 1) for side in image.shape[:2])
            out[i] = image[y : y + self.crop, x : x + self.crop]
        return torch.from_numpy(out).permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.inference_mode()
def _toned(image: np.ndarray, tone: ToneNetwork | None) -> np.ndarray:
    """H×W×3 uint8 to the same."""
    if tone is None:
        return image
    values = image.astype(np.float32) / 255
    thumbnail = cv2.resize(values, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA) * 2 - 1
    grid = tone(
        torch.from_numpy(thumbnail).permute(2, 0, 1)[None].contiguous(), torch.from_numpy(tone_levels(values))[None]
    )
    toned = apply_tone(torch.from_numpy(values).permute(2, 0, 1)[None] * 2 - 1, grid)[0]
    return ((toned.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
