"""How each network is trained: one plain object a training, kept in its checkpoint.

``PAPER`` holds the published settings (Wan et al. 2020, section 4.1; weights of the terms from sections 3.1 and 3.2),
``COMPACT`` those of the bundled networks, which a CPU without matrix units can follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PresetName = Literal["compact", "paper"]


@dataclass(frozen=True)
class LossWeights:
    """What each term counts; 0 leaves it out, with the network that it alone would need.

    Attributes:
        reconstruction: L1 of a VAE's picture (α of the paper).
        kl: of the latent to N(0, 1).
        latent: L1 of the mapped latent to the clean one's (λ₁).
        adversarial: LSGAN on pictures.
        latent_adversarial: LSGAN on latents of VAE A, real against synthetic.
        feature_matching: discriminator features (λ₂).
        picture: L1 of the restored picture; with it the mapping's training reaches through both VAEs.
        gradient: multi-scale gradients of the picture.
        coarse: tone and large structure of the picture.
        likeness: of a face, see ``likeness_loss``.
        mode_seeking: of two fillings of one hole, see ``restoration.training.inpainting``.
        classes, chroma, redeterioration: of the colour network, see ``restoration.training.colour``.
    """

    reconstruction: float = 0.0
    kl: float = 0.0
    latent: float = 0.0
    adversarial: float = 0.0
    latent_adversarial: float = 0.0
    feature_matching: float = 0.0
    picture: float = 0.0
    gradient: float = 0.0
    coarse: float = 0.0
    likeness: float = 0.0
    mode_seeking: float = 0.0
    classes: float = 0.0
    chroma: float = 0.0
    redeterioration: float = 0.0


@dataclass(frozen=True)
class TrainingConfig:
    """How long, how fast, and on what a network learns.

    Attributes:
        hours: time budget; the learning rate falls to zero over it, so a run is planned, not just stopped.
        steps: budget in steps instead: what is to be compared gets the same, however busy the machine.
        learning_rate: the highest rate.
        batch: crops a step.
        crop: side of a crop in pixels.
        seed: of the crops and of the first weights.
        warmup_steps: steps over which the rate rises.
        betas: of Adam.
        weight_decay: AdamW's; 0 is Adam.
        decay: ``cosine`` from the start, or ``linear`` over the second half (the paper's).
        ema: share of the averaged weights kept at each step; averages over about 1/(1 - ema) steps are what is used.
        clip: largest norm of the gradient.
        weights: of the loss's terms.
    """

    hours: float
    learning_rate: float
    batch: int
    crop: int
    seed: int = 0
    warmup_steps: int = 100
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 1e-4
    decay: Literal["cosine", "linear"] = "cosine"
    ema: float = 0.998
    clip: float = 1.0
    weights: LossWeights = field(default_factory=LossWeights)
    steps: int | None = None


def _published(weights: LossWeights, batch: int = 16) -> TrainingConfig:
    """The paper's settings: Adam 2e-4 with β 0.5 and 0.999, crops of 256, the rate falling over the second half."""
    return TrainingConfig(
        hours=24, learning_rate=2e-4, batch=batch, crop=256, warmup_steps=1, betas=(0.5, 0.999), weight_decay=0.0,
        decay="linear", ema=0.999, clip=1e3, weights=weights,
    )  # fmt: skip


_PAPER_VAE = LossWeights(reconstruction=10, kl=1, adversarial=1)

PAPER: dict[str, TrainingConfig] = {
    "scratch-detector": _published(LossWeights()),
    "self-training": _published(LossWeights()),
    "vae-a": _published(LossWeights(reconstruction=10, kl=1, adversarial=1, latent_adversarial=1)),
    "vae-b": _published(_PAPER_VAE),
    "mapping": _published(LossWeights(latent=60, adversarial=1, feature_matching=10)),
    # The published faces compare features of VGG; what stands in for them compares pictures and their gradients.
    "face": _published(LossWeights(picture=10, gradient=10, adversarial=1, feature_matching=10), batch=4),
}

_COMPACT_VAE = LossWeights(reconstruction=1, kl=1e-3, gradient=1)
_COMPACT_PICTURE = LossWeights(picture=1, gradient=0.6, coarse=0.3)

#: The compact networks have no adversarial term on pictures: in minutes on a CPU a discriminator teaches them texture
#: that is not there.
COMPACT: dict[str, TrainingConfig] = {
    "tone": TrainingConfig(hours=8 / 60, learning_rate=2e-3, batch=32, crop=64),
    "scratch-detector": TrainingConfig(hours=51 / 60, learning_rate=2e-3, batch=8, crop=160),
    "self-training": TrainingConfig(hours=10 / 60, learning_rate=3e-4, batch=8, crop=160),
    "vae-a": TrainingConfig(
        hours=5 / 60, learning_rate=2e-3, batch=8, crop=128,
        weights=LossWeights(reconstruction=1, kl=1e-3, gradient=1, latent_adversarial=0.02),
    ),
    "vae-b": TrainingConfig(hours=2.5 / 60, learning_rate=1e-3, batch=8, crop=128, weights=_COMPACT_VAE),
    "mapping": TrainingConfig(
        hours=40 / 60, learning_rate=1e-3, batch=6, crop=160,
        weights=LossWeights(latent=0.15, picture=1, gradient=0.6),
    ),
    # At four times this rate a trained restorer lost in 1,000 steps what it knew about grain (training log, run 2).
    "refine": TrainingConfig(hours=1, learning_rate=1.5e-4, batch=4, crop=160, weights=_COMPACT_PICTURE),
    "direct-unet": TrainingConfig(hours=40 / 60, learning_rate=1e-3, batch=6, crop=160, weights=_COMPACT_PICTURE),
    "face-likeness": TrainingConfig(hours=20 / 60, learning_rate=2e-3, batch=32, crop=256),
    "face": TrainingConfig(
        hours=80 / 60, learning_rate=1e-3, batch=8, crop=256, weights=LossWeights(picture=1, gradient=1, likeness=0.1)
    ),
    "inpainting": TrainingConfig(
        hours=45 / 60, learning_rate=1e-3, batch=8, crop=128, weights=LossWeights(gradient=1, mode_seeking=0.3)
    ),
    "colour": TrainingConfig(
        hours=123 / 60, learning_rate=1.5e-3, batch=12, crop=144,
        weights=LossWeights(classes=1, chroma=5, redeterioration=1),
    ),
}  # fmt: skip

CONFIGS: dict[PresetName, dict[str, TrainingConfig]] = {"compact": COMPACT, "paper": PAPER}
