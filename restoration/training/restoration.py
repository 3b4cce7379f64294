"""Learning to restore: VAE A on old photos, VAE B on clean ones, then the mapping between their latents.

Wan et al. 2020, section 3, in the form that a CPU can train: reconstruction, KL and latent terms, and a gradient term
in place of the features of a network trained on ImageNet. The mapping's phase ends to end through both VAEs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.device import place
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.fill import fill_holes
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone
from restoration.training.pairs import LONGEST_SIDE, PairSet, read_rgb
from restoration.training.run import Losses, Plan, Run, averaged_state

#: Deviation of the noise added to latents while the VAEs learn, and weight of the KL term.
LATENT_NOISE, KL_WEIGHT = 0.1, 1e-3
#: A hole's pixel weighs this many times a sound one: holes are few and hard.
HOLE_WEIGHT = 3.0
LATENT_WEIGHT = 0.15
GRADIENT_WEIGHT = 0.6
#: Share of crops shown with their damage unannounced: the detector misses some.
UNANNOUNCED_SHARE = 0.2
#: Share of crops that did not age.
SOUND_SHARE = 0.08


def gradient_loss(output: Tensor, target: Tensor, scales: int = 2) -> Tensor:
    """L1 between the horizontal and vertical differences of two pictures, at several scales."""
    total = output.new_zeros(())
    for scale in range(scales):
        if scale:
            output, target = F.avg_pool2d(output, 2), F.avg_pool2d(target, 2)
        for axis in (2, 3):
            total = total + F.l1_loss(output.diff(dim=axis), target.diff(dim=axis))
    return total / scales


class TonedPairs:
    """Crops of the aged pairs as the networks see them: tone corrected by the trained tone network.

    Args:
        pairs: folder of aged pairs.
        tone: the trained tone network.
        crop: side in pixels.
        device: where the tensors go.
    """

    def __init__(self, pairs: Path, tone: ToneNetwork, crop: int, device: torch.device) -> None:
        self.data, self.device = PairSet(pairs, crop), device
        self.aged_grids = self._grids(tone, slice(0, 3))

    @torch.inference_mode()
    def _grids(self, tone: ToneNetwork, channels: slice) -> Tensor:
        thumbnails = np.stack([t[..., channels] for t in self.data.thumbnails(THUMBNAIL)])
        tensor = torch.from_numpy(thumbnails).permute(0, 3, 1, 2).float() / 127.5 - 1
        return torch.cat([tone(part.contiguous()) for part in tensor.split(64)]).clone()

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Toned aged crops and clean crops, N×3×c×c in [-1, 1], and masks, N×1×c×c, 0 or 1."""
        crops, numbers, places, mirrored = self.data.batch(size, rng)
        places[mirrored] = places[mirrored][:, [2, 1, 0, 3]]
        tensor = torch.from_numpy(crops).to(self.device).float()
        aged, clean, mask = tensor[:, :3] / 127.5 - 1, tensor[:, 3:6] / 127.5 - 1, (tensor[:, 6:] > 127).float()
        grids = self.aged_grids[numbers].to(self.device)
        toned = apply_tone(aged, grids, torch.from_numpy(places).to(self.device))
        return toned, clean, mask


class RealCrops:
    """Random crops of real old photos, tone corrected; they have no clean twin."""

    @torch.inference_mode()
    def __init__(self, pictures: Sequence[Path], tone: ToneNetwork, crop: int) -> None:
        self.crop = crop
        self.images: list[np.ndarray] = []
        for path in pictures:
            image = torch.from_numpy(read_rgb(path, LONGEST_SIDE)).permute(2, 0, 1)[None].float() / 127.5 - 1
            if min(image.shape[-2:]) < crop:
                continue
            grid = tone(F.interpolate(image, (THUMBNAIL, THUMBNAIL), mode="area"))
            toned = apply_tone(image, grid)[0]
            self.images.append(((toned.clamp(-1, 1) + 1) * 127.5).round().byte().numpy())

    def batch(self, size: int, rng: np.random.Generator) -> Tensor:
        """N×3×c×c in [-1, 1]."""
        out = np.empty((size, 3, self.crop, self.crop), np.uint8)
        for i in range(size):
            image = self.images[rng.integers(len(self.images))]
            y, x = (rng.integers(side - self.crop + 1) for side in image.shape[1:])
            out[i] = image[:, y : y + self.crop, x : x + self.crop]
        return torch.from_numpy(out).float() / 127.5 - 1


def _vae_losses(vae: CompactVAE, image: Tensor) -> Losses:
    z = vae.encode(image)
    output = vae.decode(z + LATENT_NOISE * torch.randn_like(z)).float()
    kl = 0.5 * (z.float() ** 2).mean()
    reconstruction = F.l1_loss(output, image)
    gradient = gradient_loss(output, image)
    return {"total": reconstruction + gradient + KL_WEIGHT * kl, "l1": reconstruction, "kl": kl}


def _channels_last(image: Tensor) -> Tensor:
    return image.contiguous(memory_format=torch.channels_last)


def load_tone(checkpoint: Path) -> ToneNetwork:
    """The tone network of a run."""
    return ToneNetwork.from_state_dict(averaged_state(checkpoint, "tone"))


def train_vae_a(pairs: Path, real: Sequence[Path], tone: Path, folder: Path, plan: Plan, device: str = "auto") -> Path:
    """VAE A: old photographs, synthetic and real, in one latent space. Returns the checkpoint."""
    torch.manual_seed(plan.seed)
    vae = CompactVAE()
    run = Run("vae_a", {"vae_a": vae}, plan, folder, device)
    network = load_tone(tone)
    synthetic = TonedPairs(pairs, network, plan.crop, run.compute.device)
    old = RealCrops(real, network, plan.crop)

    def losses_of_step(rng: np.random.Generator) -> Losses:
        toned, clean, mask = synthetic.batch(plan.batch, rng)
        toned[: plan.batch // 4] = clean[: plan.batch // 4]  # VAE B starts from these weights
        image = fill_holes(toned, mask)
        image[-(plan.batch // 4) :] = old.batch(plan.batch // 4, rng).to(image.device)
        return _vae_losses(vae, _channels_last(image))

    run.fit(losses_of_step)
    return run.checkpoint


def train_vae_b(pairs: Path, tone: Path, vae_a: Path, folder: Path, plan: Plan, device: str = "auto") -> Path:
    """VAE B: clean photographs; starts from VAE A, so that the mapping begins near the identity."""
    torch.manual_seed(plan.seed)
    vae = CompactVAE.from_state_dict(averaged_state(vae_a, "vae_a")).train()
    run = Run("vae_b", {"vae_b": vae}, plan, folder, device)
    clean_pairs = TonedPairs(pairs, load_tone(tone), plan.crop, run.compute.device)

    def losses_of_step(rng: np.random.Generator) -> Losses:
        _, clean, _ = clean_pairs.batch(plan.batch, rng)
        return _vae_losses(vae, _channels_last(clean))

    run.fit(losses_of_step)
    return run.checkpoint


def announced_mask(mask: Tensor, rng: np.random.Generator) -> Tensor:
    """The mask as a detector would give it: some wider than the damage, some missing altogether."""
    out = mask.clone()
    for i in range(mask.shape[0]):
        if rng.random() < UNANNOUNCED_SHARE:
            out[i] = 0
        elif (radius := int(rng.integers(0, 3))) > 0:
            out[i] = F.max_pool2d(mask[i], 2 * radius + 1, stride=1, padding=radius)
    return out


def train_mapping(
    pairs: Path, tone: Path, vae_a: Path, vae_b: Path, folder: Path, plan: Plan, device: str = "auto"
) -> Path:
    """The mapping, and with it the encoder of A and the decoder of B, from old crops to clean ones."""
    torch.manual_seed(plan.seed)
    encoder = CompactVAE.from_state_dict(averaged_state(vae_a, "vae_a")).train()
    decoder = CompactVAE.from_state_dict(averaged_state(vae_b, "vae_b")).train()
    mapping = CompactMapping()
    run = Run("mapping", {"vae_a": encoder, "vae_b": decoder, "mapping": mapping}, plan, folder, device)
    data = TonedPairs(pairs, load_tone(tone), plan.crop, run.compute.device)
    fixed = CompactVAE.from_state_dict(averaged_state(vae_b, "vae_b")).requires_grad_(False)
    place(fixed, run.compute)

    def losses_of_step(rng: np.random.Generator) -> Losses:
        toned, clean, mask = data.batch(plan.batch, rng)
        sound = torch.from_numpy(rng.random(plan.batch) < SOUND_SHARE).to(toned.device).view(-1, 1, 1, 1)
        toned, mask = torch.where(sound, clean, toned), mask * ~sound
        told = announced_mask(mask, rng)
        image = _channels_last(fill_holes(toned, told))
        z = mapping(encoder.encode(image), told)
        output = decoder.decode_onto(z, image).float()
        with torch.no_grad():
            target = fixed.encode(_channels_last(clean))
        weight = 1 + (HOLE_WEIGHT - 1) * told
        picture = (weight * (output - clean).abs()).mean()
        gradient = gradient_loss(output, clean)
        latent = F.l1_loss(z.float(), target.float())
        return {
            "total": picture + GRADIENT_WEIGHT * gradient + LATENT_WEIGHT * latent,
            "picture": picture,
            "gradient": gradient,
            "latent": latent,
            "input": (weight * (toned - clean).abs()).mean(),
        }

    run.fit(losses_of_step)
    return run.checkpoint
