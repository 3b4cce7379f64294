"""Learning tone: thumbnails of aged pairs, and of clean pictures aged in many more ways at a small size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.nn import functional as F

from restoration.ageing import age
from restoration.ageing.recipe import DEFAULT, WORN
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone
from restoration.training.config import TrainingConfig
from restoration.training.pairs import PairSet, ToneInput, tone_input
from restoration.training.run import Losses, Run

#: Share of thumbnails that did not age at all: what needs nothing must get nothing.
SOUND_SHARE = 0.1
#: Agings of each clean picture at a small size, besides its pair's own: those are cheap, and pairs are few.
SMALL_AGEINGS = 2
#: Longest side of such a small picture.
SMALL_SIDE = 256


def tone_loss(network: torch.nn.Module, aged: Tensor, levels: Tensor, clean: Tensor, corner: tuple[int, int]) -> Tensor:
    """Root of each picture's mean squared error, N×3×64×64 in [-1, 1], plus a little for a grid that is not smooth.

    The root weighs a picture as its PSNR does: a badly faded one counts for more, but not squarely more. Judged at half
    the thumbnail's size and there at every other row and column: applying the grid costs more than finding it.

    Args:
        network: a ``ToneNetwork``.
        aged, clean: the thumbnails.
        levels: N×21×3, of the aged pictures.
        corner: which rows and columns are judged, 0 or 1 each.
    """
    grid = network(aged, levels).float()
    rough = torch.stack([(grid.diff(dim=axis) ** 2).mean() for axis in (2, 3, 4)]).sum()
    y, x = corner
    side = THUMBNAIL // 2
    top, left = (y - 0.5) / side, (x - 0.5) / side
    place = aged.new_tensor([left, top, left + 1, top + 1]).expand(len(aged), 4)
    seen, aim = (F.avg_pool2d(picture, 2)[:, :, y::2, x::2] for picture in (aged, clean))
    error = ((apply_tone(seen, grid, place) - aim) ** 2).mean(dim=(1, 2, 3))
    return (error + 1e-4).sqrt().mean() + 0.02 * rough


def _small_ageings(data: PairSet, seed: int) -> Iterator[ToneInput]:
    """Parts of the clean pictures, reduced and aged anew."""
    rng = np.random.default_rng(seed)
    for number in track(range(SMALL_AGEINGS * len(data.pairs)), "Ageing", console=Console(stderr=True)):
        picture = data.pairs[number % len(data.pairs)][..., 3:6]
        height, width = picture.shape[:2]
        share = rng.uniform(0.6, 1)
        rows, columns = int(height * share), int(width * share)
        y, x = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
        part = np.ascontiguousarray(picture[y : y + rows, x : x + columns])
        factor = min(1.0, SMALL_SIDE / max(rows, columns))
        size = (max(THUMBNAIL, round(columns * factor)), max(THUMBNAIL, round(rows * factor)))
        clean = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        aged = age(clean, int(rng.integers(2**62)), WORN if number % 2 else DEFAULT)
        yield tone_input(np.concatenate([aged.image, aged.clean, aged.mask[..., None]], axis=2), THUMBNAIL)


def _stacked(inputs: Iterator[ToneInput]) -> tuple[Tensor, Tensor]:
    """Thumbnails N×6×64×64 uint8, aged and clean, and levels N×2×21×3."""
    thumbnails, levels = zip(*((seen.thumbnail, seen.levels) for seen in inputs), strict=True)
    return torch.from_numpy(np.stack(thumbnails).transpose(0, 3, 1, 2)), torch.from_numpy(np.stack(levels))


def train_tone(
    pairs: Path, folder: Path, config: TrainingConfig, device: str = "auto", start: ToneNetwork | None = None
) -> Path:
    """Trains the tone network and returns its checkpoint. ``config.crop`` is not used: thumbnails are 64×64."""
    torch.manual_seed(config.seed)
    run = Run("tone", {"tone": start or ToneNetwork()}, config, folder, device)
    data = PairSet(pairs, THUMBNAIL)
    sets = [_stacked(data.tone_inputs(THUMBNAIL)), _stacked(_small_ageings(data, config.seed))]
    thumbnails, levels = (torch.cat(parts) for parts in zip(*sets, strict=True))

    def losses_of_step(rng: np.random.Generator) -> Losses:
        chosen = torch.from_numpy(rng.integers(len(thumbnails), size=config.batch))
        both, told = thumbnails[chosen].float() / 127.5 - 1, levels[chosen]
        if rng.random() < 0.5:
            both = both.flip(3)
        seen, clean = both.split(3, dim=1)
        sound = torch.from_numpy(rng.random(config.batch) < SOUND_SHARE).view(-1, 1, 1, 1)
        seen = torch.where(sound, clean, seen)
        told = torch.where(sound[..., 0], told[:, 1], told[:, 0])
        corner = (int(rng.integers(2)), int(rng.integers(2)))
        at = run.compute.device
        return {
            "total": tone_loss(
                run.networks["tone"], seen.contiguous().to(at), told.to(at), clean.contiguous().to(at), corner
            )
        }

    run.fit(losses_of_step)
    return run.checkpoint
