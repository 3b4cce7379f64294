"""A further stage at work: what it is shown, and the layer that its answer becomes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from restoration.errors import RestorationError
from restoration.layers import Layer, flatten
from restoration.photo import Photo
from restoration.shortage import is_shortage
from restoration.stages.further import FurtherStage
from restoration.stages.pixels import changed_samples, to_picture, to_rgb_samples

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of a stage.

    Attributes:
        layer: at full strength; None if it found nothing to do.
        sentence: why, for the user; may be empty.
    """

    layer: Layer | None
    sentence: str = ""


class StageFailed(Exception):  # noqa: N818 # it is told, not raised to the user
    """A stage failed, or did not keep to its contract; the log has the rest."""


def as_seen(photo: Photo, layers: Sequence[Layer], offset: tuple[int, int]) -> Photo:
    """The photo under its layers as the user sees it, strengths and all.

    A further stage's layer may cover everything below it: it must show that as strong as the user wants it.

    Args:
        photo: the source, H×W.
        layers: the lowest first.
        offset: (x, y) of this photo in the whole one.
    """
    return flatten(photo, [replace(layer, x=layer.x - offset[0], y=layer.y - offset[1]) for layer in layers])


def answer(
    stage: FurtherStage, photo: Photo, seen: Photo, offset: tuple[int, int], progress: Callable[[float], None]
) -> Answer:
    """Has a stage work, and makes its layer: of the part that it changed, in the photo's own samples.

    What it left alone keeps its samples, bit for bit, and a grey photo stays grey unless the layer gives colours.

    Args:
        stage: to be asked.
        photo: the source, H×W.
        seen: the same as the stages before have left it; see ``as_seen``.
        offset: (x, y) of this photo in the whole one.
        progress: told the share that is done; may raise to cancel.

    Raises:
        StageFailed: the stage raised, or gave something that is no picture.
        RestorationError, MemoryError: as the stage raised them.
    """
    before = to_picture(seen)
    before.setflags(write=False)
    after = _made(stage, before, progress)
    if not isinstance(after, np.ndarray):
        return Answer(None, after or "")
    if stage.blend_mode == "color":
        pixels, original = to_rgb_samples(after, seen), to_rgb_samples(before, seen)
    else:
        pixels, original = changed_samples(seen, before, after), seen.pixels
    del before, after
    changed = (pixels != original).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return Answer(None, f"{stage.title} found nothing to change.")
    top, left = int(rows[0]), int(columns[0])
    part = pixels[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    # A part is copied: a view of it would keep the whole in memory.
    part = part if part.shape == pixels.shape else part.copy()
    layer = Layer(stage.title, "further", part, x=offset[0] + left, y=offset[1] + top, blend_mode=stage.blend_mode)
    return Answer(layer)


def _made(stage: FurtherStage, picture: np.ndarray, progress: Callable[[float], None]) -> np.ndarray | str | None:
    """What the stage gives, checked."""
    try:
        made = stage.make(picture, lambda fraction: progress(float(np.clip(np.nan_to_num(fraction), 0, 1))))
    except RestorationError:
        raise  # cancelled, or a sentence of its own
    except Exception as error:
        if is_shortage(error):
            raise
        _log.exception("the stage %s failed", stage.name)
        raise StageFailed from error
    if made is None or isinstance(made, str):
        return made
    if not isinstance(made, np.ndarray) or made.shape != picture.shape or made.dtype != np.float32:
        what = f"{made.shape} {made.dtype}" if isinstance(made, np.ndarray) else type(made).__name__
        _log.error("the stage %s gave %s, not %s float32", stage.name, what, picture.shape)
        raise StageFailed
    if not np.isfinite(made).all():
        _log.error("the stage %s gave values that are no numbers", stage.name)
        raise StageFailed
    return made
