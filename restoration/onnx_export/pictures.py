"""Natural pictures to compare on: a photograph that comes with the program, aged, in sizes that are awkward."""

from __future__ import annotations

from importlib.resources import files

import cv2
import numpy as np

from restoration.ageing import RECIPES, age

#: Height and width; odd ones, a narrow one, the least that the restorer takes.
SIZES = ((192, 256), (257, 131), (97, 333), (64, 65))


def photograph() -> np.ndarray:
    """The astronaut that comes with the program, 512×512×3 uint8."""
    stored = (files("restoration.bench") / "astronaut.jpg").read_bytes()
    decoded = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)


def aged(photo: np.ndarray, height: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A photograph of that size, grown old, and where it is damaged, or said to be: somewhere always.

    Args:
        photo: H×W×3 uint8.
        height, width: to which it is brought.
        seed: of the ageing.

    Returns:
        height×width×3 float32, 0 to 1, and height×width bool.
    """
    sized = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    old = age(sized, seed, RECIPES["default"])
    mask = old.mask > 0
    mask[height // 2 : height // 2 + 2, width // 4 : width // 2] = True  # not every seed damages a small picture
    return old.image.astype(np.float32) / 255, mask
