"""Learning the two latent spaces: VAE A of old photographs, real and synthetic, VAE B of clean ones.

Wan et al. 2020, section 3.1: KL, reconstruction and adversarial terms; for A also a discriminator on latents, which
brings real and synthetic old photographs together, so that a mapping learnt on synthetic pairs works on real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.discriminators import LatentDiscriminator, MultiScaleDiscriminator
from restoration.training.config import LossWeights, TrainingConfig
from restoration.training.crops import AgedCrops, RealCrops
from restoration.training.families import Family
from restoration.training.losses import deceive, gradient_loss, kl_loss, tell_apart
from restoration.training.run import Losses, Run

#: Deviation of the noise added to latents while the VAEs learn: the published 1, or less, so that detail survives.
LATENT_NOISE = {True: 0.1, False: 1.0}


def _critics(weights: LossWeights, vae: nn.Module) -> dict[str, nn.Module]:
    critics: dict[str, nn.Module] = {}
    if weights.adversarial:
        critics["pictures"] = MultiScaleDiscriminator()
    if weights.latent_adversarial:
        with torch.no_grad():
            channels = vae.encode(torch.zeros(1, 3, 16, 16)).shape[1]  # type: ignore[operator]
        critics["latents"] = LatentDiscriminator(channels)
    return critics


def _vae_losses(run: Run, vae: nn.Module, image: Tensor, noise: float, real: Tensor | None) -> Losses:
    """The terms of one step.

    Args:
        run: for its weights and critics.
        vae: learns.
        image: N×3×H×W.
        noise: deviation of the latent's noise.
        real: N bool, which of the images are real old photographs; None if none is to be told apart.
    """
    weights = run.config.weights
    z = vae.encode(image)  # type: ignore[operator]
    output = vae.decode(z + noise * torch.randn_like(z)).float()  # type: ignore[operator]
    reconstruction, kl = F.l1_loss(output, image), kl_loss(z)
    total = weights.reconstruction * reconstruction + weights.kl * kl
    losses: dict[str, Tensor] = {"l1": reconstruction, "kl": kl}
    critic = output.new_zeros(())
    if weights.gradient:
        total = total + weights.gradient * gradient_loss(output, image)
    if weights.adversarial:
        judge = run.critics["pictures"]
        losses["adversarial"] = deceive(judge(output))
        total = total + weights.adversarial * losses["adversarial"]
        critic = critic + tell_apart(judge(image), judge(output.detach()))
    if weights.latent_adversarial and real is not None:
        judge = run.critics["latents"]
        # The encoder alone is asked to make synthetic latents look real; real photographs stay what they are.
        losses["latent_adversarial"] = deceive(judge(z[~real]))
        total = total + weights.latent_adversarial * losses["latent_adversarial"]
        losses["latent_critic"] = tell_apart(judge(z[real].detach()), judge(z[~real].detach()))
        critic = critic + losses["latent_critic"]
    return {"total": total, "critic": critic, **losses} if run.critics else {"total": total, **losses}


def _show(run: Run, name: str, draw: Callable[[np.random.Generator], Tensor]) -> Callable[[], Tensor]:
    """Pictures and what the averaged VAE makes of them, side by side."""
    fixed = draw(np.random.default_rng(0))[:8]

    def pictures() -> Tensor:
        vae = run.averaged[name]
        made = vae.decode(vae.encode(fixed))  # type: ignore[operator]
        return torch.stack([fixed, made.to(fixed.dtype)], dim=1).flatten(0, 1)

    return pictures


def train_vae_a(
    synthetic: AgedCrops, real: RealCrops, family: Family, folder: Path, config: TrainingConfig, device: str
) -> Path:
    """VAE A: a quarter of each batch real old photographs, the rest synthetic. Returns the checkpoint.

    Args:
        synthetic: crops of aged pairs.
        real: crops of scans.
        family: the networks of the preset.
        folder: for checkpoint and log.
        config: of the training.
        device: auto, cpu, cuda or mps.
    """
    torch.manual_seed(config.seed)
    vae = family.new_vae()
    run = Run("vae_a", {"vae_a": vae}, config, folder, device, _critics(config.weights, vae))
    quarter = max(1, config.batch // 4)
    is_real = torch.arange(config.batch, device=run.compute.device) >= config.batch - quarter

    def images(rng: np.random.Generator) -> Tensor:
        aged, clean, mask = synthetic.batch(config.batch, rng)
        if family.toned:
            aged[:quarter] = clean[:quarter]  # VAE B starts from these weights
        image = family.prepare(aged, mask) if family.toned else aged
        image[is_real.to(image.device)] = real.batch(quarter, rng).to(image.device)
        return image.to(run.compute.device).contiguous(memory_format=torch.channels_last)

    def losses_of_step(rng: np.random.Generator) -> Losses:
        return _vae_losses(run, vae, images(rng), LATENT_NOISE[family.toned], is_real)

    run.fit(losses_of_step, _show(run, "vae_a", images))
    return run.checkpoint


def train_vae_b(
    pairs: AgedCrops, start: nn.Module | None, family: Family, folder: Path, config: TrainingConfig, device: str
) -> Path:
    """VAE B: clean photographs. Returns the checkpoint.

    Args:
        pairs: crops of aged pairs, of which the clean halves are used.
        start: VAE A, to start from its weights, so that the mapping begins near the identity; None starts from nothing.
        family, folder, config, device: as for VAE A.
    """
    torch.manual_seed(config.seed)
    vae = family.new_vae() if start is None else start
    run = Run("vae_b", {"vae_b": vae}, config, folder, device, _critics(config.weights, vae))

    def images(rng: np.random.Generator) -> Tensor:
        _, clean, _ = pairs.batch(config.batch, rng)
        return clean.to(run.compute.device).contiguous(memory_format=torch.channels_last)

    def losses_of_step(rng: np.random.Generator) -> Losses:
        return _vae_losses(run, vae, images(rng), LATENT_NOISE[family.toned], None)

    run.fit(losses_of_step, _show(run, "vae_b", images))
    return run.checkpoint
