"""Attention that sees the whole picture but takes nothing from holes, without an N×N matrix."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def partial_attention(query: Tensor, key: Tensor, value: Tensor, keep: Tensor, scale: float = 1.0) -> Tensor:
    """Softmax over all positions, weights of holes set to zero, the rest re-normalised (Wan et al. 2020, eq. 9).

    Leaving the holes out *before* the softmax would be the same in exact arithmetic only: where a hole wins the
    softmax outright, the kept weights underflow, and the published network's output shrinks with them. So attention
    runs over all keys, on the values ``keep·g`` and, in one more channel, on ``keep`` itself, which sums up the kept
    weight by which the rest is divided.

    Args:
        query, key: N×D×P, P positions.
        value: N×C×P.
        keep: N×1×P, 0 = hole, 1 = sound; values between weigh in proportion.
        scale: factor of the logits.

    Returns:
        N×C×P; zero where nothing is kept.
    """
    channels = value.shape[1]
    values = torch.cat([value * keep, keep.to(value.dtype)], dim=1)
    # The fused kernel wants equal, contiguous [N, heads, P, width]; others fall back to the full matrix.
    width = -(-max(query.shape[1], channels + 1) // 16) * 16
    q, k, v = (_heads(tensor, width) for tensor in (query, key, values))
    out = F.scaled_dot_product_attention(q, k, v, scale=scale)[:, 0].transpose(1, 2)
    mass = out[:, channels : channels + 1].float().clamp(min=1e-12)
    return (out[:, :channels].float() / mass).to(value.dtype)


def _heads(tensor: Tensor, width: int) -> Tensor:
    padded = F.pad(tensor, (0, 0, 0, width - tensor.shape[1]))
    return padded.transpose(1, 2).contiguous().unsqueeze(1)
