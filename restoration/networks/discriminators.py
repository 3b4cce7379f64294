"""What judges pictures and latents while the generators learn; nothing here is needed to restore.

Wan et al. (CVPR 2020), section 3.1: an LSGAN discriminator on the pictures of each VAE and of the mapping, of the
multi-scale patch kind (Wang et al. 2018, "High-Resolution Image Synthesis with Conditional GANs", section 3.2), and a
small one on latents that closes the gap between real and synthetic old photographs.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.2


class PatchDiscriminator(nn.Module):
    """Picture N×C×H×W to the features of each layer; the last, N×1×h×w, is the verdict on each patch.

    Args:
        channels: C.
        width: channels of the first layer; they double with each halving, to eight times as many at most.
        halvings: layers of stride 2.
    """

    def __init__(self, channels: int, width: int = 64, halvings: int = 3) -> None:
        super().__init__()
        widths = [min(width * 2**level, 8 * width) for level in range(halvings + 1)]
        layers = [nn.Sequential(nn.Conv2d(channels, widths[0], 4, stride=2, padding=2), nn.LeakyReLU(SLOPE))]
        for level, (inner, outer) in enumerate(pairwise(widths), start=2):
            stride = 2 if level <= halvings else 1
            layers.append(
                nn.Sequential(
                    nn.Conv2d(inner, outer, 4, stride=stride, padding=2),
                    nn.InstanceNorm2d(outer),
                    nn.LeakyReLU(SLOPE),
                )
            )
        self.layers = nn.ModuleList([*layers, nn.Sequential(nn.Conv2d(widths[-1], 1, 4, padding=2))])

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        return features


class MultiScaleDiscriminator(nn.Module):
    """The same patch discriminator at the picture's size and at half of it, each with weights of its own.

    Args:
        channels: of the picture, or of the condition and the picture together.
        width: see ``PatchDiscriminator``.
        scales: how many.
    """

    def __init__(self, channels: int = 3, width: int = 64, scales: int = 2) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(channels, width) for _ in range(scales))

    def forward(self, x: Tensor) -> list[list[Tensor]]:
        """The features of each scale, finest first; the last of each scale is its verdict."""
        out = []
        for number, scale in enumerate(self.scales):
            if number:
                x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            out.append(scale(x))
        return out


class LatentDiscriminator(nn.Module):
    """Whether a latent, N×C×h×w, is of a real old photograph: verdicts N×1×h/4×w/4.

    Args:
        channels: C.
        width: channels inside.
    """

    def __init__(self, channels: int = 64, width: int = 64) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE),
            nn.Conv2d(2 * width, 1, 3, padding=1),
        )  # fmt: skip

    def forward(self, z: Tensor) -> list[list[Tensor]]:
        """In the form of ``MultiScaleDiscriminator``: one scale, its verdict alone."""
        return [[self.model(z)]]
