"""Stage 1: where the photo is damaged. The detector's answer, the user's, or both united."""

from __future__ import annotations

import numpy as np

from restoration.photo import Samples
from restoration.presets.interface import Detector, Fraction
from restoration.settings import ScratchSettings


def damage_probability(
    picture: np.ndarray, detector: Detector, settings: ScratchSettings, progress: Fraction
) -> np.ndarray:
    """What the detector thinks of each pixel of a picture (H×W×3 float32, 0 to 1): H×W float32, 0 to 1."""
    return detector.probability(picture, settings.input_size or detector.input_size, progress)


def threshold_of(detector: Detector, settings: ScratchSettings) -> float:
    """The probability from which a pixel counts as damaged."""
    return detector.threshold if settings.threshold is None else settings.threshold


def wants_detector(settings: ScratchSettings, user_mask: Samples | None) -> bool:
    """Whether the detector has a say."""
    mode = settings.mask_mode or ("auto" if user_mask is None else "user")
    return mode in ("auto", "unite")


def unite(settings: ScratchSettings, user_mask: Samples | None, found: np.ndarray | None) -> np.ndarray | None:
    """The mask that counts, H×W bool; None if nobody gave one.

    Args:
        settings: its ``mask_mode`` says whose mask counts.
        user_mask: H×W uint8, 255 = damaged.
        found: H×W bool, what the detector marked.
    """
    painted = None if user_mask is None else user_mask > 127
    if not wants_detector(settings, user_mask):
        return painted
    if settings.mask_mode == "unite" and painted is not None:
        return painted if found is None else painted | found
    return found
