"""Learning to tell faces apart as dlib does, and what a face generator learns from that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.networks.face_likeness import FaceLikeness
from restoration.training.config import TrainingConfig
from restoration.training.face_descriptors import DescribedFaces
from restoration.training.run import Losses, Run

#: Faces are moved by up to so many pixels: what is told must not hang on where exactly a face lies.
_MOVED = 6
#: Noise that is added to some faces, standard deviation in [-1, 1]: what a generator draws is not what was described.
_NOISE = 0.05


def train_likeness(pairs: Path, folder: Path, config: TrainingConfig, device: str = "auto") -> Path:
    """Trains a ``FaceLikeness`` and returns its checkpoint. ``config.crop`` is not used: faces are aligned crops.

    The log's ``distance`` is the mean distance to dlib's descriptor, which itself has a length of about 1.4.

    Args:
        pairs: folder of aged faces that ``write_descriptors`` went through.
        folder: for checkpoint and log.
        config: of the training.
        device: auto, cpu, cuda or mps.
    """
    data = DescribedFaces(pairs)
    torch.manual_seed(config.seed)
    run = Run("face_likeness", {"face_likeness": FaceLikeness()}, config, folder, device)
    at = run.compute.device

    def losses_of_step(rng: np.random.Generator) -> Losses:
        faces, told = data.batch(config.batch, rng)
        faces = np.roll(faces, rng.integers(-_MOVED, _MOVED + 1, size=2), axis=(2, 3))
        x = torch.from_numpy(faces).to(at).float() / 127.5 - 1
        x = x + rng.uniform(0, _NOISE) * torch.randn_like(x)
        found, _ = run.networks["face_likeness"](x.contiguous(memory_format=torch.channels_last))
        apart = ((found.float() - torch.from_numpy(told).to(at)) ** 2).sum(dim=1)
        return {"total": apart.mean(), "distance": apart.detach().sqrt().mean()}

    run.fit(losses_of_step)
    return run.checkpoint


def likeness_loss(judge: FaceLikeness, output: Tensor, clean: Tensor) -> Tensor:
    """How far a face is from the true one for a network that knows faces: whose it is, and what it looks like.

    The squared distance of the descriptors plus the features' L1 of all levels, each over its mean, as perceptual
    losses have it (Johnson et al. 2016), of a network that was trained on faces instead of ImageNet's things.

    Args:
        judge: trained; its parameters must not learn.
        output, clean: N×3×S×S in [-1, 1].
    """
    with torch.no_grad():
        true, true_features = judge(clean)
    found, features = judge(output)
    apart = ((found.float() - true.float()) ** 2).sum(dim=1).mean()
    for ours, theirs in zip(features, true_features, strict=True):
        apart = apart + F.l1_loss(ours.float(), theirs.float()) / theirs.float().abs().mean().clamp(min=1e-3)
    return apart
