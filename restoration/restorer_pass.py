"""One pass of the restorer over a picture: made when somebody first needs it, and not made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from restoration.presets.interface import Fraction, GlobalRestorer
from restoration.recall import Recall
from restoration.tile_memory import TileMemory


def digest_of(mask: np.ndarray) -> bytes:
    """Names a mask, H×W bool."""
    return hashlib.blake2b(np.packbits(mask).tobytes(), digest_size=16).digest()


@dataclass(frozen=True, eq=False)
class _KeptPass:
    """A pass as it is kept.

    Attributes:
        mask: digest of the mask.
        restored: R, H×W×3 float32.
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
        correct_tone: bool,
        sparing: bool,
        progress: Fraction,
        recall: Recall,
    ) -> None:
        self._restorer, self._picture, self._mask = restorer, picture, mask
        self._correct_tone, self._sparing = correct_tone, sparing and correct_tone
        self._progress, self._recall = progress, recall
        self._restored: np.ndarray | None = None
        self._mask_digest = digest_of(mask)
        self.name = (self._mask_digest, self._sparing)
        self.ran = False

    @property
    def restored(self) -> np.ndarray:
        """R, H×W×3 float32, 0 to 1; others may hold it, too: not to be written to."""
        if self._restored is None:
            before = self._recall.get(_KeptPass, self._kept_as)
            known = before is not None and before.mask == self._mask_digest
            whole = before.restored if before is not None and known else self._run(before)
            # Tiles are kept as the networks left them: how much is taken back depends on all of them together.
            self._restored = self._restorer.spared(self._picture(), whole, self._mask) if self._sparing else whole
        return self._restored

    @property
    def _kept_as(self) -> tuple[str, bool, bool]:
        return ("pass", self._correct_tone, self._sparing)

    def _run(self, before: _KeptPass | None) -> np.ndarray:
        self.ran = True
        memory = TileMemory() if before is None else TileMemory(before.restored, before.tiles)
        restored = self._restorer.restore(
            self._picture(),
            self._mask,
            self._correct_tone,
            self._progress,
            memory if self._recall.keeps else None,
            self._sparing,
        )
        self._recall.put(self._kept_as, _KeptPass(self._mask_digest, restored, memory.digests))
        return restored
