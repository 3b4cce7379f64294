"""The classical sequence: one tool after another, as photo editors have had them for twenty years."""

from __future__ import annotations

import cv2
import numpy as np


def classical_sequence(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Inpainting (Telea 2004), non-local means (Buades et al. 2005), auto levels.

    Args:
        image: H×W×3 uint8, RGB.
        mask: H×W uint8, 255 = damaged.

    Returns:
        H×W×3 uint8, RGB.
    """
    filled = cv2.inpaint(image[..., ::-1].copy(), cv2.dilate(mask, np.ones((3, 3), np.uint8)), 3, cv2.INPAINT_TELEA)
    denoised = cv2.fastNlMeansDenoisingColored(filled, None, 7, 7, 7, 21)[..., ::-1]
    return auto_levels(denoised)


def auto_levels(image: np.ndarray) -> np.ndarray:
    """Each channel stretched between its 1st and 99th percentile; H×W×3 uint8."""
    low, high = np.percentile(image, [1, 99], axis=(0, 1))
    stretched = (image.astype(np.float32) - low) / np.maximum(high - low, 1) * 255
    return np.clip(np.rint(stretched), 0, 255).astype(np.uint8)
