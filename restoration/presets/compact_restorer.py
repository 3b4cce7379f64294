"""The compact preset's restorer: networks small enough to be bundled and quick enough for a CPU."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from restoration.device import Compute, place
from restoration.memory import MODELS
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.fill import fill_holes
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone, tone_levels
from restoration.presets.interface import REPAIR_REACH, Fraction
from restoration.shortage import TileSize, named_shortage
from restoration.tile_memory import TileMemory
from restoration.tiling import RESTORE_CONTEXT, TILE_CORE, Tile, over_tiles, pad_to_multiple, strips

STRIP_ROWS = 256
#: So many strips at least, where there are more, tell how much detail would change.
STRIPS_JUDGED = 16

#: Change (0 to 1), by the tone network and by what follows it, up to which nothing is done, and from which all of it:
#: of tone the mean of the pixels, of detail a low quantile of the blocks of the picture's middle. Grain lies
#: everywhere, the texture of a sound photograph does not: its sky and its shadows are left alone; the paper round a
#: print, too, has no grain, and says nothing. Sound photographs lie mostly below, aged ones above (model card).
TONE_CHANGE = (0.02, 0.05)
DETAIL_CHANGE = (0.0035, 0.007)
BLOCK = 16
CALM = 0.2
#: Part of the height, and of the width, that is left out at each side.
BORDER = 1 / 8


class CompactRestorer:
    """Tone from a thumbnail, then encoder A, mapping and decoder B, tile by tile.

    Args:
        tone, vae_a, mapping, vae_b: the networks.
        compute: device and number format.
        tile_core: kept pixels a side of a tile, while memory suffices.
    """

    #: What is not spared is worth having, however little it is.
    worth_changing = 0.004
    working_pixels = MODELS["compact"].working_pixels

    def __init__(
        self,
        tone: ToneNetwork,
        vae_a: CompactVAE,
        mapping: CompactMapping,
        vae_b: CompactVAE,
        compute: Compute,
        tile_core: int = TILE_CORE,
    ) -> None:
        self.tone = tone.to(compute.device)
        self.vae_a, self.vae_b = place(vae_a, compute), place(vae_b, compute)
        self.mapping = place(mapping, compute)
        self.compute = compute
        self.tile_size = TileSize(tile_core)

    def limit_tiles(self, core: int) -> None:
        """See ``GlobalRestorer``."""
        self.tile_size.limit(core)

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
        with named_shortage():
            filled = self._filled(image, mask, correct_tone, sparing)
        # A repair alone takes nothing from tiles that are far from any damage.
        needed = None if correct_tone else _around(mask, REPAIR_REACH)
        return self.tile_size.fit(
            self.compute, lambda core: self._over_tiles(filled, mask, needed, core, progress, memory)
        )

    @torch.inference_mode()
    def spared(self, image: np.ndarray, restored: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """See ``GlobalRestorer``. What tone leaves to do is grain and sharpness: little of it is texture smoothed."""
        with named_shortage():
            grid = self._grid(image, sparing=True)
            share = self._detail_share(image, grid, restored, ~mask)
            if share == 1:
                return restored
            out = restored.copy()
            for rows in strips(image.shape[0], STRIP_ROWS):
                toned = (_toned(image, grid, rows) + 1) / 2
                sound = toned + np.float32(share) * (restored[rows] - toned)
                out[rows] = np.where(mask[rows][..., None], restored[rows], sound)
            return out

    def _detail_share(self, image: np.ndarray, grid: Tensor, restored: np.ndarray, sound: np.ndarray) -> float:
        """How much of what follows the correction of tone is to stay, 0 to 1."""
        height, width = sound.shape
        top, left = int(height * BORDER), int(width * BORDER)
        columns = slice(left, width - left)
        parts = [slice(top + part.start, top + part.stop) for part in strips(height - 2 * top, STRIP_ROWS)]
        blocks = []
        for rows in parts[:: max(1, len(parts) // STRIPS_JUDGED)]:
            difference = np.abs(restored[rows] - (_toned(image, grid, rows) + 1) / 2).mean(axis=2)
            blocks.append(_block_means(difference[:, columns], sound[rows, columns]))
        changes = np.concatenate(blocks)
        return _ramp(float(np.quantile(changes, CALM)), DETAIL_CHANGE) if changes.size else 0.0

    def _filled(self, image: np.ndarray, mask: np.ndarray, correct_tone: bool, sparing: bool) -> np.ndarray:
        """What the tiles are cut from, H×W×3, -1 to 1."""
        # From the picture as it is, as the tone network learnt it: from a filled one it errs by nearly 1 dB more.
        toned = image * 2 - 1
        if correct_tone:
            grid = self._grid(image, sparing)
            for rows in strips(image.shape[0], STRIP_ROWS):
                toned[rows] = _toned(image, grid, rows)
        # Filled before it is cut into tiles: a hole takes from all around, wherever the tiles' edges run.
        known = torch.from_numpy(toned).permute(2, 0, 1)[None]
        hole = torch.from_numpy(mask)[None, None].float()
        return fill_holes(known, hole)[0].permute(1, 2, 0).numpy()

    def _over_tiles(
        self,
        filled: np.ndarray,
        mask: np.ndarray,
        needed: np.ndarray | None,
        core: int,
        progress: Fraction,
        memory: TileMemory | None,
    ) -> np.ndarray:
        def run(tile: Tile) -> np.ndarray:
            if needed is not None and not needed[tile.core].any():
                return (filled[tile.core] + 1) / 2
            known = None if memory is None else memory.recall(tile, filled[tile.seen], mask[tile.seen])
            return self._run(filled[tile.seen], mask[tile.seen])[tile.kept] if known is None else known

        if memory is not None:
            memory.begin()
        out = np.empty(filled.shape, np.float32)
        height, width = mask.shape
        over_tiles(height, width, core, RESTORE_CONTEXT, run, out, progress)
        return out

    @torch.inference_mode()
    def _grid(self, image: np.ndarray, sparing: bool) -> Tensor:
        """The bilateral grid that undoes the fading of a picture; weaker where there is little to undo."""
        small = cv2.resize(image, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA) * 2 - 1
        thumbnail = _tensor(small, self.compute.device)
        levels = torch.from_numpy(tone_levels(image))[None].to(self.compute.device)
        grid = self.tone(thumbnail, levels)
        if not sparing:
            return grid
        change = float((apply_tone(thumbnail, grid).clamp(-1, 1) - thumbnail).abs().mean()) / 2
        identity = torch.eye(3, 4, device=grid.device).view(1, 12, 1, 1, 1)
        return identity + _ramp(change, TONE_CHANGE) * (grid - identity)

    def _run(self, image: np.ndarray, mask: np.ndarray) -> np.ndarray:
        height, width = mask.shape
        x = _tensor(pad_to_multiple(image, 16), self.compute.device).contiguous(memory_format=torch.channels_last)
        holes = _tensor(pad_to_multiple(mask, 16)[..., None].astype(np.float32), self.compute.device)
        with self.compute.autocast():
            z = self.mapping(self.vae_a.encode(x), holes)
            y = self.vae_b.decode_onto(z, x)
        picture = (y[0, :, :height, :width].float().clamp(-1, 1) + 1) / 2
        return picture.permute(1, 2, 0).cpu().numpy()


def _toned(image: np.ndarray, grid: Tensor, rows: slice) -> np.ndarray:
    """Some rows of a picture with its fading undone, -1 to 1; the transforms take 12 numbers a pixel, so not all."""
    height = image.shape[0]
    place = torch.tensor([[0, rows.start / height, 1, rows.stop / height]], device=grid.device)
    strip = apply_tone(_tensor(image[rows], grid.device) * 2 - 1, grid, place)
    return strip.clamp(-1, 1)[0].permute(1, 2, 0).cpu().numpy()


def _block_means(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """The mean of each block of which anything counts; a rest narrower than a block is left out, a narrow whole not.

    Args:
        values: H×W.
        counted: H×W bool.
    """
    down, across = (min(BLOCK, side) for side in values.shape)
    rows, columns = (side // step for side, step in zip(values.shape, (down, across), strict=True))
    shape = (rows, down, columns, across)
    whole = (slice(rows * down), slice(columns * across))
    totals = (values * counted)[whole].reshape(shape).sum(axis=(1, 3))
    counts = counted[whole].reshape(shape).sum(axis=(1, 3))
    means: np.ndarray = totals[counts > 0] / counts[counts > 0]
    return means


def _ramp(value: float, between: tuple[float, float]) -> float:
    """0 below the first, 1 above the second, straight between."""
    low, high = between
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _around(mask: np.ndarray, reach: int) -> np.ndarray:
    """The mask (H×W bool) and all that lies within ``reach`` rows and columns of it."""
    side = 2 * reach + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def _tensor(image: np.ndarray, device: torch.device) -> Tensor:
    """H×W×C to 1×C×H×W."""
    # A copy, if need be: torch wants memory that it may write to, and a tile is a view of the picture.
    return torch.from_numpy(np.require(image, requirements=["C", "W"])).permute(2, 0, 1)[None].to(device)
