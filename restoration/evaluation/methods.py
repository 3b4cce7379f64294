"""What is compared: each method a name and a function from a damaged picture to a restored one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from restoration.evaluation.classical import auto_levels, classical_sequence
from restoration.evaluation.deep_image_prior import SECONDS, deep_image_prior
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets.interface import GlobalRestorer, Models
from restoration.settings import FaceSettings, InpaintingSettings, ScratchSettings, Settings
from restoration.stages.pixels import to_picture

#: From the aged picture (H×W×3 uint8, RGB), the mask that the detector found and the true one (H×W uint8, 255 =
#: damaged) to the restored picture (H×W×3 uint8).
Restore = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

INPUT, OURS = "input", "ours"
CLASSICAL, CLASSICAL_TRUE = "classical", "classical, true mask"

#: Faces are off: truth says nothing about a face that a network draws anew.
DEFAULTS = Settings(faces=FaceSettings(enabled=False))
_NO_REPAIR = Settings(
    faces=FaceSettings(enabled=False),
    scratches=ScratchSettings(enabled=False),
    inpainting=InpaintingSettings(enabled=False),
)


@dataclass(frozen=True)
class Method:
    """One column of the comparison.

    Attributes:
        name: in tables.
        about: one sentence.
        restore: the function.
        at_most: only so many pictures, because it is slow; None is all.
    """

    name: str
    about: str
    restore: Restore
    at_most: int | None = None


def restored(image: np.ndarray, models: Models, settings: Settings, mask: np.ndarray | None = None) -> np.ndarray:
    """The flattened result of the pipeline; H×W×3 uint8.

    Args:
        image: H×W×3 uint8.
        models: the networks.
        settings: the stages.
        mask: the user's own mask, H×W uint8; None asks the detector.
    """
    photo = Photo(image)
    return np.asarray(flatten(photo, stacked(list(restore(photo, settings, mask, models=models)))).pixels)


def found_damage(image: np.ndarray, models: Models) -> np.ndarray:
    """The detector's probabilities at its own input size, H×W float32; zeros where the preset has no detector."""
    if models.detector is None:
        return np.zeros(image.shape[:2], np.float32)
    return models.detector.probability(to_picture(Photo(image)), models.detector.input_size, lambda _: None)


def methods_of(
    models: Models,
    baselines: Mapping[str, GlobalRestorer],
    official: Models | None = None,
    deep_image_prior_photos: int = 0,
) -> list[Method]:
    """All methods, in the order of the tables.

    Args:
        models: the preset's networks.
        baselines: further restorers by name; they get the mask that ours gets.
        official: the published networks, which find scratches themselves; None where there are none.
        deep_image_prior_photos: how many pictures deep image prior gets; 0 leaves it out.
    """
    methods = [
        Method(INPUT, "The aged photograph as it is.", lambda aged, found, true: aged),
        Method(
            CLASSICAL,
            "One tool after another: inpainting (Telea) of the found mask, non-local means, auto levels.",
            lambda aged, found, true: classical_sequence(aged, found),
        ),
        Method(
            CLASSICAL_TRUE,
            "The same, given the true mask.",
            lambda aged, found, true: classical_sequence(aged, true),
        ),
    ]
    if deep_image_prior_photos:
        methods.append(
            Method(
                "deep image prior",
                "A network fitted to the sound pixels of each picture alone (Ulyanov et al. 2018), with the found "
                f"mask, at most {SECONDS:.0f} s a picture; then auto levels.",
                lambda aged, found, true: auto_levels(deep_image_prior(aged, found)),
                deep_image_prior_photos,
            )
        )
    for name, restorer in baselines.items():
        methods.append(
            Method(
                name,
                "Trained for comparison; with the found mask.",
                _with_restorer(Models(models.detector, restorer, None)),
            )
        )
    if official is not None:
        methods.append(
            Method(
                "official",
                "The published networks, default settings without faces.",
                lambda aged, found, true: restored(aged, official, DEFAULTS),
            )
        )
    return [
        *methods,
        Method("ours, no repair", "Scratches switched off.", lambda a, f, t: restored(a, models, _NO_REPAIR)),
        Method("ours, true mask", "Given the true mask.", lambda a, f, t: restored(a, models, DEFAULTS, t)),
        Method(OURS, "Default settings without faces, with the found mask.", _with_restorer(models)),
    ]


def _with_restorer(models: Models) -> Restore:
    # The mask was found once for all: as the user's it counts as if the detector had been asked again.
    return lambda aged, found, true: restored(aged, models, DEFAULTS, found)
