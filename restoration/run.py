"""The stages of one run: what each one needs is computed, or recalled where an earlier run computed it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Hashable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from restoration.faces import Found
from restoration.faces.features import without_features
from restoration.layers import Layer, scratch_mask_layer
from restoration.photo import Photo, Samples
from restoration.presets.interface import Detector, FaceEnhancer, GlobalRestorer, Models
from restoration.progress import Progress, share_of
from restoration.recall import Recall
from restoration.restorer_pass import RestorerPass
from restoration.settings import Settings
from restoration.stages import quality, scratch_mask, scratch_repair
from restoration.stages.face_features import faces_of_photo, likely_faces
from restoration.stages.faces import face_layers
from restoration.stages.pixels import to_picture
from restoration.working_size import reduction

#: Told the stage and one sentence for the user, where a stage does nothing or less than asked.
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class _Outcome:
    """What the stages so far made of the picture.

    Attributes:
        of: names it: equal names, equal pixels.
        pixels: gives it, H×W×3 float32, 0 to 1. Asked for only where it is needed, for it may have to be made.
    """

    of: Hashable
    pixels: Callable[[], np.ndarray]


class Run:
    """One run over one part of a photo.

    Args:
        photo: that part.
        offset: (x, y) of it in the whole photo.
        settings: which stages, how strong.
        models: the networks.
        working_pixels: to which a larger photo is reduced for the restorer.
        progress, tell: see ``restoration.pipeline.restore``.
        recall: what earlier runs made of it.
    """

    def __init__(
        self,
        photo: Photo,
        offset: tuple[int, int],
        settings: Settings,
        models: Models,
        working_pixels: float,
        progress: Progress,
        tell: Tell,
        recall: Recall,
    ) -> None:
        self.photo, self.offset, self.settings, self.models = photo, offset, settings, models
        self.progress, self.tell, self.recall = progress, tell, recall
        self._factor = reduction(photo.height, photo.width, working_pixels)

    @functools.cached_property
    def picture(self) -> np.ndarray:
        """The photo as the networks want it, H×W×3 float32, 0 to 1; a run that recalls everything needs none."""
        return to_picture(self.photo)

    def layers(self, user_mask: Samples | None) -> Iterator[Layer]:
        """The layers as they are made; the mask is H×W uint8 of the part's size, 255 = damaged."""
        for stage, sentence in self.models.missing.items():
            if self.settings.is_on(stage):
                self.tell(stage, sentence)
        damaged = np.zeros(self.photo.pixels.shape[:2], bool)
        if self.settings.is_on("scratches"):
            counted = self._damaged(user_mask)
            if counted is not None:
                yield self._mask_layer(counted)
                if self.settings.scratches.repair:
                    # What is found in a reduced picture ends where its pixels end.
                    damaged = scratch_repair.widen(counted, round(scratch_repair.MARGIN_PX * self._factor))
        elif user_mask is not None:
            self.tell("scratches", "The mask was not used, because the repair of scratches is off.")
        outcome = yield from self._restored(damaged)
        if self.settings.is_on("faces") and self.models.face_enhancer:
            yield from self._faces(outcome, self.models.face_enhancer)

    def _damaged(self, user_mask: Samples | None) -> np.ndarray | None:
        settings, detector = self.settings.scratches, self.models.detector
        found: np.ndarray | None = None
        if detector is not None and scratch_mask.wants_detector(settings, user_mask):
            found = self._probability(detector) >= scratch_mask.threshold_of(detector, settings)
            if found.any():
                found = without_features(found, self.picture, likely_faces(self.picture, self._faces_of_photo))
        return scratch_mask.unite(settings, user_mask, found)

    @functools.cached_property
    def _faces_of_photo(self) -> Found:
        network = self.settings.faces.detector == "cnn" and self.settings.is_on("faces")
        name = ("faces of the photo", network)
        return self.recall.of(Found, name, lambda: faces_of_photo(self.picture, network=network))

    def _probability(self, detector: Detector) -> np.ndarray:
        settings, progress = self.settings.scratches, share_of(self.progress, "detection")
        name = ("probability", settings.input_size or detector.input_size)
        probability = self.recall.get(np.ndarray, name)
        if probability is None:
            probability = scratch_mask.damage_probability(self.picture, detector, settings, progress)
            self.recall.put(name, probability)
        else:
            progress(1.0)
        return probability

    def _mask_layer(self, damaged: np.ndarray) -> Layer:
        note = "" if damaged.any() else "No scratch was found."
        if note:
            self.tell("scratches", note)
        x, y = self.offset
        return scratch_mask_layer(damaged.astype(np.uint8) * 255, self.photo.pixels.dtype, x=x, y=y, note=note)

    def _restored(self, damaged: np.ndarray) -> Generator[Layer, None, _Outcome]:
        """``Restored`` and ``Scratch repair``, cut from one pass of the restorer; returns the picture with both."""
        restorer, repairing = self.models.restorer, bool(damaged.any())
        outcome = _Outcome("photo", lambda: self.picture)
        if restorer is None:
            return outcome
        if self.settings.is_on("quality"):
            whole = self._pass(restorer, damaged, True, "quality")
            layer = self._quality_layer(whole, damaged, restorer.worth_changing)
            if layer is not None:
                yield layer
                outcome = _Outcome(("restored", whole.name), lambda: whole.restored)
                if repairing:
                    yield self._repair_layer(damaged, outcome)
                return outcome
            self.tell("quality", "The photo needs no restoration of tone, grain or sharpness: it was left as it is.")
        if repairing:
            part = self._pass(restorer, damaged, False, "scratches")
            matched = _Outcome(("matched", part.name), lambda: part.matched)
            layer = self._repair_layer(damaged, matched)
            if not part.ran:
                self.progress("scratches", 1.0)
            yield layer
            outcome = _Outcome(matched.of, lambda: np.where(damaged[..., None], matched.pixels(), self.picture))
        return outcome

    def _pass(self, restorer: GlobalRestorer, damaged: np.ndarray, correct_tone: bool, stage: str) -> RestorerPass:
        progress = share_of(self.progress, stage)
        sparing = not self.settings.quality.always
        return RestorerPass(
            restorer, lambda: self.picture, damaged, self._factor, correct_tone, sparing, progress, self.recall
        )

    def _quality_layer(self, whole: RestorerPass, damaged: np.ndarray, worth_changing: float) -> Layer | None:
        """``Restored``, or None if the photo is well as it is."""

        def change() -> float:
            return quality.change(*whole.small_change)

        def make() -> Layer:
            return quality.restored_layer(self.photo, self.picture, whole.restored, damaged, 1.0, self.offset)

        layer: Layer | None = None
        name, settings = whole.name, self.settings.quality
        if settings.always or self.recall.of(float, ("change", name), change) >= worth_changing:
            layer = replace(self.recall.of(Layer, ("restored", name), make), opacity=settings.strength)
        if not whole.ran:
            self.progress("quality", 1.0)
        return layer

    def _repair_layer(self, damaged: np.ndarray, repaired: _Outcome) -> Layer:
        def make() -> Layer:
            return scratch_repair.repair_layer(self.photo, repaired.pixels(), damaged, 1.0, self.offset)

        layer = self.recall.of(Layer, ("repair", repaired.of), make)
        return replace(layer, opacity=self.settings.scratches.strength)

    def _faces(self, outcome: _Outcome, enhancer: FaceEnhancer) -> Iterator[Layer]:
        settings, progress = self.settings.faces, share_of(self.progress, "faces")
        name = ("faces", outcome.of, settings.detector, settings.points)
        kept = self.recall.get(tuple, name)
        if kept is not None:
            progress(1.0)
            yield from (replace(layer, opacity=settings.strength) for layer in kept)
            return
        made = []
        pixels, at = outcome.pixels(), self.offset
        doubts = functools.partial(self.tell, "faces")
        if settings.points == "68":
            doubts("The model of 68 points is not free for commercial use: it was trained on iBUG 300-W.")
        known = self._faces_of_photo
        for layer in face_layers(self.photo, known, pixels, enhancer, settings, at, progress, doubts):
            made.append(layer)
            yield layer
        self.recall.put(name, tuple(made))
