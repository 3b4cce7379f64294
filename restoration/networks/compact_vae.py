"""The two VAEs of the compact preset (Wan et al. 2020, section 3.1), without norms.

The published VAEs use instance norm, whose statistics belong to the whole picture: a tile of a large scan would come
out in another tone than its neighbour. These have none, so tiled equals untiled. Everything at full resolution is
done on space-to-depth pixels, where a CPU is four times faster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from restoration.networks.base import StoredNetwork, dimension

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def zeroed(layer: Layer) -> Layer:
    """The layer with weights and bias 0: what adds its output begins as the identity."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), 3×3, no norm; starts as the identity. N×C×H×W."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Conv2d(channels, channels, 3, padding=1)
        self.outer = zeroed(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.outer(torch.relu(self.inner(x)))


class CompactVAE(StoredNetwork):
    """Picture N×3×H×W in [-1, 1] to latent N×64×H/4×W/4 and back; H and W multiples of 4.

    Args:
        stem: channels at half resolution.
        latent: channels of the latent.
        blocks: residual blocks of the encoder and of the decoder.
        encodes, decodes: False leaves that half out; restoring needs the encoder of VAE A and the decoder of VAE B.
    """

    size_multiple = 4

    def __init__(
        self, stem: int = 48, latent: int = 64, blocks: int = 2, encodes: bool = True, decodes: bool = True
    ) -> None:
        super().__init__()
        if encodes:
            self._build_encoder(stem, latent, blocks)
        if decodes:
            self._build_decoder(stem, latent, blocks)

    def _build_encoder(self, stem: int, latent: int, blocks: int) -> None:
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, stem, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(stem, latent, 4, stride=2, padding=1),
            *(ResidualBlock(latent) for _ in range(blocks)),
        )

    def _build_decoder(self, stem: int, latent: int, blocks: int) -> None:
        self.decoder = nn.Sequential(
            *(ResidualBlock(latent) for _ in range(blocks)),
            nn.Conv2d(latent, 4 * stem, 3, padding=1),
            nn.PixelShuffle(2),
            nn.ReLU(),
            ResidualBlock(stem),
            nn.Conv2d(stem, 64, 3, padding=1),
            nn.PixelShuffle(2),
            nn.ReLU(),
        )
        self.to_picture = nn.Conv2d(16, 3, 3, padding=1)
        self.to_gate = zeroed(nn.Conv2d(16, 1, 3, padding=1))

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        encodes, decodes = "encoder.1.weight" in state_dict, "to_picture.weight" in state_dict
        half, extra = ("encoder", 0) if encodes else ("decoder", 1)  # the decoder has one block more, at half size
        pattern = re.compile(rf"{half}\.\d+\.inner\.weight")
        blocks = sum(1 for key in state_dict if pattern.fullmatch(key)) - extra
        if encodes:
            stem, latent = (dimension(state_dict, f"encoder.{layer}.weight", 0, 0) for layer in (1, 3))
        else:
            stem = dimension(state_dict, f"decoder.{blocks}.weight", 0, 192) // 4
            latent = dimension(state_dict, f"decoder.{blocks}.weight", 1, 64)
        # Whatever holds neither half is refused for the keys that a whole VAE would have.
        known = blocks > 0 and stem > 0 and latent > 0 and (encodes or decodes)
        if not known:
            return {}
        return {"stem": stem, "latent": latent, "blocks": blocks, "encodes": encodes, "decodes": decodes}

    def encode(self, x: Tensor) -> Tensor:
        """The mean of the latent's distribution, N×64×H/4×W/4; its deviation is 1 by convention."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """The picture, N×3×H×W, about [-1, 1]."""
        return self.to_picture(self.decoder(z))

    def decode_onto(self, z: Tensor, image: Tensor) -> Tensor:
        """The picture, mixed with ``image`` by a learnt gate: sound detail passes, the rest is drawn anew.

        Args:
            z: N×64×H/4×W/4.
            image: N×3×H×W in [-1, 1], what the encoder of the other VAE saw.
        """
        features = self.decoder(z)
        gate = torch.sigmoid(self.to_gate(features) + 1)  # begins by trusting the decoder rather than the input
        return image + gate * (self.to_picture(features) - image)
