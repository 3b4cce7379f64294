"""The stages in their order: a photo goes in, named layers come out."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from restoration.colour import colour_space
from restoration.device import choose_compute
from restoration.errors import HintsError, MaskError, SettingsError
from restoration.layers import Layer
from restoration.layers import stacked as stacked  # what comes out of here wants it
from restoration.memory import SHARE_OF_FREE, free_memory, own_memory, plan_within
from restoration.photo import Photo, Samples
from restoration.presets import Models, load_models
from restoration.progress import Progress, silent
from restoration.recall import Recall
from restoration.run import Run, Tell
from restoration.settings import Region, Settings
from restoration.shortage import named_shortage
from restoration.stage_cache import StageCache
from restoration.stages.colour import Hints
from restoration.stages.discovery import discovered, stages_that_run


def _unheard(stage: str, sentence: str) -> None:
    """For callers who do not want sentences."""


def restore(
    photo: Photo,
    settings: Settings,
    mask: Samples | None = None,
    progress: Progress | None = None,
    *,
    tell: Tell | None = None,
    models: Models | None = None,
    cache: StageCache | None = None,
    photo_id: str | None = None,
    hints: Hints | None = None,
) -> Iterator[Layer]:
    """Restores a photo.

    Args:
        photo: the scan; it is not changed.
        settings: which stages, how strong.
        mask: the user's own mask, H×W uint8 of the photo's size, 255 = damaged.
        progress: told stage and fraction; may raise ``Cancelled``. A stage whose result is in the cache says 1 at once.
        tell: told in one sentence why a stage did nothing, or cannot be used at all.
        models: networks that are loaded already, those that ``settings`` names; None loads them.
        cache: what earlier runs made: stages of which nothing changed are taken from it, bit for bit as they would
            come out anew. The pixels of layers from it are read-only.
        photo_id: with a cache, a name that no other photo has: a hash of the pixels and of what they mean.
        hints: colours that the user painted, H×W×4 uint8 of the photo's size, sRGB and alpha; alpha over 127 means that
            this place is to have this colour.

    Yields:
        Layers as they are made; ``stacked`` puts them in the order in which they lie over each other. None at all if
        every stage is off (``Settings.is_on``).

    Raises:
        MaskError: the mask is not of the photo's size.
        HintsError: the hints are not as said above.
        SettingsError: the region lies outside the photo, or there is no stage of a name in ``settings.further``.
        WeightsError, DeviceError: the networks cannot be had.
        MemoryShortError: there is not enough memory, or more than ``settings`` allows would be needed.
        ValueError: only one of ``cache`` and ``photo_id`` is given.
        Cancelled: raised by ``progress`` and passed on.
    """
    if (cache is None) != (photo_id is None):
        raise ValueError("a cache needs the photo's id, and the id a cache")
    if mask is not None and mask.shape != photo.pixels.shape[:2]:
        raise MaskError(
            f"The mask is {mask.shape[1]}×{mask.shape[0]} pixels, the photo {photo.width}×{photo.height}.",
            "Make the mask as large as the photo.",
        )
    if hints is not None:
        check_hints(hints, photo.height, photo.width)
    part, offset = _part(photo, settings.region)
    if settings.does_nothing:
        return
    stages_that_run(settings)  # a name that is not there is said before anything is computed
    for sentence in (colour_space(photo).note, *discovered().failures.values()):
        if sentence and tell is not None:
            tell("", sentence)
    if mask is not None:
        mask = mask[offset[1] :, offset[0] :][: part.height, : part.width]
    if hints is not None:
        hints = hints[offset[1] :, offset[0] :][: part.height, : part.width]
    watch = progress or silent
    watch("models", 0.0)
    networks = models or load_models(
        settings.preset, choose_compute(settings.device), settings.models, restorer=settings.needs_restorer
    )
    watch("models", 1.0)
    working_pixels = _made_to_fit(part, settings, networks, tell or _unheard)
    recall = Recall(cache, (photo_id, *_subject(photo, settings)))
    with named_shortage():
        run = Run(part, offset, settings, networks, working_pixels, watch, tell or _unheard, recall)
        yield from run.layers(mask, hints)


def _made_to_fit(photo: Photo, settings: Settings, networks: Models, tell: Tell) -> float:
    """The working size in pixels, made smaller where memory is short, and tiles made to fit."""
    restorer, asked = networks.restorer, settings.working_megapixels
    wanted = asked * 1e6 if asked is not None else restorer.working_pixels if restorer else math.inf
    if settings.memory_gigabytes is None and not networks.on_cpu:
        return wanted  # a GPU's memory is not forecast: where it ends, tiles are made smaller
    budget = SHARE_OF_FREE * free_memory() + own_memory()
    if settings.memory_gigabytes is not None:
        budget = settings.memory_gigabytes * 1e9
    depth: Literal[8, 16] = 8 if photo.depth == 8 else 16
    plan = plan_within(int(budget), settings.preset, photo.width, photo.height, depth, wanted)
    for network in (networks.detector, networks.restorer):
        if network is not None:
            network.limit_tiles(plan.core)
    if plan.working_pixels < min(wanted, photo.width * photo.height):
        tell("quality", f"Memory is short: the photo is restored at {plan.working_pixels / 1e6:.1f} megapixels.")
    return plan.working_pixels


def _subject(photo: Photo, settings: Settings) -> tuple[Hashable, ...]:
    """What every stage depends on, the photo's pixels aside."""
    return photo.pixels.shape, photo.depth, settings.region, settings.preset, settings.models, settings.device


def check_hints(hints: Hints, height: int, width: int) -> None:
    """See to it that colour hints lie over a photo pixel by pixel.

    Raises:
        HintsError: they are not H×W×4 uint8.
    """
    if hints.ndim != 3 or hints.shape[2] != 4 or hints.dtype != np.uint8:
        raise HintsError(
            f"The colour hints are {'×'.join(map(str, hints.shape))} {hints.dtype}.",
            "Give height×width×4 samples of 8 bits: RGB and alpha.",
        )
    if hints.shape[:2] != (height, width):
        raise HintsError(
            f"The colour hints are {hints.shape[1]}×{hints.shape[0]} pixels, the photo {width}×{height}.",
            "Make the hints as large as the photo.",
        )


def _part(photo: Photo, region: Region | None) -> tuple[Photo, tuple[int, int]]:
    if region is None:
        return photo, (0, 0)
    left, top = max(0, region.x), max(0, region.y)
    right, bottom = min(photo.width, region.x + region.width), min(photo.height, region.y + region.height)
    if left >= right or top >= bottom:
        raise SettingsError(
            f"The region {region.x},{region.y},{region.width},{region.height} lies outside the photo.",
            f"The photo is {photo.width}×{photo.height} pixels.",
        )
    alpha = None if photo.alpha is None else photo.alpha[top:bottom, left:right]
    return replace(photo, pixels=photo.pixels[top:bottom, left:right], alpha=alpha), (left, top)
