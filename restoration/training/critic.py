"""The adversarial terms that every picture-to-picture training shares (Wan et al. 2020, equations 4, 6 and 7)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from restoration.training.config import LossWeights
from restoration.training.losses import deceive, feature_matching, tell_apart


def critic_terms(
    judge: nn.Module, seen: Tensor, output: Tensor, clean: Tensor, weights: LossWeights
) -> dict[str, Tensor]:
    """What a discriminator of pairs says, and what it learns from.

    Args:
        judge: ``MultiScaleDiscriminator`` of six channels.
        seen, output, clean: what the network saw, what it made of it, what it should have; N×3×H×W in [-1, 1].
        weights: of the terms.

    Returns:
        ``adversarial`` and ``features``; ``judged``, their weighted sum, to be added to the network's loss; and
        ``critic``, the discriminator's own loss.
    """
    made, true = judge(torch.cat([seen, output], dim=1)), judge(torch.cat([seen, clean], dim=1))
    adversarial, features = deceive(made), feature_matching(true, made)
    return {
        "adversarial": adversarial,
        "features": features,
        "judged": weights.adversarial * adversarial + weights.feature_matching * features,
        "critic": tell_apart(true, judge(torch.cat([seen, output.detach()], dim=1))),
    }
