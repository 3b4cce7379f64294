"""Learning colours: classes of ab, rebalanced; the mean colour; and the grey picture that the coloured one must make.

Losses: soft cross entropy with class weights (Zhang, Isola and Efros 2016, section 2.2); the mean chroma, without
which a hint's own colour is met only as closely as classes lie; and re-deterioration: the coloured picture, printed in
grey and blurred again, must be the grey one that it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.luma import LUMA
from restoration.networks.colour_bins import class_colours, soft_classes
from restoration.networks.compact_colour import SCALE, STRIDE, ColourNetwork
from restoration.training.colour_pictures import ColourPictures
from restoration.training.config import LossWeights, TrainingConfig
from restoration.training.lab import lab_to_rgb, rgb_to_light
from restoration.training.run import Losses, Run

#: Between the frequency of classes and equal shares (λ of the paper).
EQUAL_SHARE = 0.5
#: The paper's weights to this power: in full they make a small network paint what is not there.
REBALANCING = 0.5
#: Crops from which the frequencies are counted.
COUNTED = 600
#: The temperature of the mean that the chroma term judges; see ``ColourNetwork.chroma``.
TEMPERATURE = 0.5

#: Batches over which the norms of the averaged network are settled.
SETTLED_OVER = 100

PictureSets = Sequence[tuple[Sequence[Path], float]]


def class_weights(pictures: ColourPictures, rng: np.random.Generator) -> Tensor:
    """What a pixel of each class counts: K floats, rare colours more, 1 on the average of all pixels."""
    frequency = np.zeros(len(class_colours()))
    for _ in range(COUNTED // 8):
        classes, shares = soft_classes(pictures.batch(8, rng).chroma)
        frequency += np.bincount(classes.ravel(), shares.ravel(), minlength=len(frequency))
    frequency /= frequency.sum()
    weights = (1 / ((1 - EQUAL_SHARE) * frequency + EQUAL_SHARE / len(frequency))) ** REBALANCING
    return torch.from_numpy(weights / (weights * frequency).sum()).float()


def class_loss(scores: Tensor, classes: Tensor, shares: Tensor, weights: Tensor) -> Tensor:
    """Soft cross entropy: scores N×K×h×w, classes and shares N×h×w×4, weights of the classes K."""
    likely = scores.float().log_softmax(dim=1).permute(0, 2, 3, 1).gather(3, classes)
    counts = (shares * weights[classes]).sum(dim=3)
    return -((likely * shares).sum(dim=3) * counts).mean()


def redeterioration_loss(luminance: Tensor, chroma: Tensor) -> Tensor:
    """Mean difference between a grey picture and what its coloured one becomes, printed in grey and blurred again.

    A colour that sRGB cannot show at that luminance is clipped, and the print then has another grey.

    Args:
        luminance: N×1×H×W in [-1, 1].
        chroma: N×2×H/4×W/4, a and b of Lab: the blur is that to this size.
    """
    blurred = F.avg_pool2d(luminance, STRIDE)
    rgb = lab_to_rgb(torch.cat([(blurred + 1) * 50, chroma], dim=1)).clamp(0, 1)
    grey = torch.einsum("nchw,c->nhw", rgb, rgb.new_tensor(LUMA))[:, None]
    return F.l1_loss(rgb_to_light(grey.expand(-1, 3, -1, -1)) / 50 - 1, blurred)


def colour_losses(network: ColourNetwork, batch: dict[str, Tensor], weights: LossWeights) -> Losses:
    """The terms for one batch: luminance N×1×H×W, hints N×3×h×w, chroma N×2×h×w, classes and shares N×h×w×4."""
    scores = network(batch["luminance"], batch["hints"])
    chroma = network.chroma(scores.float(), TEMPERATURE)
    terms = {
        "classes": class_loss(scores, batch["classes"], batch["shares"], network.rarity),
        "chroma": F.l1_loss(chroma, batch["chroma"]) / SCALE,
        "redeterioration": redeterioration_loss(batch["luminance"], chroma),
    }
    counted = {"classes": weights.classes, "chroma": weights.chroma, "redeterioration": weights.redeterioration}
    return {**terms, "total": torch.stack([counted[name] * term for name, term in terms.items()]).sum()}


def train_colour(
    sets: PictureSets, network: ColourNetwork, folder: Path, config: TrainingConfig, device: str = "auto"
) -> Path:
    """Trains the colour network and returns its checkpoint.

    Args:
        sets: lists of picture files with the share of the crops that is drawn from each.
        network: new, or trained and to be trained on.
        folder: for checkpoint and log.
        config: budget; its crop is a multiple of 16.
        device: auto, cpu, cuda or mps.

    Raises:
        PictureError: a list holds no picture that is large and colourful enough.
    """
    pictures = ColourPictures(sets, config.crop)
    network.rarity.copy_(class_weights(pictures, np.random.default_rng(config.seed)))
    run = Run("colour", {"colour": network}, config, folder, device)
    trained = run.networks["colour"]
    assert isinstance(trained, ColourNetwork)

    def losses_of_step(rng: np.random.Generator) -> Losses:
        crops = pictures.batch(config.batch, rng)
        classes, shares = soft_classes(crops.chroma)
        batch = {
            "luminance": torch.from_numpy(crops.luminance)[:, None],
            "chroma": torch.from_numpy(crops.chroma).permute(0, 3, 1, 2),
            "hints": torch.from_numpy(crops.hints).permute(0, 3, 1, 2),
            "classes": torch.from_numpy(classes),
            "shares": torch.from_numpy(shares),
        }
        batch = {name: tensor.to(run.compute.device) for name, tensor in batch.items()}
        return colour_losses(trained, batch, config.weights)

    run.fit(losses_of_step)
    settle_norms(run.averaged["colour"], pictures, config)
    run.save()
    return run.checkpoint


@torch.no_grad()
def settle_norms(network: torch.nn.Module, pictures: ColourPictures, config: TrainingConfig) -> None:
    """Gives the norms of an averaged network the statistics of its own features.

    While it was averaged it took those of the network of the moment. The two differ: colours were then as wrong as 60%
    more than with its own (Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima", section 3.2).
    """
    norms = [part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of all batches
    network.train()
    device = next(network.parameters()).device
    for number in range(SETTLED_OVER):
        crops = pictures.batch(config.batch, np.random.default_rng([config.seed + 1, number]))
        hints = torch.from_numpy(crops.hints).permute(0, 3, 1, 2).to(device)
        network(torch.from_numpy(crops.luminance)[:, None].to(device), hints)
    network.eval()
