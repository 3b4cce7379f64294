"""What the stages ask of a preset's networks. Pictures are H×W×3 float32, RGB, 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from restoration.settings import InputSize
from restoration.tile_memory import TileMemory

Fraction = Callable[[float], None]


#: How far around the damage a repair uses R, in pixels: for its soft edge, and to match tones (a Gaussian of
#: ``scratch_repair.RING_PX``, which ends at four times its deviation).
REPAIR_REACH = 20


class Detector(Protocol):
    """Finds scratches."""

    threshold: float
    input_size: InputSize

    def limit_tiles(self, core: int) -> None:
        """Work with tiles of at most so many kept pixels a side from now on, to save memory."""
        ...

    def probability(self, image: np.ndarray, input_size: InputSize, progress: Fraction) -> np.ndarray:
        """The probability of damage, H×W float32, 0 to 1.

        Raises:
            MemoryShortError: there is not enough memory, with the smallest tiles too.
        """
        ...


class GlobalRestorer(Protocol):
    """Restores the whole picture in one pass, holes included.

    Attributes:
        worth_changing: mean change of a sound pixel (0 to 1) below which R, spared, is not worth having.
        working_pixels: of a larger picture the restorer gets a reduced one of so many pixels, unless the user wants it
            otherwise; see ``restoration.working_size``.
    """

    worth_changing: float
    working_pixels: int

    def limit_tiles(self, core: int) -> None:
        """Work with tiles of at most so many kept pixels a side from now on, to save memory."""
        ...

    def restore(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        correct_tone: bool,
        progress: Fraction,
        memory: TileMemory | None = None,
        sparing: bool = True,
    ) -> np.ndarray:
        """R, H×W×3 float32, 0 to 1.

        Args:
            image: H×W×3 float32, 0 to 1.
            mask: H×W bool, True = damaged; what lies there is not looked at.
            correct_tone: False leaves fading as it is, for a repair that must match its surroundings. R need then be
                right within ``REPAIR_REACH`` of the mask alone; elsewhere it may be the image.
            progress: told the share that is done; may raise to cancel.
            memory: of an earlier pass. Networks that work tile by tile take over the tiles whose input is the same
                bytes, and note the digests of this pass in it; those that need the whole picture ignore it.
            sparing: correct a tone that seems well as it is less, or not at all.

        Raises:
            MemoryShortError: there is not enough memory, with the smallest tiles too.
        """
        ...

    def spared(self, image: np.ndarray, restored: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """R with what the photo does not need taken back, outside the damage; R itself, or a new array.

        Args:
            image, mask: as for ``restore``.
            restored: what ``restore`` returned for them, with tone corrected, sparing.
        """
        ...


class FaceEnhancer(Protocol):
    """Draws faces anew from their aligned crops.

    Attributes:
        size: side of the crops in pixels.
        batch: faces at a time that pay.
        worth_changing: mean change of a face's pixel (0 to 1) below which a face needs nothing.
        keeps_tone: whether a drawn face has the tone of its crop; if not, it takes the crop's histogram.
    """

    size: int
    batch: int
    worth_changing: float
    keeps_tone: bool

    def enhance(self, faces: np.ndarray) -> np.ndarray:
        """The enhanced faces; both N×size×size×3 float32, 0 to 1.

        Raises:
            MemoryShortError: there is not enough memory.
        """
        ...


@dataclass(frozen=True)
class Models:
    """The networks of a preset; None where it has no weights, with the reason in ``missing``.

    Attributes:
        detector, restorer, face_enhancer, colouriser, inpainter: the networks.
        missing: stage name to one sentence that says what is not there and what to do.
        on_cpu: whether the networks run on the CPU, in the process's own memory.
    """

    detector: Detector | None
    restorer: GlobalRestorer | None
    face_enhancer: FaceEnhancer | None
    missing: dict[str, str] = field(default_factory=dict)
    on_cpu: bool = True
    colouriser: Colouriser | None = None
    inpainter: Inpainter | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """What a colouriser has seen in a picture, before any hint: kept, so that a new stroke is answered at once.

    Attributes:
        light: h×w float32, L of Lab over 100, of the picture reduced to the cells in which chroma comes.
        chroma: h×w×2 float32, a and b of Lab: the colour of each cell without any hint.
        features: the network's own, float32 arrays.
    """

    light: np.ndarray
    chroma: np.ndarray
    features: tuple[np.ndarray, ...]


class Colouriser(Protocol):
    """Gives plausible colours to a picture of which it sees the luminance alone."""

    def look(self, picture: np.ndarray) -> Seen:
        """Looks at a picture of any size, H×W×3 float32, 0 to 1.

        Raises:
            MemoryShortError: there is not enough memory.
        """
        ...

    def chroma(self, seen: Seen, hints: np.ndarray) -> np.ndarray:
        """The colour of each cell as hints would have it, h×w×2 float32, a and b of Lab.

        Args:
            seen: from ``look``.
            hints: h×w×3 float32: a and b of Lab, and the share of the cell that the user painted, 0 to 1.

        Raises:
            MemoryShortError: there is not enough memory.
        """
        ...


class Inpainter(Protocol):
    """Fills holes with what might have been there."""

    def fill(
        self, picture: np.ndarray, hole: np.ndarray, seeds: Sequence[int], progress: Fraction, texture: bool = True
    ) -> Iterator[np.ndarray]:
        """One filled picture a seed, H×W×3 float32, 0 to 1; what is known is the picture's, bit for bit.

        Args:
            picture: H×W×3 float32, 0 to 1, of any size; not changed. What lies in the hole is not looked at.
            hole: H×W bool, True = to be filled.
            seeds: whole numbers from 0; the same one gives the same filling, others differ where much is open.
            progress: told the share of all seeds that is done; may raise to cancel.
            texture: False leaves the fillings soft, without texture from what is around.

        Raises:
            MaskError: the hole is the whole picture.
            MemoryShortError: there is not enough memory.
        """
        ...
