"""The colour network of the compact preset: plausible chroma for a luminance, near the colours that the user painted.

Colours are classes (Zhang, Isola and Efros 2016); the user's colours are a second input (Zhang et al. 2017, "Real-Time
User-Guided Image Colorization", section 3.2). They come in late, so that all before them, ``look``, is computed once a
photo and a new stroke costs only ``answer``. A stroke reaches as far as the picture suggests: every place takes colour
from the painted places whose features are like its own (attention, as the partial non-local block copies structure).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.colour_bins import class_colours

#: Sides of the luminance are multiples of this.
MULTIPLE = 16
#: Chroma comes at one pixel in so many, along each side.
STRIDE = 4
#: a and b are divided by this within the network.
SCALE = 110.0
#: Channels of the features that say which places are alike.
_KEY = 32


class Look(NamedTuple):
    """What the network sees in a luminance, before any hint.

    Attributes:
        fine: N×C×H/4×W/4.
        coarse: N×D×H/8×W/8.
        keys: which places are alike, N×32×H/8×W/8.
    """

    fine: Tensor
    coarse: Tensor
    keys: Tensor


def _unit(inner: int, outer: int, stride: int = 1, side: int = 3) -> nn.Sequential:
    layer = nn.Conv2d(inner, outer, side, stride=stride, padding=side // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outer), nn.ReLU())


class _Residual(nn.Module):
    """x plus two 3×3 convolutions, ReLU at the end."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _unit(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class _WholePicture(nn.Module):
    """Each place looks at all others: multi-head attention and two linear layers, both added to what was there."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)
        self.told = nn.Linear(width, width)
        self.then = nn.LayerNorm(width)
        self.think = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        count, width, height, columns = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        parts = self.ask(self.before(tokens)).view(count, -1, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.told(seen.transpose(1, 2).flatten(2))
        tokens = tokens + self.think(self.then(tokens))
        return tokens.transpose(1, 2).reshape(count, width, height, columns)


class _Copy(nn.Module):
    """Painted colours carried to the places that look like the painted ones, and are not too far from them.

    One more key, which stands for no painted place, takes what is like none of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sharpness = nn.Parameter(torch.tensor(1.0))
        self.nearness = nn.Parameter(torch.tensor(2.0))
        self.nothing = nn.Parameter(torch.tensor(0.0))

    def forward(self, keys: Tensor, hints: Tensor) -> Tensor:
        """Keys N×32×h×w, hints N×3×h×w (a, b, share painted) to N×3×h×w: the colour copied, how much it counts."""
        count, _, height, width = keys.shape
        tokens = F.normalize(keys.flatten(2), dim=1).transpose(1, 2)
        down = torch.linspace(0, height / max(height, width), height, device=keys.device)
        across = torch.linspace(0, width / max(height, width), width, device=keys.device)
        places = torch.stack(torch.meshgrid(down, across, indexing="ij"), dim=-1).view(-1, 2)
        painted = hints[:, 2].flatten(1)
        # All pictures of a batch look at the places that any of them painted: few of all.
        sources = (painted > 0).any(dim=0).nonzero()[:, 0]
        if not len(sources):
            return torch.zeros_like(hints)
        alike = tokens @ tokens[:, sources].transpose(1, 2) * (10 * F.softplus(self.sharpness))
        alike = alike - torch.cdist(places, places[sources]).square() * (10 * F.softplus(self.nearness))
        alike = alike + painted[:, None, sources].clamp_min(1e-6).log()
        nothing = self.nothing.expand(*alike.shape[:2], 1)
        share = torch.cat([alike, nothing], dim=2).softmax(dim=2)[:, :, :-1]
        colours = hints[:, :2].flatten(2)[:, :, sources].transpose(1, 2)
        told = torch.cat([share @ colours, share.sum(dim=2, keepdim=True)], dim=2)
        return told.transpose(1, 2).reshape(count, 3, height, width)


class ColourNetwork(StoredNetwork):
    """Luminance N×1×H×W in [-1, 1], H and W multiples of 16, to scores of colour classes N×K×H/4×W/4.

    Args:
        widths: channels at a half, a quarter, an eighth and a sixteenth of the size.
    """

    colours: Tensor
    rarity: Tensor

    def __init__(self, widths: Sequence[int] = (32, 48, 88, 112)) -> None:
        super().__init__()
        half, fine, coarse, deep = widths
        self.quarter = nn.Sequential(_unit(1, half, 2), _unit(half, fine, 2), _Residual(fine))
        self.eighth = nn.Sequential(_unit(fine, coarse, 2), _Residual(coarse), _Residual(coarse))
        self.sixteenth = nn.Sequential(
            _unit(coarse, deep, 2), _Residual(deep), _WholePicture(deep), _Residual(deep), _WholePicture(deep)
        )
        self.join = nn.Sequential(_unit(deep + coarse, coarse, side=1), _Residual(coarse))
        self.key = nn.Conv2d(coarse, _KEY, 1)
        self.copy = _Copy()
        self.tell = nn.Sequential(_unit(coarse + 6, coarse, side=1), _Residual(coarse))
        self.detail = nn.Sequential(_unit(coarse + fine + 6, fine, side=1), _Residual(fine))
        self.score = nn.Conv2d(fine, len(class_colours()), 1)
        self.register_buffer("colours", torch.from_numpy(class_colours()), persistent=False)
        # What each class counted for in training: scores favour rare colours by that much.
        self.register_buffer("rarity", torch.ones(len(class_colours())))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        half = dimension(state_dict, "quarter.0.0.weight", 0, 32)
        fine = dimension(state_dict, "quarter.1.0.weight", 0, 48)
        coarse = dimension(state_dict, "eighth.0.0.weight", 0, 88)
        return {"widths": (half, fine, coarse, dimension(state_dict, "sixteenth.0.0.weight", 0, 112))}

    @classmethod
    def from_state_dict(cls, state_dict: Mapping[str, Any]) -> ColourNetwork:
        network = super().from_state_dict(state_dict)
        network.colours = torch.from_numpy(class_colours())  # the skeleton's was without memory
        return network

    def look(self, luminance: Tensor) -> Look:
        """All that does not depend on hints.

        Raises:
            ValueError: another shape.
        """
        if luminance.dim() != 4 or luminance.shape[1] != 1 or any(side % MULTIPLE for side in luminance.shape[2:]):
            raise ValueError(f"the colour network takes N×1×H×W, multiples of {MULTIPLE}, not {tuple(luminance.shape)}")
        fine = self.quarter(luminance)
        eighth = self.eighth(fine)
        deep = F.interpolate(self.sixteenth(eighth), scale_factor=2, mode="nearest")
        coarse = self.join(torch.cat([deep, eighth], dim=1))
        return Look(fine, coarse, self.key(coarse))

    def answer(self, look: Look, hints: Tensor) -> Tensor:
        """Scores of the classes.

        Args:
            look: of the luminance.
            hints: N×3×H/4×W/4: a and b of Lab over 110, and the share of each pixel that was painted, 0 to 1; a and b
                are 0 where nothing was.
        """
        told = _reduced(hints)
        copied = self.copy(look.keys, told)
        coarse = self.tell(torch.cat([look.coarse, told, copied], dim=1))
        wide = F.interpolate(torch.cat([coarse, copied], dim=1), scale_factor=2, mode="nearest")
        scores: Tensor = self.score(self.detail(torch.cat([wide, look.fine, hints], dim=1)))
        return scores

    def forward(self, luminance: Tensor, hints: Tensor) -> Tensor:
        return self.answer(self.look(luminance), hints)

    def chroma(self, scores: Tensor, temperature: float, favour: float = 1.0) -> Tensor:
        """The annealed mean of the classes (Zhang et al. 2016, section 2.3): N×2×h×w, a and b of Lab.

        Args:
            scores: from ``answer``.
            temperature: 1 is the mean, dull where the network is unsure; towards 0 the likeliest class alone.
            favour: how much rare colours are favoured, from 0, as often as they are, to 1, as in training.
        """
        scores = scores - (1 - favour) * self.rarity.log().to(scores.dtype).view(1, -1, 1, 1)
        return torch.einsum("nkhw,kc->nchw", (scores / temperature).softmax(dim=1), self.colours.to(scores.dtype))


def _reduced(hints: Tensor) -> Tensor:
    """Hints at half the size; a colour is the mean of what was painted, however little."""
    share = F.avg_pool2d(hints[:, 2:], 2)
    colour = F.avg_pool2d(hints[:, :2] * hints[:, 2:], 2) / share.clamp_min(1e-6)
    return torch.cat([colour * (share > 0), share], dim=1)
