"""Too little memory: smaller tiles first, and then one sentence instead of a traceback."""

from __future__ import annotations

import contextlib
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import TypeVar

import cv2
import torch

from restoration.device import Compute, release_memory
from restoration.errors import MemoryShortError
from restoration.memory import SMALLEST_CORE

#: What torch's allocators say on the CPU (where it raises a plain RuntimeError) and, in older versions, on Apple GPUs.
_SAID = ("DefaultCPUAllocator", "can't allocate memory", "MPS backend out of memory")

_CAUSE = "There is not enough memory for this picture."
#: For networks that work tile by tile.
REMEDY = "Choose a region, close other programs, or use the CPU."
#: For networks that must see the picture whole.
WHOLE_PICTURE_REMEDY = "The official preset sees pictures whole: choose a region, the CPU, or the preset compact."

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


def is_shortage(error: BaseException) -> bool:
    """Whether an error of Python, numpy, OpenCV or torch means that memory ran out."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    if isinstance(error, cv2.error):
        return bool(getattr(error, "code", 0) == cv2.Error.StsNoMem)
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID)


@contextlib.contextmanager
def named_shortage(remedy: str = REMEDY) -> Iterator[None]:
    """Errors in here that mean a lack of memory become ``MemoryShortError``; all others pass.

    Args:
        remedy: one sentence, what to do about it.
    """
    try:
        yield
    except (MemoryError, RuntimeError, cv2.error) as error:
        if not is_shortage(error):
            raise
        _let_go(error)
        raise MemoryShortError(_CAUSE, remedy) from error


class TileSize:
    """The size of tiles that fits into memory: as it was set, until memory runs out; the smaller one is kept.

    Args:
        core: kept pixels a side of a tile.
    """

    def __init__(self, core: int) -> None:
        self._fitting, self._limit = core, core

    @property
    def core(self) -> int:
        """Kept pixels a side of a tile of the next pass."""
        return min(self._fitting, self._limit)

    @core.setter
    def core(self, core: int) -> None:
        self._fitting, self._limit = core, max(core, self._limit)

    def limit(self, core: int) -> None:
        """Use no larger tiles than these in the next passes, until another limit is set."""
        self._limit = core

    def fit(self, compute: Compute, run: Callable[[int], _Result]) -> _Result:
        """Runs a pass, and again with tiles of half the size whenever memory runs out.

        Args:
            compute: where the networks run.
            run: the whole pass with tiles of so many kept pixels a side; it must not mind being begun anew.

        Raises:
            MemoryShortError: not even the smallest tiles fit.
        """
        while self.core > SMALLEST_CORE:
            try:
                return run(self.core)
            except (MemoryError, RuntimeError, cv2.error) as error:
                if not is_shortage(error):
                    raise
                _let_go(error)
                _log.warning("Out of memory with tiles of %d pixels: %s", self.core, error)
            # Here, not above: while an error is handled, it holds what the pass had.
            release_memory(compute)
            self.core = max(SMALLEST_CORE, self.core // 2)
        with named_shortage():
            return run(self.core)


def _let_go(error: BaseException) -> None:
    """Empties the frames that failed: a traceback in a log or a server must not keep a picture alive."""
    traceback.clear_frames(error.__traceback__)
