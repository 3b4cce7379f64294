"""Learning to restore: the mapping from the latent of an old photograph to that of a clean one, and what follows it.

Wan et al. 2020, sections 3.1 and 3.2: latent L1, adversarial and feature-matching terms, with or without the partial
non-local block. The compact preset adds terms on the picture and lets them reach through both VAEs, whose few minutes
of training leave them much to learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.device import place
from restoration.networks.discriminators import MultiScaleDiscriminator
from restoration.training.config import TrainingConfig
from restoration.training.critic import critic_terms
from restoration.training.crops import AgedCrops
from restoration.training.families import Family
from restoration.training.losses import coarse_loss, gradient_loss, weighted_l1
from restoration.training.run import Losses, Run

#: A hole's pixel weighs this many times a sound one: holes are few and hard.
HOLE_WEIGHT = 3.0
#: Share of crops shown with their damage unannounced: the detector misses some.
UNANNOUNCED_SHARE = 0.2
#: A crop that is a hole but for less than this is shown as it is: with nothing around to fill it from, features are the
#: same everywhere, and each instance norm then multiplies gradients by 316 (1 / sqrt(1e-5)).
LEAST_KEPT = 0.1
#: Share of crops that did not age: with fewer, fine texture of sound photographs was smoothed.
SOUND_SHARE = 0.2


@dataclass(frozen=True)
class Translator:
    """What restores: encoder of A, mapping, decoder of B; or one network for all of it.

    Attributes:
        name: of the run.
        networks: that learn, by name.
        restore: (networks, prepared picture, mask) to (restored picture, its latent or None); the networks are these
            or a run's averages of them.
    """

    name: str
    networks: dict[str, nn.Module]
    restore: Callable[[nn.ModuleDict | dict[str, nn.Module], Tensor, Tensor], tuple[Tensor, Tensor | None]]


def latent_translator(
    name: str, family: Family, vae_a: nn.Module, mapping: nn.Module, vae_b: nn.Module, joint: bool
) -> Translator:
    """Encoder of A, mapping, decoder of B.

    Args:
        name: of the run.
        family: the preset's way of restoring.
        vae_a, mapping, vae_b: the networks.
        joint: whether the VAEs learn with the mapping; the published method keeps them as they are.
    """
    for vae in (vae_a, vae_b):
        vae.requires_grad_(joint)

    def restore(
        networks: nn.ModuleDict | dict[str, nn.Module], image: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        z = family.translate(networks["mapping"], networks["vae_a"].encode(image), mask)  # type: ignore[operator]
        return family.draw(networks["vae_b"], z, image), z

    return Translator(name, {"vae_a": vae_a, "mapping": mapping, "vae_b": vae_b}, restore)


def direct_translator(name: str, network: nn.Module) -> Translator:
    """One image-to-image network, the baseline without any latent space."""
    return Translator(name, {name: network}, lambda networks, image, mask: (networks[name](image, mask), None))


def announced_mask(mask: Tensor, rng: np.random.Generator) -> Tensor:
    """The mask as a detector would give it (N×1×H×W, 1 = hole): some wider than the damage, some missing altogether."""
    out = mask.clone()
    for i in range(mask.shape[0]):
        if rng.random() < UNANNOUNCED_SHARE:
            out[i] = 0
        elif (radius := int(rng.integers(0, 3))) > 0:
            out[i] = F.max_pool2d(mask[i], 2 * radius + 1, stride=1, padding=radius)
        if 1 - out[i].mean() < LEAST_KEPT:
            out[i] = 0
    return out


def train_translation(
    pairs: AgedCrops,
    translator: Translator,
    target_encoder: nn.Module | None,
    prepare: Callable[[Tensor, Tensor], Tensor],
    folder: Path,
    config: TrainingConfig,
    device: str,
) -> Path:
    """Trains a translator on aged pairs and returns the checkpoint.

    Args:
        pairs: crops of aged pairs.
        translator: what learns.
        target_encoder: VAE B, whose latents of the clean crops are the mapping's aim; None leaves that term out.
        prepare: see ``Family``.
        folder: for checkpoint and log.
        config: of the training.
        device: auto, cpu, cuda or mps.
    """
    weights = config.weights
    critics = {"pictures": MultiScaleDiscriminator(channels=6)} if weights.adversarial else {}
    run = Run(translator.name, translator.networks, config, folder, device, critics)
    target = None if target_encoder is None else place(target_encoder.requires_grad_(False), run.compute)

    def draw(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        aged, clean, mask = (x.to(run.compute.device) for x in pairs.batch(config.batch, rng))
        sound = torch.from_numpy(rng.random(config.batch) < SOUND_SHARE).to(aged.device).view(-1, 1, 1, 1)
        aged, mask = torch.where(sound, clean, aged), mask * ~sound
        told = announced_mask(mask, rng)
        image = prepare(aged, told).contiguous(memory_format=torch.channels_last)
        return aged, image, clean, told

    def losses_of_step(rng: np.random.Generator) -> Losses:
        aged, image, clean, told = draw(rng)
        output, z = translator.restore(run.networks, image, told)
        output = output.float()
        pixel = 1 + (HOLE_WEIGHT - 1) * told
        losses: dict[str, Tensor] = {
            "picture": weighted_l1(output, clean, pixel),
            "input": weighted_l1(aged, clean, pixel).detach(),
        }
        total = weights.picture * losses["picture"]
        if weights.gradient:
            losses["gradient"] = gradient_loss(output, clean)
            total = total + weights.gradient * losses["gradient"]
        if weights.coarse:
            losses["coarse"] = coarse_loss(output, clean)
            total = total + weights.coarse * losses["coarse"]
        if weights.latent and target is not None and z is not None:
            with torch.no_grad():
                aim = target.encode(clean.contiguous(memory_format=torch.channels_last))  # type: ignore[operator]
            losses["latent"] = F.l1_loss(z.float(), aim.float())
            total = total + weights.latent * losses["latent"]
        if weights.adversarial:
            losses |= critic_terms(run.critics["pictures"], image, output, clean, weights)
            total = total + losses["judged"]
        return {"total": total, **losses}

    aged, image, clean, told = (x[:5] for x in draw(np.random.default_rng(0)))

    def show() -> Tensor:
        output, _ = translator.restore(run.averaged, image, told)
        return torch.stack([aged, image, output.to(aged.dtype), clean], dim=1).flatten(0, 1)

    run.fit(losses_of_step, show)
    return run.checkpoint
