"""One pass of the restorer over a picture: made when somebody first needs it, and not made twice.

A large picture is restored at the working size; see ``restoration.working_size``. What is kept between runs is what
was restored there.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from restoration.freed_memory import give_back_freed
from restoration.presets.interface import Fraction, GlobalRestorer
from restoration.recall import Recall
from restoration.stages.scratch_repair import match_tone
from restoration.tile_memory import TileMemory
from restoration.working_size import Reduced, enlarge_onto, reduce_to


def digest_of(mask: np.ndarray) -> bytes:
    """Names a mask, H×W bool."""
    return hashlib.blake2b(np.packbits(mask).tobytes(), digest_size=16).digest()


def digest_of_samples(samples: np.ndarray | None) -> bytes:
    """Names samples by their bytes, of one shape; empty for none."""
    return b"" if samples is None else hashlib.blake2b(np.ascontiguousarray(samples).data, digest_size=16).digest()


@dataclass(frozen=True, eq=False)
class _KeptPass:
    """A pass as it is kept.

    Attributes:
        mask: digest of the mask.
        restored: R at the working size, h×w×3 float32.
        tiles: digests of its tiles; empty where the networks see the picture whole.
    """

    mask: bytes
    restored: np.ndarray
    tiles: dict[str, bytes]


class RestorerPass:
    """R of a picture under a mask.

    Of each photo, ``correct_tone`` and ``sparing`` one R is kept, the latest: tiles that an edited mask does not touch
    are taken from it.

    Args:
        restorer: the networks.
        picture: gives the picture, H×W×3 float32, 0 to 1.
        mask: H×W bool, True = damaged.
        factor: by how much a side is reduced for the networks, at least 1.
        correct_tone: see ``GlobalRestorer.restore``.
        sparing: take back what the photo does not need; counts only where tone is corrected.
        progress: told the share that is done.
        recall: of this photo.

    Attributes:
        name: equal names, equal R, of one photo and one ``correct_tone``.
        ran: whether the restorer had to be asked.
    """

    def __init__(
        self,
        restorer: GlobalRestorer,
        picture: Callable[[], np.ndarray],
        mask: np.ndarray,
        factor: float,
        correct_tone: bool,
        sparing: bool,
        progress: Fraction,
        recall: Recall,
    ) -> None:
        self._restorer, self._picture, self._mask, self._factor = restorer, picture, mask, factor
        self._correct_tone, self._sparing = correct_tone, sparing and correct_tone
        self._progress, self._recall = progress, recall
        self._mask_digest = digest_of(mask)
        self.name = (self._mask_digest, self._sparing, factor)
        self.ran = False

    @functools.cached_property
    def restored(self) -> np.ndarray:
        """R, H×W×3 float32, 0 to 1; others may hold it, too: not to be written to."""
        return self._at_full_size(self._restored_small)

    @functools.cached_property
    def matched(self) -> np.ndarray:
        """R in the tones of the unrestored picture, for a repair that lies on it; H×W×3 float32, 0 to 1."""
        small = self._small
        return self._at_full_size(match_tone(self._restored_small, small.picture, small.mask))

    @property
    def small_change(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Picture, R and mask at the working size: all that is needed to tell how much R changes."""
        return self._small.picture, self._restored_small, self._small.mask

    def _at_full_size(self, small: np.ndarray) -> np.ndarray:
        return small if self._factor == 1 else enlarge_onto(self._picture(), self._mask, self._small, small)

    @functools.cached_property
    def _small(self) -> Reduced:
        if self._factor == 1:
            return Reduced(self._picture(), self._mask, 1.0)
        return reduce_to(self._picture(), self._mask, self._factor)

    @functools.cached_property
    def _restored_small(self) -> np.ndarray:
        before = self._recall.get(_KeptPass, self._kept_as)
        known = before is not None and before.mask == self._mask_digest
        whole = before.restored if before is not None and known else self._run(before)
        # Tiles are kept as the networks left them: how much is taken back depends on all of them together.
        return self._restorer.spared(self._small.picture, whole, self._small.mask) if self._sparing else whole

    @property
    def _kept_as(self) -> tuple[str, bool, bool, float]:
        return ("pass", self._correct_tone, self._sparing, self._factor)

    def _run(self, before: _KeptPass | None) -> np.ndarray:
        self.ran = True
        memory = TileMemory() if before is None else TileMemory(before.restored, before.tiles)
        restored = self._restorer.restore(
            self._small.picture,
            self._small.mask,
            self._correct_tone,
            self._progress,
            memory if self._recall.keeps else None,
            self._sparing,
        )
        give_back_freed()
        self._recall.put(self._kept_as, _KeptPass(self._mask_digest, restored, memory.digests))
        return restored
