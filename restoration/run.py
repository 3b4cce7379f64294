"""The stages of one run: what each one needs is computed, or recalled where an earlier run computed it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from restoration.damage import Damage, divided, no_damage
from restoration.faces import Found
from restoration.faces.features import without_features
from restoration.freed_memory import give_back_freed
from restoration.further_run import further_layers, name_of
from restoration.layers import Layer, scratch_mask_layer, stacked
from restoration.photo import Photo, Samples
from restoration.presets.interface import (
    Colouriser,
    Detector,
    FaceEnhancer,
    Fraction,
    GlobalRestorer,
    Inpainter,
    Models,
    Seen,
)
from restoration.progress import Progress, share_of
from restoration.recall import Recall
from restoration.restorer_pass import RestorerPass, digest_of, digest_of_samples
from restoration.settings import Settings
from restoration.stages import quality, scratch_mask, scratch_repair
from restoration.stages.colour import Hints, Scene, colour_layer, scene_of
from restoration.stages.discovery import stages_that_run
from restoration.stages.face_features import faces_of_photo, likely_faces
from restoration.stages.faces import face_layers
from restoration.stages.further import FurtherStage
from restoration.stages.further_layer import as_seen
from restoration.stages.inpainting import inpainted_layers
from restoration.stages.pixels import laid_over, to_picture
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

    @property
    def _inpainter(self) -> Inpainter | None:
        """Who fills holes; None if nobody is to."""
        return self.models.inpainter if self.settings.is_on("inpainting") else None

    def layers(self, user_mask: Samples | None, hints: Hints | None = None) -> Iterator[Layer]:
        """The layers as they are made.

        Args:
            user_mask: H×W uint8 of the part's size, 255 = damaged.
            hints: H×W×4 uint8 of the part's size; see ``restoration.pipeline.restore``.
        """
        for stage, sentence in self.models.missing.items():
            if self.settings.is_on(stage):
                self.tell(stage, sentence)
        below: list[Layer] = []
        outcome = yield from _noted(self._restored_with_faces(user_mask), below)
        stages = stages_that_run(self.settings)
        if stages:
            outcome = yield from self._further(outcome, below, stages)
        if self.settings.is_on("colour") and self.models.colouriser:
            yield self._colour_layer(outcome, self._opaque(hints), self.models.colouriser)
        elif hints is not None and not self.settings.is_on("colour"):
            self.tell("colour", "The colour hints were not used, because colour is off.")

    def _restored_with_faces(self, user_mask: Samples | None) -> Generator[Layer, None, _Outcome]:
        damage = yield from self._damage(user_mask)
        outcome = yield from self._restored(damage)
        if self._inpainter:
            outcome = yield from self._inpainted(outcome, damage.hole, self._inpainter)
        if self.settings.is_on("faces") and self.models.face_enhancer:
            outcome = yield from self._faces(outcome, self.models.face_enhancer)
        return outcome

    def _further(
        self, outcome: _Outcome, below: list[Layer], stages: list[tuple[FurtherStage, float]]
    ) -> Generator[Layer, None, _Outcome]:
        """The layers of further stages; returns the picture as it is seen with them, if there are any."""
        before = len(below)
        self.__dict__.pop("picture", None)  # whoever needs it makes it again: a stage may need the memory
        yield from further_layers(self.photo, self.offset, below, stages, self.progress, self.tell, self.recall)
        if len(below) == before:
            return outcome
        seen = stacked(below)
        return _Outcome(tuple(map(name_of, seen)), lambda: to_picture(as_seen(self.photo, seen, self.offset)))

    def _damage(self, user_mask: Samples | None) -> Generator[Layer, None, Damage]:
        """``Scratch mask``; returns the damage by what becomes of it."""
        settings, none = self.settings, no_damage(self.photo.height, self.photo.width)
        inpaints = self._inpainter is not None
        if not settings.is_on("scratches") and not inpaints:
            if user_mask is not None:
                self.tell("scratches", "The mask was not used, because the repair of scratches and inpainting are off.")
            return none
        counted = self._damaged(user_mask)
        if counted is None:
            return none
        yield self._mask_layer(counted)
        damage = divided(
            counted,
            repairs=settings.repairs_scratches,
            inpaints=inpaints,
            least_width=settings.inpainting.least_width,
            # What is found in a reduced picture ends where its pixels end.
            margin=round(scratch_repair.MARGIN_PX * self._factor),
        )
        if damage.unfillable:
            self.tell("inpainting", "Damage covers all there is: nothing is left from which it could be filled.")
        return damage

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
            give_back_freed()
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

    def _restored(self, damage: Damage) -> Generator[Layer, None, _Outcome]:
        """``Restored`` and ``Scratch repair``, cut from one pass of the restorer; returns the picture with both."""
        restorer, repairing = self.models.restorer, bool(damage.narrow.any())
        outcome = _Outcome("photo", lambda: self.picture)
        if restorer is None:
            return outcome
        if self.settings.is_on("quality"):
            whole = self._pass(restorer, damage.all, True, "quality")
            layer = self._quality_layer(whole, damage, restorer.worth_changing)
            if layer is not None:
                yield layer
                outcome = _Outcome(("restored", whole.name), lambda: whole.restored)
                if repairing:
                    yield self._repair_layer(damage.narrow, outcome)
                return outcome
            self.tell("quality", "The photo needs no restoration of tone, grain or sharpness: it was left as it is.")
        if repairing:
            part = self._pass(restorer, damage.all, False, "scratches")
            name = ("matched", part.name, digest_of(damage.narrow))
            layer = self._repair_layer(damage.narrow, _Outcome(name, lambda: part.matched))
            if not part.ran:
                self.progress("scratches", 1.0)
            yield layer
            outcome = _Outcome(name, lambda: np.where(damage.narrow[..., None], part.matched, self.picture))
        return outcome

    def _pass(self, restorer: GlobalRestorer, damaged: np.ndarray, correct_tone: bool, stage: str) -> RestorerPass:
        progress = share_of(self.progress, stage)
        sparing = not self.settings.quality.always
        return RestorerPass(
            restorer, lambda: self.picture, damaged, self._factor, correct_tone, sparing, progress, self.recall
        )

    def _quality_layer(self, whole: RestorerPass, damage: Damage, worth_changing: float) -> Layer | None:
        """``Restored``, or None if the photo is well as it is."""

        def change() -> float:
            return quality.change(*whole.small_change)

        def make() -> Layer:
            return quality.restored_layer(self.photo, self.picture, whole.restored, damage.covered, 1.0, self.offset)

        layer: Layer | None = None
        name, settings = whole.name, self.settings.quality
        if settings.always or self.recall.of(float, ("change", name), change) >= worth_changing:
            layer = replace(
                self.recall.of(Layer, ("restored", name, digest_of(damage.covered)), make), opacity=settings.strength
            )
        if not whole.ran:
            self.progress("quality", 1.0)
        return layer

    def _repair_layer(self, narrow: np.ndarray, repaired: _Outcome) -> Layer:
        def make() -> Layer:
            return scratch_repair.repair_layer(self.photo, repaired.pixels(), narrow, 1.0, self.offset)

        layer = self.recall.of(Layer, ("repair", repaired.of, digest_of(narrow)), make)
        return replace(layer, opacity=self.settings.scratches.strength)

    def _inpainted(self, outcome: _Outcome, hole: np.ndarray, inpainter: Inpainter) -> Generator[Layer, None, _Outcome]:
        """The fillings of the hole; returns the picture with the one that is shown."""
        settings, progress = self.settings.inpainting, share_of(self.progress, "inpainting")
        if not hole.any():
            progress(1.0)
            return outcome
        name = ("inpainted", outcome.of, digest_of(hole), settings.candidates, settings.seed, settings.texture)

        def make() -> Iterator[Layer]:
            pixels = outcome.pixels()
            yield from inpainted_layers(self.photo, pixels, hole, inpainter, settings, self.offset, progress)

        made = yield from self._recalled(name, settings.strength, make, progress)
        return self._with(outcome, made)

    def _faces(self, outcome: _Outcome, enhancer: FaceEnhancer) -> Generator[Layer, None, _Outcome]:
        """A layer a face; returns the picture with all of them."""
        settings, progress = self.settings.faces, share_of(self.progress, "faces")
        doubts = functools.partial(self.tell, "faces")

        def make() -> Iterator[Layer]:
            if settings.points == "68":
                doubts("The model of 68 points is not free for commercial use: it was trained on iBUG 300-W.")
            known, pixels = self._faces_of_photo, outcome.pixels()
            yield from face_layers(self.photo, known, pixels, enhancer, settings, self.offset, progress, doubts)

        name = ("faces", outcome.of, settings.detector, settings.points)
        made = yield from self._recalled(name, settings.strength, make, progress)
        return self._with(outcome, made)

    def _recalled(
        self, name: Hashable, strength: float, make: Callable[[], Iterator[Layer]], progress: Fraction
    ) -> Generator[Layer, None, tuple[Layer, ...]]:
        """The layers of a stage that makes several: as they are made, or all at once where they are known."""
        kept = self.recall.get(tuple, name)
        if kept is not None:
            progress(1.0)
            yield from (replace(layer, opacity=strength) for layer in kept)
            return kept
        made = []
        for layer in make():
            made.append(layer)
            yield layer
        self.recall.put(name, tuple(made))
        return tuple(made)

    def _with(self, outcome: _Outcome, layers: tuple[Layer, ...]) -> _Outcome:
        """The picture with layers over it; the same outcome where none of them is shown."""
        shown = [layer for layer in layers if layer.visible]
        if not shown:
            return outcome
        name = (outcome.of, *map(_digest_of_layer, shown))
        return _Outcome(name, lambda: laid_over(outcome.pixels(), shown, self.photo, self.offset))

    def _opaque(self, hints: Hints | None) -> Hints | None:
        """The hints; None where they say nothing, so that they are one with no hints."""
        if hints is None or (hints[..., 3] > 127).any():
            return hints
        if hints[..., 3].any():
            self.tell("colour", "The colour hints are too faint to be used: paint them with full opacity.")
        return None

    def _colour_layer(self, outcome: _Outcome, hints: Hints | None, colouriser: Colouriser) -> Layer:
        settings, progress = self.settings.colour, share_of(self.progress, "colour")
        name = ("colour", outcome.of, digest_of_samples(hints), settings.saturation)
        layer = self.recall.get(Layer, name)
        if layer is None:
            progress(0.0)
            # Asked for one by one: a picture that earlier runs have looked at is not made again for a new hint.
            scene = self.recall.of(Scene, ("scene", outcome.of), lambda: scene_of(outcome.pixels()))
            seen = self.recall.of(Seen, ("seen", outcome.of), lambda: colouriser.look(outcome.pixels()))
            layer = colour_layer(self.photo, scene, seen, hints, colouriser, settings, self.offset)
            self.recall.put(name, layer)
        progress(1.0)
        return replace(layer, opacity=settings.strength)


def _noted(layers: Generator[Layer, None, _Outcome], into: list[Layer]) -> Generator[Layer, None, _Outcome]:
    """The same layers, and each is written down as it comes."""
    while True:
        try:
            layer = next(layers)
        except StopIteration as end:
            return cast(_Outcome, end.value)
        into.append(layer)
        yield layer


def _digest_of_layer(layer: Layer) -> Hashable:
    """Names what a layer shows at full strength: candidates that come out alike are one to the stages after them."""
    return layer.x, layer.y, layer.pixels.shape, digest_of_samples(layer.pixels), digest_of_samples(layer.alpha)
