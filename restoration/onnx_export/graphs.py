"""One module a file: pictures as an app has them (0 to 1, any size) in, pictures out, all sizes dynamic.

Heavy networks may be in half precision; what goes in and out is float32, and so is what half precision would spoil:
counting, coordinates, masses of attention.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restoration.networks.compact_colour import SCALE, ColourNetwork, Look
from restoration.networks.compact_face import CompactFaceGenerator
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.scratch_detector import ScratchDetector
from restoration.networks.tone import ToneNetwork
from restoration.onnx_export.attention import GraphNonLocal
from restoration.onnx_export.colours import GraphCopy
from restoration.onnx_export.filling import fill_smoothly
from restoration.onnx_export.sizes import mirrored_up
from restoration.onnx_export.sparing import spared
from restoration.onnx_export.toning import GraphTone
from restoration.presets.compact_colouriser import FAVOUR, TEMPERATURE

_Network = TypeVar("_Network", bound=nn.Module)


class RestorerGraph(nn.Module):
    """photo 1×3×H×W, mask 1×1×H×W (1 = damaged), tone (1) to restored and spared 1×3×H×W; 0 to 1, sides from 64."""

    def __init__(
        self, tone: ToneNetwork, vae_a: CompactVAE, mapping: CompactMapping, vae_b: CompactVAE, dtype: torch.dtype
    ) -> None:
        super().__init__()
        if mapping.non_local is not None:
            mapping.non_local = GraphNonLocal(mapping.non_local)  # type: ignore[assignment] # the same, for a graph
        self.tone = GraphTone(tone)
        self.vae_a, self.mapping, self.vae_b = vae_a.to(dtype), mapping.to(dtype), vae_b.to(dtype)
        self.dtype = dtype

    def forward(self, photo: Tensor, mask: Tensor, tone: Tensor) -> tuple[Tensor, Tensor]:
        height, width = photo.shape[2:]
        toned = self.tone(photo, tone)
        hole = (mask > 0).to(photo.dtype)
        x = mirrored_up(fill_smoothly(toned, hole), self.mapping.size_multiple).to(self.dtype)
        z = self.mapping(self.vae_a.encode(x), mirrored_up(hole, self.mapping.size_multiple))
        y = self.vae_b.decode_onto(z, x)[:, :, :height, :width].float()
        restored = (y.clamp(-1, 1) + 1) / 2
        return restored, spared((toned + 1) / 2, restored, hole)


class DetectorGraph(nn.Module):
    """grey 1×1×H×W, 0 to 1, to the probability of damage 1×1×H×W; sides from 32."""

    def __init__(self, network: ScratchDetector, dtype: torch.dtype) -> None:
        super().__init__()
        self.network = network.to(dtype)
        self.dtype = dtype

    def forward(self, grey: Tensor) -> Tensor:
        height, width = grey.shape[2:]
        x = mirrored_up(grey * 2 - 1, self.network.size_multiple).to(self.dtype)
        logits: Tensor = self.network(x)[:, :, :height, :width]
        return logits.float().sigmoid()


class FaceGraph(nn.Module):
    """face 1×3×256×256, 0 to 1, to the same, drawn anew."""

    def __init__(self, network: CompactFaceGenerator, dtype: torch.dtype) -> None:
        super().__init__()
        self.network = network.to(dtype)
        self.dtype = dtype

    def forward(self, face: Tensor) -> Tensor:
        y: Tensor = self.network((face * 2 - 1).to(self.dtype))
        return (y.float().clamp(-1, 1) + 1) / 2


class InpaintingGraph(nn.Module):
    """photo 1×3×H×W, 0 to 1, and hole 1×1×H×W (1 = to be filled) to the filled photo; the likeliest filling."""

    def __init__(self, network: CompactInpainting, dtype: torch.dtype) -> None:
        super().__init__()
        self.network = network.to(dtype)
        self.dtype = dtype

    def forward(self, photo: Tensor, hole: Tensor) -> Tensor:
        height, width = photo.shape[2:]
        multiple = self.network.size_multiple
        gap = (hole > 0).to(photo.dtype)
        picture = photo * 2 - 1
        known = 1 - gap
        down = (height + multiple - 1) // multiple * multiple - height
        across = (width + multiple - 1) // multiple * multiple - width
        padded = F.pad(picture * known, (0, across, 0, down)).to(self.dtype)
        mask = F.pad(known, (0, across, 0, down)).to(self.dtype)
        correction = self.network.decode(self.network.encode(padded, mask))[:, :, :height, :width].float()
        filled = ((fill_smoothly(picture, gap) + correction).clamp(-1, 1) + 1) / 2
        return torch.where(gap > 0, filled, photo)


class ColouriserGraph(nn.Module):
    """luminance 1×1×H×W (L of Lab, 0 to 100), hints 1×3×H/4×W/4 (a, b, share painted) to ab 1×2×H/4×W/4.

    H and W are multiples of 16.
    """

    def __init__(self, network: ColourNetwork, dtype: torch.dtype) -> None:
        super().__init__()
        network.copy = GraphCopy(network.copy)  # type: ignore[assignment] # the same, for a graph
        self.network = network.to(dtype)
        self.network.copy.float()
        self.dtype = dtype

    def forward(self, luminance: Tensor, hints: Tensor) -> Tensor:
        look: Look = self.network.look((luminance / 50 - 1).to(self.dtype))
        told = torch.cat([hints[:, :2] / SCALE, hints[:, 2:]], dim=1).to(self.dtype)
        return self.network.chroma(self.network.answer(look, told).float(), TEMPERATURE, FAVOUR)
