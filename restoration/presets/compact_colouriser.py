"""The colours of the compact preset; the official one has none of its own and takes these."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import Tensor

from restoration.device import Compute, place
from restoration.networks.compact_colour import MULTIPLE, SCALE, STRIDE, ColourNetwork, Look
from restoration.presets.interface import Seen
from restoration.shortage import named_shortage

#: The picture that the network sees has about so many pixels, as many as those that it learnt from.
SEEN_PIXELS = 65_000
#: A side is never stretched or cut by more than a very long picture needs.
LEAST_SIDE, MOST_SIDE = 2 * MULTIPLE, 2048
#: Of the annealed mean, and how much rare colours are favoured. Chosen on held-out photographs: colourful enough, and
#: then as near the truth as can be (model card).
TEMPERATURE, FAVOUR = 0.4, 1.0


class CompactColouriser:
    """Our colour network.

    Args:
        network: luminance and hints to scores of colours.
        compute: device and number format.
    """

    def __init__(self, network: ColourNetwork, compute: Compute) -> None:
        self.network = place(network, compute)
        self.compute = compute

    @named_shortage()
    @torch.inference_mode()
    def look(self, picture: np.ndarray) -> Seen:
        """See ``Colouriser``."""
        height, width = seen_size(*picture.shape[:2])
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        light = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0]
        x = torch.from_numpy(light / 50 - 1)[None, None].to(self.compute.device)
        with self.compute.autocast():
            look = self.network.look(x.contiguous(memory_format=torch.channels_last))
        cells = cv2.resize(light, (width // STRIDE, height // STRIDE), interpolation=cv2.INTER_AREA)
        unhinted = np.zeros((*cells.shape, 3), np.float32)
        return Seen(cells / 100, self._answer(look, unhinted), tuple(map(_array, look)))

    @named_shortage()
    @torch.inference_mode()
    def chroma(self, seen: Seen, hints: np.ndarray) -> np.ndarray:
        """See ``Colouriser``."""
        # Copies: what a cache keeps is read-only, and torch wants memory that it may write to.
        look = Look(*(torch.tensor(array, device=self.compute.device) for array in seen.features))
        return self._answer(look, hints / np.array([SCALE, SCALE, 1], np.float32))

    def _answer(self, look: Look, told: np.ndarray) -> np.ndarray:
        with self.compute.autocast():
            hints = torch.from_numpy(told).permute(2, 0, 1)[None].to(self.compute.device)
            scores = self.network.answer(look, hints)
        return _array(self.network.chroma(scores.float(), TEMPERATURE, FAVOUR)[0].permute(1, 2, 0))


def seen_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the picture that the network sees: multiples of 16, nearly of the picture's shape."""
    factor = math.sqrt(SEEN_PIXELS / (height * width))
    rows, columns = (round(side * factor / MULTIPLE) * MULTIPLE for side in (height, width))
    return min(max(rows, LEAST_SIDE), MOST_SIDE), min(max(columns, LEAST_SIDE), MOST_SIDE)


def _array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.float().cpu().numpy())
