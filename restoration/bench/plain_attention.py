"""Attention as its formula says it: every position's weight for every other, all of them in memory at once.

Wan et al. (CVPR 2020), section 3.2. This is what ``restoration.networks.partial_nonlocal`` computes without the matrix.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.networks.compact_mapping import CompactMapping, CompactNonLocal
from restoration.networks.partial_nonlocal import LEAST_MASS, PartialNonLocal, ScratchMapping

#: N×N arrays that are held at the peak: the products, their softmax, and that with the holes' columns at zero.
MATRICES = 3


def attend(query: Tensor, key: Tensor, value: Tensor, keep: Tensor) -> Tensor:
    """Attention to the kept positions: queries and keys M×D×h×w, values M×C×h×w, keep M×1×h×w, to M×C×h×w."""
    products = query.flatten(2).mT @ key.flatten(2)
    weights = torch.softmax(products, dim=-1)
    weights = weights * keep.flatten(2)
    weights = F.normalize(weights, p=1, dim=-1, eps=LEAST_MASS)
    return (weights @ value.flatten(2).mT).mT.unflatten(2, (value.shape[2], value.shape[3]))


class PlainNonLocal(PartialNonLocal):
    """``PartialNonLocal`` with the whole matrix."""

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        filled = self.res_block(self.W(attend(self.theta(x), self.phi(x), self.g(x), keep)))
        return keep * x + (1 - keep) * filled


class PlainCompactNonLocal(CompactNonLocal):
    """``CompactNonLocal`` with the whole matrix, and all positions asked for."""

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        if not bool((keep < 1).any()):
            return x
        filled = self.out(attend(self.theta(x) * self.scale, self.phi(x), self.g(x), keep))
        return keep * x + (1 - keep) * filled


def plain_scratch_mapping(network: ScratchMapping) -> ScratchMapping:
    """The network with its attention replaced, in place; the weights stay."""
    weights = network.NL.state_dict()
    with torch.device("meta"):
        plain = PlainNonLocal(network.NL.theta.in_channels)
    plain.load_state_dict(weights, assign=True)
    network.NL = plain.eval()
    return network


def plain_compact_mapping(network: CompactMapping) -> CompactMapping:
    """The network with its attention, if it has any, replaced, in place; the weights stay."""
    if network.non_local is None:
        return network
    weights, theta = network.non_local.state_dict(), network.non_local.theta
    with torch.device("meta"):
        plain = PlainCompactNonLocal(theta.in_channels, theta.out_channels)
    plain.load_state_dict(weights, assign=True)
    network.non_local = plain.eval()
    return network
