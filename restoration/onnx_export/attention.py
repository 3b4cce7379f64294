"""The partial non-local block of the compact mapping, for a graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.compact_mapping import CompactNonLocal
from restoration.networks.partial_nonlocal import LEAST_MASS


class GraphNonLocal(nn.Module):
    """What ``CompactNonLocal`` computes, the attention written out; N is 1.

    Memory: places around holes × all places, at an eighth of the picture's size, of float32.
    """

    def __init__(self, block: CompactNonLocal) -> None:
        super().__init__()
        self.theta, self.phi, self.g, self.out = block.theta, block.phi, block.g, block.out
        self.scale = block.scale

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """x 1×C×h×w, keep 1×1×h×w."""
        asked = (F.max_pool2d((keep < 1).float(), 5, stride=1, padding=2) > 0).flatten()
        # The first place is asked for, too: with no hole at all the tensors would be empty, which some runtimes refuse.
        first = torch.arange(asked.shape[0], device=x.device) == 0
        places = (asked | first).nonzero()[:, 0]
        # Single precision, as the network does: products that are not scaled overflow half precision.
        query = (self.theta(x) * self.scale).flatten(2).index_select(2, places).float()
        key, value = self.phi(x).flatten(2).float(), self.g(x).flatten(2).float()
        sound = keep.flatten(2).float()
        share = (query.transpose(1, 2) @ key).softmax(dim=2)  # 1×places×hw
        mass = (share * sound).sum(dim=2, keepdim=True)
        told = share @ (value * sound).transpose(1, 2) / mass.clamp(min=LEAST_MASS)
        y = torch.zeros_like(x).flatten(2).index_copy(2, places, told.transpose(1, 2).to(x.dtype))
        return keep * x + (1 - keep) * self.out(y.view_as(x))
