"""The mapping network without holes: latents of old photos to latents of clean ones.

Wan et al. (CVPR 2020), section 3.1: the latent space translation, for photos with unstructured defects only (fading,
noise, blur).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from restoration.networks.base import StoredNetwork
from restoration.networks.blocks import MAPPING_WIDTHS, mapping_widths, narrowing, residual_blocks, widening


class QualityMapping(StoredNetwork):
    """Latent N×64×h×w to latent of the same shape; h and w at least 2.

    Args:
        widths: channels of the latent and of the three levels above it.
    """

    def __init__(self, widths: Sequence[int] = MAPPING_WIDTHS) -> None:
        super().__init__()
        self.model = nn.Sequential(*widening(widths), *residual_blocks(widths[-1], 6), *narrowing(widths))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return mapping_widths(state_dict, "model")

    def forward(self, z: Tensor) -> Tensor:
        return self.model(z)
