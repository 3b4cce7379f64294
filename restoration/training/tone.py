"""Learning tone: thumbnails of aged pairs, and thumbnails of clean pictures faded in many more ways."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.nn import functional as F

from restoration.ageing import DEFAULT
from restoration.ageing.tone import age_tone
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone
from restoration.training.pairs import PairSet
from restoration.training.run import Losses, Plan, Run

#: Share of thumbnails that did not age at all: what needs nothing must get nothing.
SOUND_SHARE = 0.1
#: Fadings of each clean picture, besides its pair's own: fading is cheap at this size, and pairs are few.
FADINGS = 8


def tone_loss(network: torch.nn.Module, aged: Tensor, clean: Tensor) -> Tensor:
    """Root of each picture's mean squared error, N×3×64×64 in [-1, 1], plus a little for a grid that is not smooth.

    The root weighs a picture as its PSNR does: a badly faded one counts for more, but not squarely more. Judged at half
    the thumbnail's size: applying the grid costs more than finding it, and tone has no finer detail.
    """
    grid = network(aged).float()
    rough = torch.stack([(grid.diff(dim=axis) ** 2).mean() for axis in (2, 3, 4)]).sum()
    corrected = apply_tone(F.avg_pool2d(aged, 2), grid)
    error = ((corrected - F.avg_pool2d(clean, 2)) ** 2).mean(dim=(1, 2, 3))
    return (error + 1e-4).sqrt().mean() + 0.02 * rough


def faded_thumbnails(data: PairSet, rng: np.random.Generator) -> np.ndarray:
    """Pairs of thumbnails, N×64×64×6 uint8: faded RGB, clean RGB; the pairs' own first."""
    own = np.stack(list(data.thumbnails(THUMBNAIL)))[..., :6]
    faded = np.empty((FADINGS * len(data.pairs), THUMBNAIL, THUMBNAIL, 6), np.uint8)
    for i in track(range(len(faded)), "Fading", console=Console(stderr=True)):
        picture = data.pairs[i % len(data.pairs)][..., 3:6]
        height, width = picture.shape[:2]
        share = rng.uniform(0.6, 1)
        rows, columns = int(height * share), int(width * share)
        y, x = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
        part = np.ascontiguousarray(picture[y : y + rows, x : x + columns])
        clean = cv2.resize(part, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
        aged = age_tone(clean.astype(np.float32) / 255, DEFAULT, rng)
        aged += rng.standard_normal(aged.shape, dtype=np.float32) * rng.uniform(0, 0.02)
        faded[i, ..., :3] = np.clip(np.rint(aged * 255), 0, 255)
        faded[i, ..., 3:] = clean
    return np.concatenate([own, faded])


def train_tone(pairs: Path, folder: Path, plan: Plan, device: str = "auto") -> Path:
    """Trains the tone network and returns its checkpoint. ``plan.crop`` is not used: thumbnails are 64×64."""
    torch.manual_seed(plan.seed)
    run = Run("tone", {"tone": ToneNetwork()}, plan, folder, device)
    thumbnails = torch.from_numpy(faded_thumbnails(PairSet(pairs, THUMBNAIL), np.random.default_rng(plan.seed)))

    def losses_of_step(rng: np.random.Generator) -> Losses:
        chosen = thumbnails[torch.from_numpy(rng.integers(len(thumbnails), size=plan.batch))]
        chosen = chosen.to(run.compute.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        if rng.random() < 0.5:
            chosen = chosen.flip(3)
        aged, clean = chosen[:, :3].contiguous(), chosen[:, 3:].contiguous()
        sound = torch.from_numpy(rng.random(plan.batch) < SOUND_SHARE).to(aged.device).view(-1, 1, 1, 1)
        return {"total": tone_loss(run.networks["tone"], torch.where(sound, clean, aged), clean)}

    run.fit(losses_of_step)
    return run.checkpoint
