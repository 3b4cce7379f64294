"""Learning to find scratches: the U-Net of the paper on synthetic masks (Wan et al., TPAMI 2022, section 4.2)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.luma import REC_601
from restoration.networks.scratch_detector import ScratchDetector
from restoration.training.config import TrainingConfig
from restoration.training.pairs import PairSet
from restoration.training.run import Losses, Run

#: Channels of the compact preset: about a million parameters, less than 1 MiB in 8 bits.
COMPACT_WIDTHS = (16, 32, 64, 80, 96)

#: Share of crops shown without their damage: lace, glasses and window frames must stay unmarked.
CLEAN_SHARE = 0.25

#: Damage covers a few percent of the pixels; a missed one weighs this many times a false one.
POSITIVE_WEIGHT = 2.0


def grey_input(rgb: Tensor) -> Tensor:
    """The detector's view: N×3×H×W, 0 to 1, to N×1×H×W, -1 to 1 (Rec. 601 luma)."""
    weights = rgb.new_tensor(REC_601).view(1, 3, 1, 1)
    return (rgb * weights).sum(dim=1, keepdim=True) * 2 - 1


def detector_loss(logits: Tensor, mask: Tensor, counts: Tensor | None = None) -> Tensor:
    """Weighted cross-entropy plus a soft Dice term, which keeps thin lines whole.

    Args:
        logits, mask: N×1×H×W.
        counts: N×1×H×W, 0 where nobody knows whether there is damage; None counts all.
    """
    counts = torch.ones_like(mask) if counts is None else counts
    positive = torch.full((), POSITIVE_WEIGHT, device=logits.device)
    entropy = F.binary_cross_entropy_with_logits(logits, mask, pos_weight=positive, reduction="none")
    entropy = (entropy * counts).sum() / counts.sum().clamp(min=1)
    probability, mask = logits.sigmoid() * counts, mask * counts
    overlap = 2 * (probability * mask).sum() + 1
    return entropy + 0.3 * (1 - overlap / (probability.sum() + mask.sum() + 1))


def synthetic_crops(data: PairSet, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Grey crops of pairs, some of them undamaged, N×1×c×c in [-1, 1], and their masks, 0 or 1; on the CPU."""
    tensor = torch.from_numpy(data.batch(count, rng).crops).float().div_(255)
    aged, clean, mask = tensor[:, :3], tensor[:, 3:6], tensor[:, 6:].round()
    undamaged = torch.from_numpy(rng.random(count) < CLEAN_SHARE).view(-1, 1, 1, 1)
    image = torch.where(undamaged, clean, aged)
    # A negative's scratches are dark where a print's are pale.
    if rng.random() < 0.15:
        image = 1 - image
    return grey_input(image), mask * ~undamaged


def train_detector(
    pairs: Path, network: ScratchDetector, folder: Path, config: TrainingConfig, device: str = "auto"
) -> Path:
    """Trains a detector on the pairs and returns its checkpoint."""
    run = Run("scratch_detector", {"scratch_detector": network}, config, folder, device)
    data = PairSet(pairs, config.crop)

    def draw(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        image, mask = (part.to(run.compute.device) for part in synthetic_crops(data, config.batch, rng))
        return image.contiguous(memory_format=torch.channels_last), mask

    def losses_of_step(rng: np.random.Generator) -> Losses:
        image, mask = draw(rng)
        return {"total": detector_loss(run.networks["scratch_detector"](image).float(), mask)}

    image, mask = draw(np.random.default_rng(0))

    def show() -> Tensor:
        found = run.averaged["scratch_detector"](image).float().sigmoid()
        return torch.stack([image, 2 * mask - 1, 2 * found - 1], dim=1).flatten(0, 1).expand(-1, 3, -1, -1)

    run.fit(losses_of_step, show)
    return run.checkpoint
