"""The official preset: the published checkpoints, behind the same interface as ours.

The published pipeline resizes pictures to multiples of 4 or 16 and leaves them so; here they are padded and cut back,
so that the layers fit the photo. Pixels stay floating point where it quantises them between its programs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.device import Compute
from restoration.luma import LUMA
from restoration.memory import MODELS
from restoration.official_io import DETECTION_SIDE, THRESHOLD
from restoration.presets.interface import Fraction
from restoration.settings import InputSize
from restoration.shortage import WHOLE_PICTURE_REMEDY, named_shortage
from restoration.tile_memory import TileMemory
from restoration.tiling import pad_to_multiple
from restoration.weights.official import OfficialModels

#: Above so many pixels a damaged picture goes through patch attention, as with the published ``--HR``: attention of
#: every place to every other grows with the square of the pixels.
HIGH_RESOLUTION_PIXELS = 1024 * 1024


class OfficialDetector:
    """The published detector; by default it looks at the picture reduced to a short side of 256."""

    threshold = THRESHOLD
    input_size: InputSize = "scale-256"

    def __init__(self, models: OfficialModels, compute: Compute) -> None:
        self.network = models.network("scratch_detector").to(compute.device)
        self.compute = compute

    def limit_tiles(self, core: int) -> None:
        """See ``Detector``: it works without tiles."""

    @named_shortage(WHOLE_PICTURE_REMEDY)
    @torch.inference_mode()
    def probability(self, image: np.ndarray, input_size: InputSize, progress: Fraction) -> np.ndarray:
        """See ``Detector``."""
        progress(0.0)
        height, width = image.shape[:2]
        grey = torch.from_numpy(image @ LUMA)[None, None].to(self.compute.device) * 2 - 1
        if input_size == "native":
            padded = pad_to_multiple(grey[0, 0].cpu().numpy(), 16, 32)
            answer = self._run(torch.from_numpy(np.ascontiguousarray(padded))[None, None].to(grey.device))
            probability = answer[..., :height, :width]
        else:
            small = F.interpolate(grey, _reduced(height, width, input_size), mode="bilinear", align_corners=False)
            probability = F.interpolate(self._run(small), (height, width), mode="nearest")
        progress(1.0)
        return probability[0, 0].cpu().numpy()

    def _run(self, grey: Tensor) -> Tensor:
        with self.compute.autocast():
            return self.network(grey).float().sigmoid()


def _reduced(height: int, width: int, input_size: InputSize) -> tuple[int, int]:
    """(height, width) for the detector: multiples of 16, the short side 256 (or both sides)."""
    side = DETECTION_SIDE
    if input_size == "resize-256":
        return side, side
    long = round(max(height, width) / min(height, width) * side / 16) * 16
    return (side, long) if height <= width else (long, side)


class OfficialRestorer:
    """The published VAEs and mappings. Networks are read when a picture first needs them, and then kept."""

    #: They change every photo: sound ones less than this, faded or grainy ones more.
    worth_changing = 0.025
    working_pixels = MODELS["official"].working_pixels

    def __init__(self, models: OfficialModels, compute: Compute) -> None:
        self.models, self.compute = models, compute
        self._networks: dict[str, Any] = {}

    def limit_tiles(self, core: int) -> None:
        """See ``GlobalRestorer``: they work without tiles."""

    @named_shortage(WHOLE_PICTURE_REMEDY)
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
        """See ``GlobalRestorer``. Tone correction is the published stretch of the whole picture's contrast."""
        progress(0.0)
        height, width = mask.shape
        # Patch attention leaves zeros in a rest that its largest patches (8 cells of 4 pixels) do not fill.
        multiple = 32 if mask.any() and height * width > HIGH_RESOLUTION_PIXELS else 16
        padded = pad_to_multiple(image, multiple, 32)
        hole = pad_to_multiple(mask, multiple, 32)
        # The published pipeline paints damage white before the encoder sees it.
        white = np.where(hole[..., None], np.float32(1), padded)
        x = torch.from_numpy(white * 2 - 1).permute(2, 0, 1)[None].to(self.compute.device)
        m = torch.from_numpy(hole.astype(np.float32))[None, None].to(self.compute.device)
        if not mask.any():
            mapping, decoder = "mapping_quality", "vae_b_quality"
        elif height * width > HIGH_RESOLUTION_PIXELS:
            mapping, decoder = "mapping_patch_attention", "vae_b_scratch"
        else:
            mapping, decoder = "mapping_scratch", "vae_b_scratch"
        with self.compute.autocast():
            z = self._network("vae_a").encode(x)
            progress(0.1)
            z = self._network(mapping)(z, m) if mask.any() else self._network(mapping)(z)
            progress(0.9)
            y = self._network(decoder).decode(z).float()
        picture = (y[0, :, :height, :width].permute(1, 2, 0).cpu().numpy() + 1) / 2
        progress(1.0)
        return _stretched(picture) if correct_tone else np.clip(picture, 0, 1)

    def spared(self, image: np.ndarray, restored: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """See ``GlobalRestorer``: the published networks have no part that could be left out."""
        return restored

    def _network(self, name: str) -> Any:
        if name not in self._networks:
            self._networks[name] = self.models.network(name).to(self.compute.device)
        return self._networks[name]


def _stretched(picture: np.ndarray) -> np.ndarray:
    low, high = float(picture.min()), float(picture.max())
    return np.clip((picture - low) / max(high - low, 1e-5), 0, 1)


class OfficialFaceEnhancer:
    """The published face generator, 256 or 512 pixels a side."""

    batch = 1  # a gigabyte each
    worth_changing = 0.0
    keeps_tone = False

    def __init__(self, models: OfficialModels, compute: Compute, size: int = 256) -> None:
        self.size = size
        self.network = models.network(f"face_{size}").to(compute.device)
        self.compute = compute

    @named_shortage()
    @torch.inference_mode()
    def enhance(self, faces: np.ndarray) -> np.ndarray:
        """See ``FaceEnhancer``."""
        x = torch.from_numpy(np.ascontiguousarray(faces, np.float32)).permute(0, 3, 1, 2).to(self.compute.device)
        with self.compute.autocast():
            y = self.network(x * 2 - 1).float()
        return (y.permute(0, 2, 3, 1).clamp(-1, 1).cpu().numpy() + 1) / 2
