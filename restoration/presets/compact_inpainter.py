"""The inpainting of the compact preset; the official one has none of its own and takes this.

A network guesses shapes and tones at a size at which the hole is small enough for it; texture and sharpness come from
known patches that resemble the guess (``restoration.filling.exemplar``), taken at every finer size from the same
places, as the bands of a Laplacian pyramid (Burt and Adelson 1983): nothing is blended but what lies in the hole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch

from restoration.device import Compute, place
from restoration.errors import MaskError
from restoration.filling.exemplar import Exemplar, find_exemplar
from restoration.filling.levels import Level, halved, sampled
from restoration.filling.parts import Part, parts_of
from restoration.filling.rim import carried_on
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.presets.interface import Fraction
from restoration.shortage import named_shortage

#: Texture is sought at a size at which the part has at most so many cells of hole.
MOST_CELLS = 8000
#: Edges are carried on into parts of at most so many cells, at sizes at which texture is not sought.
MOST_CARRIED = 250_000
#: So many cells from the known ones the texture of patches has taken over from the network's own.
RIM_CELLS = 3.0
#: Deviation, in cells, between what is shape and tone, the network's, and what is texture, the patches'.
TEXTURE_BLUR = 2.5
#: Pixels of hole that are drawn at a time.
CHUNK = 1 << 18


class CompactInpainter:
    """Our inpainting network, and texture from the picture itself.

    Args:
        network: holes to guesses.
        compute: device and number format.
    """

    def __init__(self, network: CompactInpainting, compute: Compute) -> None:
        self.network = place(network, compute)
        self.compute = compute

    def fill(
        self, picture: np.ndarray, hole: np.ndarray, seeds: Sequence[int], progress: Fraction, texture: bool = True
    ) -> Iterator[np.ndarray]:
        """See ``Inpainter``."""
        if hole.all():
            raise MaskError(
                "The hole to be filled is the whole picture: nothing is left to fill it from.", "Mark less of it."
            )
        parts = list(parts_of(hole))
        steps = max(1, len(parts) * len(seeds))
        for turn, seed in enumerate(seeds):
            filled = picture.copy()
            unknown = hole.copy()
            for number, part in enumerate(parts):
                rng = np.random.default_rng([seed, number])
                self._fill_part(filled, unknown, part, rng, texture)
                unknown[part.seen] &= ~part.own
                progress((turn * len(parts) + number + 1) / steps)
            yield filled

    @named_shortage()
    def _fill_part(
        self, filled: np.ndarray, unknown: np.ndarray, part: Part, rng: np.random.Generator, texture: bool
    ) -> None:
        """Draws one part, in place; all else that is unknown stays so."""
        cells = int(part.own.sum())
        at, textured = part.halvings, _halvings_for_texture(cells)
        levels = [Level(filled[part.seen], unknown[part.seen])]
        while len(levels) <= max(at, textured):
            levels.append(halved(levels[-1]))
        guesses = {at: carried_on(self._guess(levels[at], rng), levels[at].hole)}
        for depth in range(at + 1, textured + 1):
            guesses[depth] = _area_halved(guesses[depth - 1])
        for depth in range(at - 1, -1, -1):
            if depth < textured and cells >> 2 * depth > MOST_CARRIED:
                break
            guesses[depth] = carried_on(_refined(levels[depth], guesses[depth + 1]), levels[depth].hole)
        guess, hole = guesses[textured], levels[textured].hole
        wanted = hole & (cv2.resize(part.own.astype(np.float32), hole.shape[::-1], interpolation=cv2.INTER_AREA) > 0)
        exemplar = find_exemplar(guess, hole, wanted, rng) if texture and wanted.any() else None
        drawn = guess if exemplar is None else _textured(guess, exemplar, hole)
        for depth in range(textured - 1, -1, -1):
            own = (guesses[depth], guesses[depth + 1]) if depth in guesses else None
            if exemplar is None:
                drawn = _refined(levels[depth], drawn, own)
            else:
                exemplar = _finer(exemplar, levels[depth].hole.shape)
                drawn = _refined(levels[depth], drawn, own, exemplar, levels[depth + 1].picture)
        target = filled[part.seen]
        target[part.own] = np.clip(drawn[part.own], 0, 1)

    @torch.inference_mode()
    def _guess(self, level: Level, rng: np.random.Generator) -> np.ndarray:
        """What the network makes of a level, h×w×3 float32, 0 to 1."""
        device = self.compute.device
        height, width = level.hole.shape
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        noise = [each.to(device) for each in self.network.draw_noise(1, height, width, generator)]
        x = torch.from_numpy(level.picture).permute(2, 0, 1)[None].to(device) * 2 - 1
        known = torch.from_numpy(~level.hole)[None, None].to(device).float()
        with self.compute.autocast():
            y = self.network(x.contiguous(memory_format=torch.channels_last), known, noise).float()
        guess = ((y[0].permute(1, 2, 0) + 1) / 2).cpu().numpy()
        return np.where(level.hole[..., None], guess, level.picture)


def _halvings_for_texture(cells: int) -> int:
    """How often a part with so many cells of hole is halved before texture is sought for it."""
    halvings = 0
    while cells >> 2 * halvings > MOST_CELLS:
        halvings += 1
    return halvings


def _area_halved(picture: np.ndarray) -> np.ndarray:
    return halved(Level(picture, np.zeros(picture.shape[:2], bool))).picture


def _inwards(hole: np.ndarray) -> np.ndarray:
    """0 at the rim of a hole to 1 from ``RIM_CELLS`` inwards, h×w float32; 1 if nothing is known."""
    if hole.all():
        return np.ones(hole.shape, np.float32)
    distance = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.clip(distance / np.float32(RIM_CELLS), 0, 1)


def _textured(guess: np.ndarray, exemplar: Exemplar, hole: np.ndarray) -> np.ndarray:
    """Shape and tone of the guess, texture from where the exemplar says."""
    difference = exemplar.picture - guess
    difference -= cv2.GaussianBlur(difference, (0, 0), TEXTURE_BLUR)
    return guess + difference * (exemplar.trust * _inwards(hole))[..., None]


def _finer(exemplar: Exemplar, shape: tuple[int, ...]) -> Exemplar:
    """The same places at twice the size; the picture stays as it is."""
    height, width = shape
    y, x = np.arange(height), np.arange(width)
    rows = exemplar.rows[np.ix_(y // 2, x // 2)] * 2 + (y % 2)[:, None].astype(np.int32)
    columns = exemplar.columns[np.ix_(y // 2, x // 2)] * 2 + (x % 2)[None].astype(np.int32)
    trust = exemplar.trust[np.ix_(y // 2, x // 2)]
    return Exemplar(exemplar.picture, np.minimum(rows, height - 1), np.minimum(columns, width - 1), trust)


def _refined(
    level: Level,
    drawn: np.ndarray,
    own: tuple[np.ndarray, np.ndarray] | None = None,
    exemplar: Exemplar | None = None,
    coarser: np.ndarray | None = None,
) -> np.ndarray:
    """The hole at twice the size: what was drawn, and the band of detail between the two sizes.

    Args:
        level: at twice the size, h×w.
        drawn: the level at half the size, its hole drawn.
        own: the network's guesses at both sizes, the finer first; their band counts at the rim, or everywhere.
        exemplar: at twice the size; its band counts elsewhere.
        coarser: the picture at half the size, as it is known; with an exemplar only.
    """
    result = level.picture.copy()
    inwards = None if own is None else _inwards(level.hole)
    all_y, all_x = np.nonzero(level.hole)
    for start in range(0, len(all_y), CHUNK):
        y, x = all_y[start : start + CHUNK], all_x[start : start + CHUNK]
        values = sampled(drawn, y, x)
        share = np.zeros(len(y), np.float32)
        if exemplar is not None and coarser is not None:
            from_y, from_x = exemplar.rows[y, x], exemplar.columns[y, x]
            share = np.where(level.hole[from_y, from_x], np.float32(0), exemplar.trust[y, x])
            if inwards is not None:
                share = share * inwards[y, x]
            values += (level.picture[from_y, from_x] - sampled(coarser, from_y, from_x)) * share[:, None]
        if own is not None:
            values += (own[0][y, x] - sampled(own[1], y, x)) * (1 - share)[:, None]
        result[y, x] = values
    return result
