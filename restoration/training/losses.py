"""The terms that trainings add up. Pictures are N×3×H×W in [-1, 1]; each term is a scalar.

No term needs a network trained on ImageNet: where the published method compares VGG features, these compare
gradients at several scales and the features of the discriminator.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

#: What discriminators return: the features of each scale, the last of them the verdict.
Judged = Sequence[Sequence[Tensor]]


def weighted_l1(output: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference, each pixel times its weight (N×1×H×W)."""
    return (weight * (output - target).abs()).mean()


def gradient_loss(output: Tensor, target: Tensor, scales: int = 2) -> Tensor:
    """L1 between the horizontal and vertical differences of two pictures, at several scales."""
    total = output.new_zeros(())
    for scale in range(scales):
        if scale:
            output, target = F.avg_pool2d(output, 2), F.avg_pool2d(target, 2)
        for axis in (2, 3):
            total = total + F.l1_loss(output.diff(dim=axis), target.diff(dim=axis))
    return total / scales


def coarse_loss(output: Tensor, target: Tensor, factor: int = 16) -> Tensor:
    """L1 between two pictures reduced by a factor: tone and large structure, in which a pixel's noise has no say."""
    return F.l1_loss(F.avg_pool2d(output, factor), F.avg_pool2d(target, factor))


def kl_loss(mean: Tensor) -> Tensor:
    """KL divergence to N(0, 1) of a normal latent with this mean and deviation 1, a latent value (Wan 2020, eq. 3)."""
    return 0.5 * (mean.float() ** 2).mean()


def deceive(judged: Judged) -> Tensor:
    """The generator's side of LSGAN: every verdict should be 1 (Mao et al. 2017, eq. 9)."""
    return torch.stack([((scale[-1].float() - 1) ** 2).mean() for scale in judged]).mean()


def tell_apart(real: Judged, made: Judged) -> Tensor:
    """The discriminator's side of LSGAN: 1 for real, 0 for made."""
    terms = [
        0.5 * ((r[-1].float() - 1) ** 2).mean() + 0.5 * (m[-1].float() ** 2).mean()
        for r, m in zip(real, made, strict=True)
    ]
    return torch.stack(terms).mean()


def feature_matching(real: Judged, made: Judged) -> Tensor:
    """L1 between the discriminator's features of the true and of the made picture (Wang et al. 2018, eq. 4)."""
    terms = [
        F.l1_loss(m.float(), r.detach().float())
        for real_scale, made_scale in zip(real, made, strict=True)
        for r, m in zip(real_scale[:-1], made_scale[:-1], strict=True)
    ]
    return torch.stack(terms).mean() if terms else real[0][-1].new_zeros(())
