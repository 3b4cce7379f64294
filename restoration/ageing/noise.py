"""Smooth random fields, the raw material of uneven fading, stains, paper and grain; and random numbers in ranges."""

from __future__ import annotations

import zlib

import cv2
import numpy as np


def draw(limits: tuple[float, float], rng: np.random.Generator) -> float:
    """One number, uniform between the two limits."""
    return float(rng.uniform(*limits))


def draw_skewed(limits: tuple[float, float], skew: float, rng: np.random.Generator) -> float:
    """One number between the two limits; skew 1 is uniform, above it low numbers are more common."""
    low, high = limits
    return float(low + (high - low) * rng.random() ** skew)


def draw_log(low: float, high: float, rng: np.random.Generator) -> float:
    """One number between two positive limits, its logarithm uniform: sizes and widths, small ones being common."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def spread(field: np.ndarray) -> np.ndarray:
    """A field, H×W or H×W×1, as three equal channels. Arithmetic with it is faster than with a last axis of one."""
    return cv2.merge([field] * 3)


def smooth_field(height: int, width: int, cells: float, rng: np.random.Generator) -> np.ndarray:
    """A random field of blobs.

    Args:
        height, width: size of the result in pixels.
        cells: how many blobs fit along the shorter side.
        rng: source of randomness.

    Returns:
        H×W float32, mean about 0, most values in [-1, 1].
    """
    scale = cells / min(height, width)
    rows, columns = max(2, round(height * scale) + 1), max(2, round(width * scale) + 1)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32) * 0.5
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def fractal_field(height: int, width: int, cells: float, octaves: int, rng: np.random.Generator) -> np.ndarray:
    """A sum of smooth fields, each twice as fine and half as strong as the last; H×W float32."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        total += smooth_field(height, width, cells * 2**octave, rng) * 0.5**octave
    return total


def cloud(height: int, width: int, cells: float, octaves: int, rng: np.random.Generator) -> np.ndarray:
    """As ``fractal_field``, made no finer than its finest octave needs, and enlarged: several times faster."""
    side = min(height, width)
    finest = min(1.0, cells * 2 ** (octaves - 1) * 3 / side)
    rows, columns = max(2, round(height * finest)), max(2, round(width * finest))
    return cv2.resize(fractal_field(rows, columns, cells, octaves, rng), (width, height))


def generator(seed: int, family: str) -> np.random.Generator:
    """The random numbers of one family of defects: the same whatever other families draw."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(family.encode()),)))
