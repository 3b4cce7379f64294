"""The further stages of one run, one after the other: each sees what those before it have left."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace

from restoration.layers import Layer, stacked
from restoration.photo import Photo
from restoration.progress import Progress, share_of
from restoration.recall import Recall
from restoration.restorer_pass import digest_of_samples
from restoration.stages.further import FurtherStage
from restoration.stages.further_layer import Answer, StageFailed, answer, as_seen


def further_layers(
    photo: Photo,
    offset: tuple[int, int],
    below: list[Layer],
    stages: list[tuple[FurtherStage, float]],
    progress: Progress,
    tell: Callable[[str, str], None],
    recall: Recall,
) -> Iterator[Layer]:
    """The layers of further stages, as they are made. One that fails says so and is left out; the others go on.

    Args:
        photo: the source, H×W.
        offset: (x, y) of this photo in the whole one.
        below: the layers so far; those that are made here are added to it.
        stages: with their strengths, in their order.
        progress, tell: see ``restoration.pipeline.restore``.
        recall: of this photo.
    """
    for stage, strength in stages:
        watch = share_of(progress, stage.name)
        watch(0.0)
        name = ("further", stage.name, *map(name_of, below))
        made = recall.get(Answer, name)
        if made is None:
            try:
                made = answer(stage, photo, as_seen(photo, stacked(below), offset), offset, watch)
            except StageFailed:
                tell(stage.name, f"The stage {stage.name!r} failed and was left out; the log has the rest.")
                watch(1.0)
                continue
            recall.put(name, made)
        watch(1.0)
        if made.layer is None:
            if made.sentence:
                tell(stage.name, made.sentence)
            continue
        layer = replace(made.layer, opacity=strength)
        below.append(layer)
        yield layer


def name_of(layer: Layer) -> Hashable:
    """Names all that a layer shows, its strength among it."""
    looks = layer.x, layer.y, layer.pixels.shape, layer.blend_mode, layer.opacity, layer.visible
    return looks if not layer.visible else (*looks, digest_of_samples(layer.pixels), digest_of_samples(layer.alpha))
