"""The stages in their order: a photo goes in, named layers come out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import numpy as np

from restoration.device import choose_compute
from restoration.errors import MaskError, SettingsError
from restoration.layers import Layer, scratch_mask_layer
from restoration.photo import Photo, Samples
from restoration.presets import Models, load_models
from restoration.progress import Progress, share_of, silent
from restoration.settings import Region, Settings
from restoration.stages import quality, scratch_mask, scratch_repair
from restoration.stages.faces import face_layers
from restoration.stages.pixels import to_picture

#: Told the stage and one sentence for the user, where a stage does nothing or less than asked.
Tell = Callable[[str, str], None]


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
) -> Iterator[Layer]:
    """Restores a photo.

    Args:
        photo: the scan; it is not changed.
        settings: which stages, how strong.
        mask: the user's own mask, H×W uint8 of the photo's size, 255 = damaged.
        progress: told stage and fraction; may raise ``Cancelled``.
        tell: told in one sentence why a stage did nothing.
        models: networks that are loaded already; None loads those of ``settings.preset``.

    Yields:
        Layers as they are made; ``stacked`` puts them in the order in which they lie over each other. None at all if
        every stage is off or has strength 0.

    Raises:
        MaskError: the mask is not of the photo's size.
        SettingsError: the region lies outside the photo.
        WeightsError, DeviceError: the networks cannot be had.
        Cancelled: raised by ``progress`` and passed on.
    """
    if mask is not None and mask.shape != photo.pixels.shape[:2]:
        raise MaskError(
            f"The mask is {mask.shape[1]}×{mask.shape[0]} pixels, the photo {photo.width}×{photo.height}.",
            "Make the mask as large as the photo.",
        )
    part, offset = _part(photo, settings.region)
    if settings.does_nothing:
        return
    if mask is not None:
        mask = mask[offset[1] :, offset[0] :][: part.height, : part.width]
    watch = progress or silent
    watch("models", 0.0)
    networks = models or load_models(settings.preset, choose_compute(settings.device), settings.models)
    watch("models", 1.0)
    yield from _Restoration(part, offset, settings, networks, watch, tell or _unheard).run(mask)


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


class _Restoration:
    """One run over one part of a photo."""

    def __init__(
        self,
        photo: Photo,
        offset: tuple[int, int],
        settings: Settings,
        models: Models,
        progress: Progress,
        tell: Tell,
    ) -> None:
        self.photo, self.offset, self.settings, self.models = photo, offset, settings, models
        self.progress, self.tell = progress, tell
        self.picture = to_picture(photo)

    def run(self, user_mask: Samples | None) -> Iterator[Layer]:
        for stage, sentence in self.models.missing.items():
            if self._on(stage):
                self.tell(stage, sentence)
        damaged = np.zeros(self.picture.shape[:2], bool)
        if self._on("scratches"):
            counted = self._damaged(user_mask)
            if counted is not None:
                yield self._mask_layer(counted)
                damaged = scratch_repair.widen(counted)
        elif user_mask is not None:
            self.tell("scratches", "The mask was not used, because the repair of scratches is off.")
        result = yield from self._restored(damaged)
        if self._on("faces") and self.models.face_enhancer:
            yield from face_layers(
                self.photo, self.picture, result, self.models.face_enhancer,
                self.settings.faces.strength, self.offset, share_of(self.progress, "faces"),
            )  # fmt: skip

    def _mask_layer(self, damaged: np.ndarray) -> Layer:
        note = "" if damaged.any() else "No scratch was found."
        if note:
            self.tell("scratches", note)
        x, y = self.offset
        return scratch_mask_layer(damaged.astype(np.uint8) * 255, self.photo.pixels.dtype, x=x, y=y, note=note)

    def _restored(self, damaged: np.ndarray) -> Generator[Layer, None, np.ndarray]:
        """``Restored`` and ``Scratch repair``, cut from one pass of the restorer; returns the picture with both."""
        restorer, repairing = self.models.restorer, bool(damaged.any())
        restoring = self._on("quality")
        if restorer is None or not (restoring or repairing):
            return self.picture
        result = self.picture
        if restoring:
            restored = restorer.restore(self.picture, damaged, True, share_of(self.progress, "quality"))
            if self._worth(restored, damaged):
                yield quality.restored_layer(self.photo, restored, damaged, self.settings.quality.strength, self.offset)
                repaired = result = restored
            else:
                self.tell(
                    "quality", "The photo needs no restoration of tone, grain or sharpness: it was left as it is."
                )
                restoring = False
        if repairing:
            if not restoring:
                restored = restorer.restore(self.picture, damaged, False, share_of(self.progress, "scratches"))
                repaired = scratch_repair.match_tone(restored, self.picture, damaged)
            strength = self.settings.scratches.strength
            yield scratch_repair.repair_layer(self.photo, repaired, damaged, strength, self.offset)
            result = np.where(damaged[..., None], repaired, result)
        return result

    def _on(self, stage: str) -> bool:
        chosen = getattr(self.settings, stage)
        return bool(chosen.enabled and chosen.strength > 0)

    def _damaged(self, user_mask: Samples | None) -> np.ndarray | None:
        settings, detector = self.settings.scratches, self.models.detector
        found: np.ndarray | None = None
        if detector is not None and scratch_mask.wants_detector(settings, user_mask):
            progress = share_of(self.progress, "detection")
            probability = scratch_mask.damage_probability(self.picture, detector, settings, progress)
            found = probability >= scratch_mask.threshold_of(detector, settings)
        return scratch_mask.unite(settings, user_mask, found)

    def _worth(self, restored: np.ndarray, hole: np.ndarray) -> bool:
        if self.settings.quality.always:
            return True
        return quality.change(self.picture, restored, hole) >= quality.WORTH_CHANGING


#: Roles from the bottom of the stack to its top.
_STACK = ("restored", "inpainted", "scratch_repair", "face", "colour", "scratch_mask")


def stacked(layers: list[Layer]) -> list[Layer]:
    """The layers in the order in which they lie over each other, the lowest first."""
    return sorted(layers, key=lambda layer: _STACK.index(layer.role))
