"""The autoencoders: a picture to its latent picture and back.

Wan et al., "Bringing Old Photos Back to Life" (CVPR 2020), section 3.1, restoration via latent space translation.
Autoencoder A knows old photos, B clean ones; restoring is A's encoder, a mapping network, B's decoder. At inference the
latent is the encoder's output itself: nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from restoration.networks.base import StoredNetwork, dimension
from restoration.networks.blocks import normalised, residual_blocks


class Vae(StoredNetwork):
    """Picture N×3×H×W in [-1, 1] to latent N×64×H/4×W/4 and back. H and W are multiples of 4, at least 8.

    Args:
        width: channels everywhere inside, the latent included.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.ReflectionPad2d(3),
            *normalised(nn.Conv2d(3, width, 7), width),
            *normalised(nn.Conv2d(width, width, 4, stride=2, padding=1), width),
            *normalised(nn.Conv2d(width, width, 4, stride=2, padding=1), width),
            *residual_blocks(width, 4),
        )
        self.decoder = nn.Sequential(
            *residual_blocks(width, 4),
            *normalised(nn.ConvTranspose2d(width, width, 4, stride=2, padding=1), width),
            *normalised(nn.ConvTranspose2d(width, width, 4, stride=2, padding=1), width),
            nn.ReflectionPad2d(3),
            nn.Conv2d(width, 3, 7),
            nn.Tanh(),
        )

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        return {"width": dimension(state_dict, "encoder.1.weight", 0, 64)}

    def encode(self, x: Tensor) -> Tensor:
        """The latent picture; its range is open."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """The picture of a latent, in [-1, 1]."""
        return self.decoder(z)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))
