"""The faces of the compact preset."""

from __future__ import annotations

import numpy as np
import torch

from restoration.device import Compute, place
from restoration.networks.compact_face import SIDE, CompactFaceGenerator
from restoration.shortage import named_shortage


class CompactFaceEnhancer:
    """Our face generator, 256 pixels a side.

    Args:
        network: aligned faces to clean ones.
        compute: device and number format.
    """

    size = SIDE
    batch = 8
    #: Of held-out sound faces nine in ten are changed less; of the aged ones of the model card 8 of 47 that were found.
    worth_changing = 0.004
    keeps_tone = True

    def __init__(self, network: CompactFaceGenerator, compute: Compute) -> None:
        self.network = place(network, compute)
        self.compute = compute

    @named_shortage()
    @torch.inference_mode()
    def enhance(self, faces: np.ndarray) -> np.ndarray:
        """See ``FaceEnhancer``."""
        x = torch.from_numpy(faces).permute(0, 3, 1, 2).to(self.compute.device) * 2 - 1
        with self.compute.autocast():
            y = self.network(x.contiguous(memory_format=torch.channels_last)).float()
        return ((y.clamp(-1, 1) + 1) / 2).permute(0, 2, 3, 1).contiguous().cpu().numpy()
