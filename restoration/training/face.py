"""Learning to draw a face anew from its aged, aligned crop (Wan et al., TPAMI 2022, face enhancement)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from restoration.device import place
from restoration.faces.face_mask import face_mask
from restoration.faces.sampling import Bounds
from restoration.networks.compact_face import SIDE
from restoration.networks.discriminators import MultiScaleDiscriminator
from restoration.networks.face_likeness import FaceLikeness
from restoration.training.config import TrainingConfig
from restoration.training.critic import critic_terms
from restoration.training.face_pairs import FacePairs
from restoration.training.likeness import likeness_loss
from restoration.training.losses import gradient_loss, weighted_l1
from restoration.training.run import Losses, Run

#: A pixel of the face weighs this many times one of hair and background, which the layer's mask leaves out.
FACE_WEIGHT = 3.0
#: Share of crops that are clean already: a face that needs nothing must get nothing.
SOUND_SHARE = 0.2
#: Scales of the gradient term: eyes and mouth are edges of several widths.
SCALES = 3


def train_face(
    pairs: Path,
    network: nn.Module,
    folder: Path,
    config: TrainingConfig,
    device: str = "auto",
    judge: FaceLikeness | None = None,
) -> Path:
    """Trains a face generator and returns its checkpoint. ``config.crop`` is not used: faces are SIDE×SIDE.

    Args:
        pairs: folder of aged faces, see ``write_face_pairs``.
        network: N×3×SIDE×SIDE in [-1, 1] to the same.
        folder: for checkpoint and log.
        config: of the training.
        device: auto, cpu, cuda or mps.
        judge: of the likeness; needed if ``config.weights.likeness`` counts.
    """
    data = FacePairs(pairs)
    critics = {"pictures": MultiScaleDiscriminator(channels=6)} if config.weights.adversarial else {}
    run = Run("face", {"face": network}, config, folder, device, critics)
    at = run.compute.device
    knows_faces = None if judge is None else place(judge.eval().requires_grad_(False), run.compute)
    face = torch.from_numpy(face_mask(np.eye(3), SIDE, Bounds(0, 0, SIDE, SIDE))).to(at)
    weight = (1 + (FACE_WEIGHT - 1) * face) / (1 + (FACE_WEIGHT - 1) * face.mean())

    def draw(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        both = torch.from_numpy(data.batch(config.batch, rng)).to(at).float() / 127.5 - 1
        seen, clean = both.split(3, dim=1)
        sound = torch.from_numpy(rng.random(config.batch) < SOUND_SHARE).to(at).view(-1, 1, 1, 1)
        return torch.where(sound, clean, seen).contiguous(memory_format=torch.channels_last), clean

    def losses_of_step(rng: np.random.Generator) -> Losses:
        seen, clean = draw(rng)
        output = run.networks["face"](seen).float()
        losses = {
            "picture": weighted_l1(output, clean, weight),
            "input": weighted_l1(seen, clean, weight).detach(),
            "gradient": gradient_loss(output * weight, clean * weight, SCALES),
        }
        total = config.weights.picture * losses["picture"] + config.weights.gradient * losses["gradient"]
        if knows_faces is not None and config.weights.likeness:
            losses["likeness"] = likeness_loss(knows_faces, output, clean)
            total = total + config.weights.likeness * losses["likeness"]
        if critics:
            losses |= critic_terms(run.critics["pictures"], seen, output, clean, config.weights)
            total = total + losses["judged"]
        return {"total": total, **losses}

    seen, clean = (x[:6] for x in draw(np.random.default_rng(0)))

    def show() -> Tensor:
        return torch.stack([seen, run.averaged["face"](seen).to(seen.dtype), clean], dim=1).flatten(0, 1)

    run.fit(losses_of_step, show)
    return run.checkpoint
