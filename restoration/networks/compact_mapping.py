"""The mapping of the compact preset: from the latent of an old photo to that of a clean one (Wan et al. 2020, 3.2-3.3).

Three scales (1/4, 1/8, 1/16 of the picture) instead of the published one, because tone and large structure are learnt
far faster at a coarse scale. The partial non-local block works at 1/8. No norms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.compact_vae import ResidualBlock, zeroed
from restoration.networks.partial_nonlocal import attend_to_kept


class CompactNonLocal(nn.Module):
    """Holes take from sound places anywhere in the picture; sound places stay as they are. N×C×H×W and its mask.

    Args:
        channels: C.
        inner: channels in which places are compared.
    """

    def __init__(self, channels: int, inner: int = 64) -> None:
        super().__init__()
        self.theta = nn.Conv2d(channels, inner, 1)
        self.phi = nn.Conv2d(channels, inner, 1)
        self.g = nn.Conv2d(channels, channels, 1)
        self.out = nn.Sequential(nn.Conv2d(channels, channels, 1), ResidualBlock(channels))
        self.scale = inner**-0.5

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """Args: x N×C×H×W; keep N×1×H×W, the sound share of each place, 0 to 1."""
        if not bool((keep < 1).any()):
            return x
        theta, phi, g = self.theta(x) * self.scale, self.phi(x), self.g(x)
        # Only what the residual block sees of the holes is asked for, two places around them: holes are few.
        asked = (F.max_pool2d((keep < 1).float(), 5, stride=1, padding=2) > 0).any(dim=0)[0]
        y = torch.zeros_like(x)
        y[:, :, asked] = attend_to_kept(theta[:, :, asked].unsqueeze(2), phi, g, keep).squeeze(2)
        return keep * x + (1 - keep) * self.out(y)


class CompactMapping(StoredNetwork):
    """Latent N×64×H/4×W/4 and mask N×1×H×W (1 = hole) to the latent of the restored picture.

    H and W must be multiples of 16.

    Args:
        widths: channels at 1/4, 1/8 and 1/16 of the picture's size.
        non_local: False leaves the partial non-local block out, to measure what it is worth.
    """

    size_multiple = 16

    def __init__(self, widths: tuple[int, int, int] = (64, 128, 160), non_local: bool = True) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.enter = nn.Sequential(nn.Conv2d(fine + 2, fine, 3, padding=1), ResidualBlock(fine))
        self.down_middle = nn.Sequential(
            nn.Conv2d(fine, middle, 4, stride=2, padding=1), ResidualBlock(middle), ResidualBlock(middle)
        )
        self.down_coarse = nn.Sequential(
            nn.Conv2d(middle, coarse, 4, stride=2, padding=1), ResidualBlock(coarse), ResidualBlock(coarse)
        )
        self.up_middle = nn.Sequential(nn.Conv2d(coarse, 4 * middle, 1), nn.PixelShuffle(2))
        self.non_local = CompactNonLocal(middle) if non_local else None
        self.middle = nn.Sequential(ResidualBlock(middle), ResidualBlock(middle))
        self.up_fine = nn.Sequential(nn.Conv2d(middle, 4 * fine, 1), nn.PixelShuffle(2))
        self.leave = nn.Sequential(
            ResidualBlock(fine), ResidualBlock(fine), zeroed(nn.Conv2d(fine, fine, 3, padding=1))
        )

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        keys = ("enter.0.weight", "down_middle.0.weight", "down_coarse.0.weight")
        widths = (dimension(state_dict, key, 0, width) for key, width in zip(keys, (64, 128, 160), strict=True))
        return {"widths": tuple(widths), "non_local": "non_local.theta.weight" in state_dict}

    def forward(self, z: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            mask = z.new_zeros(z.shape[0], 1, 4 * z.shape[2], 4 * z.shape[3])
        mask = mask.to(z.dtype)
        share, touched = F.avg_pool2d(mask, 4), F.max_pool2d(mask, 4)
        fine = self.enter(torch.cat([z, share, touched], dim=1))
        middle = self.down_middle(fine)
        middle = middle + self.up_middle(self.down_coarse(middle))
        if self.non_local is not None:
            middle = self.non_local(middle, 1 - F.avg_pool2d(mask, 8))
        middle = self.middle(middle)
        return z + self.leave(fine + self.up_fine(middle))
