"""What ours is compared with."""

from __future__ import annotations

import cv2
import numpy as np


def classical_sequence(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The classical sequence of one tool after another, given the TRUE mask: Telea's inpainting, non-local means, and a
    stretch of each channel between its 1st and 99th percentile (auto levels).

    Args:
        image: H×W×3 uint8, RGB.
        mask: H×W uint8, 255 = damaged.

    Returns:
        H×W×3 uint8, RGB.
    """
    filled = cv2.inpaint(image[..., ::-1].copy(), cv2.dilate(mask, np.ones((3, 3), np.uint8)), 3, cv2.INPAINT_TELEA)
    denoised = cv2.fastNlMeansDenoisingColored(filled, None, 7, 7, 7, 21)[..., ::-1].astype(np.float32)
    low, high = np.percentile(denoised, [1, 99], axis=(0, 1))
    return np.clip(np.rint((denoised - low) / np.maximum(high - low, 1) * 255), 0, 255).astype(np.uint8)
