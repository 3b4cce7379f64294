"""How painted colours are copied to places alike, for a graph."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GraphCopy(nn.Module):
    """What the ``copy`` of a ``ColourNetwork`` computes; N is 1. One more source of no weight stands in where none is.

    Args:
        copy: of the network.
    """

    def __init__(self, copy: Any) -> None:
        super().__init__()
        self.sharpness, self.nearness, self.nothing = copy.sharpness, copy.nearness, copy.nothing

    def forward(self, keys: Tensor, hints: Tensor) -> Tensor:
        """See ``compact_colour._Copy.forward``."""
        _, _, height, width = keys.shape
        dtype, keys, hints = keys.dtype, keys.float(), hints.float()
        tokens = F.normalize(keys.flatten(2), dim=1)[0].transpose(0, 1)
        # No decision of Python's: it would hold for the picture that the graph was made with alone.
        longest = torch.maximum(torch.as_tensor(height), torch.as_tensor(width))
        down = (torch.arange(height, device=keys.device) / (height - 1) * height / longest).view(-1, 1, 1)
        across = (torch.arange(width, device=keys.device) / (width - 1) * width / longest).view(1, -1, 1)
        places = torch.cat([down.expand(height, width, 1), across.expand(height, width, 1)], dim=2).view(-1, 2)
        painted = hints[0, 2].flatten()
        # The first place is a source always, so that no tensor is empty; unpainted it has no weight.
        first = torch.arange(painted.shape[0], device=keys.device) == 0
        sources = ((painted > 0) | first).nonzero()[:, 0]
        amount = painted.index_select(0, sources)
        alike = tokens @ tokens.index_select(0, sources).transpose(0, 1) * (10 * F.softplus(self.sharpness))
        there = places.index_select(0, sources)
        apart = (places[:, None] - there[None]).square().sum(dim=2)
        alike = alike - apart * (10 * F.softplus(self.nearness))
        alike = alike + torch.where(amount > 0, amount.clamp(min=1e-6).log(), torch.full_like(amount, -1e4))
        nothing = self.nothing.reshape(1, 1).expand(alike.shape[0], 1)
        share = torch.cat([alike, nothing], dim=1).softmax(dim=1)[:, :-1]
        colours = hints[0, :2].flatten(1).index_select(1, sources).transpose(0, 1)
        told = torch.cat([share @ colours, share.sum(dim=1, keepdim=True)], dim=1)
        return told.transpose(0, 1).reshape(1, 3, height, width).to(dtype)
