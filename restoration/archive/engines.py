"""Who makes layers of a photo: this process, or, by the same interface, another that the caller brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from restoration.layers import Layer
from restoration.photo import Photo, Samples
from restoration.progress import Progress
from restoration.settings import Settings

if TYPE_CHECKING:
    from restoration.presets import Models

Note = Callable[[str], None]


class Engine(Protocol):
    """Makes layers of photos."""

    def layers(
        self, photo: Photo, mask: Samples | None, hints: Samples | None, progress: Progress, note: Note
    ) -> list[Layer]:
        """The layers of one photo, the lowest first; mask and hints as ``restoration.pipeline.restore`` takes them.

        Raises:
            RestorationError: this photo cannot be restored.
        """
        ...

    def prepare(self, progress: Progress) -> None:
        """What the first photo needs, done once.

        Raises:
            RestorationError: no photo can be restored.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class LocalEngine:
    """Restores in this process; the networks are loaded when the first photo needs them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._models: Models | None = None
        self._told_once: set[str] = set()

    @property
    def on_cpu(self) -> bool:
        """Whether the networks run on the CPU; true until they are loaded."""
        return self._models is None or self._models.on_cpu

    def prepare(self, progress: Progress) -> None:
        """See ``Engine``."""
        if self._settings.does_nothing or self._models is not None:
            return
        progress("models", 0.0)
        from restoration.device import choose_compute
        from restoration.presets import load_models

        self._models = load_models(self._settings.preset, choose_compute(self._settings.device), self._settings.models)
        progress("models", 1.0)

    def layers(
        self, photo: Photo, mask: Samples | None, hints: Samples | None, progress: Progress, note: Note
    ) -> list[Layer]:
        """See ``Engine``."""
        if self._settings.does_nothing and mask is None and hints is None and self._settings.region is None:
            return []  # nothing to check, and so nothing to import, which takes seconds
        from restoration.pipeline import restore, stacked
        from restoration.stages.discovery import discovered

        def watch(stage: str, fraction: float) -> None:
            if stage != "models":  # they are loaded
                progress(stage, fraction)

        def tell(stage: str, sentence: str) -> None:
            # Weights and stages that are missing are so for every photo.
            missing = self._models.missing.values() if self._models is not None else ()
            if sentence in missing or sentence in discovered().failures.values():
                if sentence in self._told_once:
                    return
                self._told_once.add(sentence)
            note(sentence)

        made = restore(photo, self._settings, mask, watch, tell=tell, models=self._models, hints=hints)
        return stacked(list(made))

    def close(self) -> None:
        """See ``Engine``."""
