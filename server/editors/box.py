"""A rectangle in an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in the image, in pixels; may lie outside the canvas."""

    x: int
    y: int
    width: int
    height: int
