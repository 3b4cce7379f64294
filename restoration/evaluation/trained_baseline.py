"""Restorers that were trained for comparison: read from a file, run behind the interface of ours.

A file is safetensors with keys ``<network>.<key>``, as the bundled one. Which networks it holds says what it is:

- ``direct_unet``: straight from the picture to the result;
- ``vae_a`` and ``vae_b``: encoder and decoder, without the latent translation between them;
- ``vae_a``, ``mapping``, ``vae_b``: the whole method; a mapping without keys of ``non_local`` has no partial non-local
  block.

Each may have ``tone`` before it. The metadata ``holes`` says what the network sees in damaged places: ``smooth``
(filled from around, the default) or ``white`` (as published).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from restoration.device import Compute, place
from restoration.errors import WeightsError
from restoration.networks.base import StoredNetwork
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.direct_unet import DirectUNet
from restoration.networks.fill import fill_holes
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone, tone_levels
from restoration.presets.interface import Fraction
from restoration.tile_memory import TileMemory
from restoration.tiling import pad_to_multiple
from restoration.weights.files import read_networks

HOLES = ("smooth", "white")
_CLASSES: dict[str, type[StoredNetwork]] = {
    "tone": ToneNetwork,
    "direct_unet": DirectUNet,
    "vae_a": CompactVAE,
    "mapping": CompactMapping,
    "vae_b": CompactVAE,
}
_KINDS = ({"direct_unet"}, {"vae_a", "vae_b"}, {"vae_a", "mapping", "vae_b"})
_SIZE_MULTIPLE = 16


class TrainedBaseline:
    """A ``GlobalRestorer`` that sees the picture whole.

    Args:
        networks: by name, one of the sets that this module's text names.
        holes: what is drawn into damaged places before the networks look, one of ``HOLES``.
        compute: device and number format.
    """

    worth_changing = 0.0
    working_pixels = 1_000_000_000  # of any size

    def __init__(self, networks: Mapping[str, Any], holes: str, compute: Compute) -> None:
        self.networks = {name: place(network, compute) for name, network in networks.items()}
        self.holes, self.compute = holes, compute

    def limit_tiles(self, core: int) -> None:
        """See ``GlobalRestorer``: they work without tiles."""

    @torch.inference_mode()
    def restore(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        correct_tone: bool,
        progress: Fraction,
        memory: TileMemory | None = None,
        sparing: bool = True,
    ) -> np.ndarray:
        """See ``GlobalRestorer``."""
        height, width = mask.shape
        device = self.compute.device
        x = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].to(device) * 2 - 1
        if correct_tone and "tone" in self.networks:
            thumbnail = cv2.resize(image, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA) * 2 - 1
            small = torch.from_numpy(thumbnail).permute(2, 0, 1)[None].contiguous().to(device)
            levels = torch.from_numpy(tone_levels(image))[None].to(device)
            grid = self.networks["tone"](small, levels)
            x = apply_tone(x, grid).clamp(-1, 1)
        hole = torch.from_numpy(mask)[None, None].float().to(device)
        x = torch.where(hole > 0, 1.0, x) if self.holes == "white" else fill_holes(x, hole)
        padded = pad_to_multiple(x[0].permute(1, 2, 0).cpu().numpy(), _SIZE_MULTIPLE)
        x = torch.from_numpy(np.ascontiguousarray(padded)).permute(2, 0, 1)[None].to(device)
        hole = torch.from_numpy(pad_to_multiple(mask, _SIZE_MULTIPLE).astype(np.float32))[None, None].to(device)
        with self.compute.autocast():
            y = self._run(x.contiguous(memory_format=torch.channels_last), hole).float()
        progress(1.0)
        return ((y[0, :, :height, :width].clamp(-1, 1) + 1) / 2).permute(1, 2, 0).cpu().contiguous().numpy()

    def spared(self, image: np.ndarray, restored: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """See ``GlobalRestorer``: a baseline is judged by all that it does."""
        return restored

    def _run(self, x: Tensor, hole: Tensor) -> Tensor:
        if "direct_unet" in self.networks:
            return self.networks["direct_unet"](x, hole)
        z = self.networks["vae_a"].encode(x)
        if "mapping" in self.networks:
            z = self.networks["mapping"](z, hole)
        return self.networks["vae_b"].decode_onto(z, x)


def load_baseline(path: Path, compute: Compute) -> TrainedBaseline:
    """Reads a baseline.

    Raises:
        WeightsError: the file is missing or damaged, holds another set of networks than those above, or weights of
            other shapes; the error names file and keys.
    """
    states = read_networks(path, "Give --baseline as NAME=FILE.safetensors.")
    with safe_open(path, "pt") as stored:
        holes = (stored.metadata() or {}).get("holes", "smooth")
    if holes not in HOLES:
        raise WeightsError(f"{path} says that holes are {holes!r}.", f"Known are: {', '.join(HOLES)}.")
    if set(states) - {"tone"} not in _KINDS:
        raise WeightsError(
            f"{path} holds the networks {', '.join(sorted(states)) or 'of nobody'}.",
            "A baseline is direct_unet; or vae_a and vae_b, with or without mapping; with or without tone.",
        )
    try:
        networks = {name: _CLASSES[name].from_state_dict(state) for name, state in states.items()}
        return TrainedBaseline(networks, holes, compute)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error.cause}", error.remedy) from error
