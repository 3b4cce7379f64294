"""Pictures as small files: for reports that hold all their pictures, and for contact sheets."""

from __future__ import annotations

import base64
import io

import cv2
import numpy as np
from PIL import Image


def webp(picture: np.ndarray, quality: int = 82) -> bytes:
    """A WebP file from H×W×3 or H×W uint8."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "WEBP", quality=quality, method=2)
    return stream.getvalue()


def data_uri(file: bytes) -> str:
    """A WebP file as an address that holds it."""
    return "data:image/webp;base64," + base64.b64encode(file).decode("ascii")


def reduced(picture: np.ndarray, longest_side: int) -> np.ndarray:
    """The picture at most so large, by area; H×W or H×W×3 uint8."""
    factor = longest_side / max(picture.shape[:2])
    if factor >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def marked(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture in grey with the mask (H×W, not 0 = marked) in red over it; H×W×3 uint8."""
    grey = np.repeat((picture.mean(axis=2, keepdims=True) * 0.7).astype(np.uint8), 3, axis=2)
    return np.where((mask > 0)[..., None], np.array([255, 40, 30], np.uint8), grey)
