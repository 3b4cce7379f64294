"""Learning to fill holes: the loss of Liu et al. (ECCV 2018, section 3.3) without VGG, and seeds that differ.

Hole and valid L1 and total variation count as published. Features of VGG are not ours to bundle: gradients at several
scales stand for the perceptual terms. What lies in a large hole is open; a loss that asks one answer for the truth gets
the mean of all. Each crop is therefore filled with two noises, and the nearer of the two counts most (Guzman-Rivera et
al. 2012, "Multiple Choice Learning"); a mode-seeking term (Mao et al. 2019, equation 3) keeps the two apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.luma import LUMA
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.networks.fill import fill_holes
from restoration.training.config import TrainingConfig
from restoration.training.holes import SHARE, irregular_hole
from restoration.training.losses import gradient_loss
from restoration.training.picture_pack import PicturePack
from restoration.training.run import Losses, Run

#: Weights of the terms as published (Liu et al., equation 7).
VALID, HOLE, VARIATION = 1.0, 6.0, 0.1
#: Noises a crop, and what the farther one counts beside the nearer: nothing keeps it plausible otherwise.
NOISES = 2
FARTHER = 0.3
#: Ratio of picture to noise distance beyond which two fillings differ enough.
APART = 0.15
GRADIENT_SCALES = 3
#: Shares of crops that are made monochrome, and grainy, as old photographs are.
MONOCHROME, GRAINY = 0.4, 0.3
#: Strongest tint of a monochrome crop, and deviation of the coarsest grain; pictures are in [-1, 1].
TINT, GRAIN = 0.12, 0.1


def hole_variation(filled: Tensor, hole: Tensor) -> Tensor:
    """Total variation of the filled picture in the hole and one pixel around it, a value per picture: N.

    Args:
        filled: composited with the known pixels, N×3×H×W.
        hole: N×1×H×W, 1 = hole.
    """
    reach = F.max_pool2d(hole, 3, stride=1, padding=1)
    down = (filled.diff(dim=2).abs() * reach[:, :, 1:] * reach[:, :, :-1]).mean(dim=(1, 2, 3))
    across = (filled.diff(dim=3).abs() * reach[..., 1:] * reach[..., :-1]).mean(dim=(1, 2, 3))
    return down + across


def mode_seeking(first: Tensor, second: Tensor, noises: tuple[list[Tensor], list[Tensor]], hole: Tensor) -> Tensor:
    """How much two fillings of one hole differ for how much their noises do, a value per picture: N, capped.

    Mao et al. (CVPR 2019, "Mode Seeking GANs", equation 3), over the pixels of the hole alone.
    """
    apart = ((first - second).abs() * hole).sum(dim=(1, 2, 3)) / (3 * hole.sum(dim=(1, 2, 3))).clamp(min=1)
    noise = torch.stack([(a - b).abs().mean(dim=(1, 2, 3)) for a, b in zip(*noises, strict=True)]).mean(dim=0)
    return (apart / noise.clamp(min=1e-3)).clamp(max=APART)


def as_old_photographs(clean: Tensor, rng: np.random.Generator) -> Tensor:
    """Some pictures of a batch, N×3×H×W in [-1, 1], made monochrome, in grey or in a tint; the others as they are."""
    count = len(clean)
    luma = (clean * clean.new_tensor(LUMA).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    # A tint is strongest in the middle tones: black and white have none.
    tint = clean.new_tensor(rng.uniform(0, TINT, count)).view(-1, 1, 1, 1) * clean.new_tensor([1.0, 0, -1]).view(
        3, 1, 1
    )
    chosen = torch.from_numpy(rng.random(count) < MONOCHROME).to(clean.device).view(-1, 1, 1, 1)
    return torch.where(chosen, (luma + tint * (1 - luma**2)).clamp(-1, 1), clean)


def train_inpainting(
    pack: Path,
    network: CompactInpainting,
    folder: Path,
    config: TrainingConfig,
    device: str = "auto",
    name: str = "inpainting",
    kinds: tuple[int, ...] | None = None,
) -> Path:
    """Trains an inpainting network and returns its checkpoint.

    Args:
        pack: folder of packed pictures, see ``write_pack``.
        network: to be trained.
        folder: for checkpoint and log.
        config: of the training.
        device: auto, cpu, cuda or mps.
        name: of the run.
        kinds: of the pictures; None takes all, each kind as often.
    """
    data = PicturePack(pack, config.crop, kinds)
    run = Run(name, {"inpainting": network}, config, folder, device)
    at, weights = run.compute.device, config.weights

    def draw(rng: np.random.Generator, size: int) -> tuple[Tensor, Tensor, Tensor]:
        pictures = torch.from_numpy(data.batch(size, rng)).to(at).permute(0, 3, 1, 2).float() / 127.5 - 1
        # Small holes teach a network little; large ones, where it must guess, are drawn more often.
        shares = [SHARE[0] + (SHARE[1] - SHARE[0]) * float(rng.random()) for _ in range(size)]
        drawn = [irregular_hole(config.crop, config.crop, (0.7 * share, share), rng) for share in shares]
        clean = as_old_photographs(pictures, rng).contiguous(memory_format=torch.channels_last)
        grain = rng.uniform(0, GRAIN, size) * (rng.random(size) < GRAINY)
        seen = clean + torch.randn_like(clean[:, :1]) * clean.new_tensor(grain).view(-1, 1, 1, 1)
        return clean, seen, torch.from_numpy(np.stack(drawn)).to(at)[:, None].float()

    def losses_of_step(rng: np.random.Generator) -> Losses:
        clean, seen, hole = draw(rng, config.batch)
        model: CompactInpainting = run.networks["inpainting"]  # type: ignore[assignment] # a ModuleDict knows modules
        known = 1 - hole
        levels = model.encode(seen * known, known)
        smooth = fill_holes(seen, hole)
        noises = [
            [each.to(at) for each in model.draw_noise(config.batch, config.crop, config.crop, torch.default_generator)]
            for _ in range(NOISES)
        ]
        raw = [smooth + model.decode(levels, noise).float() for noise in noises]
        filled = [torch.where(hole > 0, each, clean) for each in raw]  # grain is not to be learnt
        area = hole.mean(dim=(1, 2, 3)).clamp(min=1e-3)
        wrong = torch.stack([((each - clean).abs() * hole).mean(dim=(1, 2, 3)) for each in raw])
        # Of each crop: what the nearer filling counts, and what the other.
        nearer = F.one_hot(wrong.detach().argmin(dim=0), NOISES).T.to(wrong.dtype)
        counts = (nearer + (1 - nearer) * FARTHER) / (1 + FARTHER * (NOISES - 1))
        per_crop = HOLE * wrong
        valid = torch.stack([((each - seen).abs() * known).mean() for each in raw]).mean()
        variation = torch.stack([hole_variation(each, hole) for each in filled])
        losses = {
            "hole": (wrong.amin(dim=0) / area).mean(),
            "smooth": (((smooth - clean).abs() * hole).mean(dim=(1, 2, 3)) / area).mean(),
            "valid": valid,
            "variation": variation.mean(),
        }
        total = VALID * valid + (counts * (per_crop + VARIATION * variation)).sum(dim=0).mean()
        if weights.gradient:
            nearest = torch.where(nearer[0].view(-1, 1, 1, 1) > 0, filled[0], filled[1])
            losses["gradient"] = gradient_loss(nearest, clean, GRADIENT_SCALES)
            total = total + weights.gradient * losses["gradient"]
        if weights.mode_seeking:
            apart = mode_seeking(filled[0], filled[1], (noises[0], noises[1]), hole)
            losses["apart"] = apart.mean()
            # Only where much is open: a small hole has one right filling.
            total = total - weights.mode_seeking * (apart * area).mean()
        return {"total": total, **losses}

    clean, seen, hole = draw(np.random.default_rng(0), 6)

    def show() -> Tensor:
        model: CompactInpainting = run.averaged["inpainting"]  # type: ignore[assignment] # as above
        rows = [seen * (1 - hole)]
        for seed in range(NOISES):
            noise = model.draw_noise(len(clean), config.crop, config.crop, torch.Generator().manual_seed(seed))
            rows.append(model(seen, 1 - hole, [each.to(at) for each in noise]).to(clean.dtype))
        return torch.stack([*rows, clean], dim=1).flatten(0, 1)

    run.fit(losses_of_step, show)
    return run.checkpoint
