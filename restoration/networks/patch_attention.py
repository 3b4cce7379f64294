"""The mapping network for high resolution: holes are filled with copies of the most similar patch.

Wan et al., the high-resolution variant of the CVPR 2020 network: multi-scale patch attention in place of the partial
non-local block. Published with the code; the papers only touch on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.base import StoredNetwork
from restoration.networks.blocks import MAPPING_WIDTHS, mapping_widths, narrowing, residual_blocks, widening

#: A patch is replaced if more than this part of it is hole.
HOLE_SHARE = 0.6

#: At most so many similarities (query patches times key patches) are held at once: 256 MiB.
PAIRS_AT_ONCE = 2**26


def hole_map(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Which latent cells the hole touches: mask N×1×H×W (1 = hole) to N×1×h×w of 0 and 1, by bilinear resizing."""
    return (F.interpolate(mask, size=size, mode="bilinear", align_corners=False) > 0).to(mask.dtype)


def copy_into_holes(features: Tensor, holes: Tensor, patch: int, pairs_at_once: int = PAIRS_AT_ONCE) -> Tensor:
    """Replaces each mostly missing patch by the most similar patch that is not; C×h×w and holes 1×h×w to C×h×w.

    The patches lie on a raster. Where any patch is replaced, the strip right and below the raster becomes zero, as
    published. With nothing to replace, or nothing to copy from, the features come back as they are.
    """
    rows, columns = features.shape[1] // patch, features.shape[2] // patch
    missing = _cut(holes, rows, columns, patch).float().mean(dim=1) > HOLE_SHARE
    wanted, sources = missing.nonzero()[:, 0], (~missing).nonzero()[:, 0]
    if not len(wanted) or not len(sources):
        return features
    patches = _cut(features, rows, columns, patch)
    # Single precision whatever the features have: near ties decide which patch is copied.
    candidates = F.normalize(patches[sources].float(), dim=1)
    most_similar = [
        (F.normalize(patches[some].float(), dim=1) @ candidates.mT).argmax(dim=1)
        for some in wanted.split(max(1, pairs_at_once // len(sources)))
    ]
    patches[wanted] = patches[sources[torch.cat(most_similar)]]
    copied = torch.zeros_like(features)
    copied[:, : rows * patch, : columns * patch] = (
        patches.view(rows, columns, -1, patch, patch).permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)
    )
    return copied


def _cut(x: Tensor, rows: int, columns: int, patch: int) -> Tensor:
    """C×h×w to its patches in raster order, (rows·columns)×(C·patch·patch), in new memory."""
    inside = x[:, : rows * patch, : columns * patch]
    split = inside.unflatten(2, (columns, patch)).unflatten(1, (rows, patch))
    return split.permute(1, 3, 0, 2, 4).flatten(2).flatten(0, 1).clone()


class PatchAttention(nn.Module):
    """One scale: features N×C×h×w and mask N×1×H×W (1 = hole; any size) to features of the same shape."""

    def __init__(self, channels: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.F_Combine = nn.Conv2d(2 * channels + 1, channels, 3, padding=1)
        self.res_block = nn.Sequential(*residual_blocks(channels, 1))

    def forward(self, z: Tensor, mask: Tensor) -> Tensor:
        holes = hole_map(mask.float(), (z.shape[-2], z.shape[-1])).to(z.dtype)
        x = self.res_block(z)
        # One picture at a time: each has its own number of patches to replace.
        copied = torch.stack([copy_into_holes(*one, self.patch) for one in zip(x, holes, strict=True)])
        return self.F_Combine(torch.cat([z, copied, holes], dim=1))


class PatchAttentionMapping(StoredNetwork):
    """Latent N×64×h×w and mask N×1×H×W (1 = hole; the picture's size) to latent of the same shape; h, w at least 2.

    Args:
        widths: channels of the latent and of the three levels above it.
    """

    def __init__(self, widths: Sequence[int] = MAPPING_WIDTHS) -> None:
        super().__init__()
        channels = widths[-1]
        self.before_NL = nn.Sequential(*widening(widths), *residual_blocks(channels, 2))
        self.NL_scale_1 = PatchAttention(channels, patch=8)
        self.res_block_1 = nn.Sequential(*residual_blocks(channels, 2))
        self.NL_scale_2 = PatchAttention(channels, patch=4)
        self.res_block_2 = nn.Sequential(*residual_blocks(channels, 2))
        self.NL_scale_3 = PatchAttention(channels, patch=2)
        self.after_NL = nn.Sequential(*residual_blocks(channels, 2), *narrowing(widths))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return mapping_widths(state_dict, "before_NL")

    def forward(self, z: Tensor, mask: Tensor) -> Tensor:
        x = self.res_block_1(self.NL_scale_1(self.before_NL(z), mask))
        x = self.res_block_2(self.NL_scale_2(x, mask))
        return self.after_NL(self.NL_scale_3(x, mask))
