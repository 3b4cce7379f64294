"""The compact preset's detector: scratches at the scan's own resolution, and of a large scan at a smaller, too."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import cv2
import numpy as np
import torch

from restoration.device import Compute, place
from restoration.luma import LUMA
from restoration.networks.folding import fold_norms
from restoration.networks.scratch_detector import ScratchDetector
from restoration.presets.interface import Fraction
from restoration.settings import InputSize
from restoration.shortage import TileSize, named_shortage
from restoration.tiling import DETECT_CONTEXT, DETECT_PIXELS, LARGEST_CORE, over_tiles, pad_to_multiple
from restoration.working_size import reduction

#: Pixels of the pictures in which thin scratches are looked for, and wide ones.
LOOKS = (DETECT_PIXELS, 2_000_000)


class CompactDetector:
    """A ``Detector`` that works tile by tile.

    Args:
        network: grey picture to logits.
        compute: device and number format.
        tile_core: kept pixels a side of a tile, while memory suffices.
    """

    #: The best F1 on aged photographs lies between 0.4 and 0.8, by the ageing; the higher, the fewer sound places are
    #: marked.
    threshold = 0.7
    input_size: InputSize = "native"

    def __init__(self, network: ScratchDetector, compute: Compute, tile_core: int = LARGEST_CORE) -> None:
        self.network = place(fold_norms(network), compute)
        self.compute = compute
        self.tile_size = TileSize(tile_core)

    def limit_tiles(self, core: int) -> None:
        """See ``Detector``."""
        self.tile_size.limit(core)

    def probability(self, image: np.ndarray, input_size: InputSize, progress: Fraction) -> np.ndarray:
        """See ``Detector``."""
        height, width = image.shape[:2]
        with named_shortage():
            grey: np.ndarray = image @ LUMA
        out: np.ndarray = np.zeros((height, width), np.float32)
        for size, part in parts_of(looked_at(height, width, input_size), progress):
            np.maximum(out, self._at(size, grey, part), out=out)
        return out

    def _at(self, size: tuple[int, int], grey: np.ndarray, progress: Fraction) -> np.ndarray:
        """What the detector sees at a size, (width, height), brought back to that of the picture."""
        height, width = grey.shape
        with named_shortage():
            seen = grey if size == (width, height) else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        found = self.tile_size.fit(self.compute, lambda core: self._over_tiles(seen, core, progress))
        if size != (width, height):
            found = cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)
        return found

    def _over_tiles(self, grey: np.ndarray, core: int, progress: Fraction) -> np.ndarray:
        out: np.ndarray = np.empty(grey.shape, np.float32)
        rows, columns = grey.shape
        over_tiles(
            rows, columns, core, DETECT_CONTEXT, lambda tile: self._run(grey[tile.seen])[tile.kept], out, progress
        )
        return out

    @torch.inference_mode()
    def _run(self, grey: np.ndarray) -> np.ndarray:
        multiple = self.network.size_multiple
        padded = pad_to_multiple(grey, multiple, 2 * multiple)
        x = torch.from_numpy(np.ascontiguousarray(padded))[None, None].to(self.compute.device) * 2 - 1
        with self.compute.autocast():
            logits = self.network(x)
        return logits.float().sigmoid()[0, 0, : grey.shape[0], : grey.shape[1]].cpu().numpy()


def looked_at(height: int, width: int, input_size: InputSize) -> list[tuple[int, int]]:
    """The sizes, (width, height), at which the detector looks at a picture.

    Thin scratches are seen in the largest; wide ones of a large scan, which in it are wider than any that the network
    has learnt, in the smallest.
    """
    if input_size != "native":
        return [reduced_size(height, width, input_size)]
    factors = [reduction(height, width, pixels) for pixels in LOOKS]
    return list(dict.fromkeys((max(1, round(width / f)), max(1, round(height / f))) for f in factors))


def parts_of(sizes: list[tuple[int, int]], progress: Fraction) -> Iterator[tuple[tuple[int, int], Fraction]]:
    """Each size with its own progress, a share of the whole as large as its share of the pixels."""
    total = sum(width * height for width, height in sizes)
    begun = 0.0
    for width, height in sizes:
        share = width * height / total
        yield (width, height), functools.partial(_tell_part, progress, begun, share)
        begun += share


def _tell_part(progress: Fraction, begun: float, share: float, done: float) -> None:
    progress(min(1.0, begun + share * done))


def reduced_size(height: int, width: int, input_size: InputSize) -> tuple[int, int]:
    """(width, height) for the detector: the short side 256 ("scale-256"), or both ("resize-256")."""
    if input_size == "resize-256":
        return 256, 256
    factor = 256 / min(height, width)
    return max(1, round(width * factor)), max(1, round(height * factor))
