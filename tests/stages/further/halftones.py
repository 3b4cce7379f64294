"""Printed and scanned: pictures under the halftone screens of newspapers and of colour print."""

from __future__ import annotations

import functools

import cv2
import numpy as np

#: A scanner sees so many samples of the print a side in each of its pixels.
_FINE = 3
#: The angles of cyan, magenta and yellow in colour print, in degrees.
ROSETTE = (15.0, 75.0, 0.0)


@functools.lru_cache(maxsize=8)
def _thresholds(height: int, width: int, period: float, angle: float) -> np.ndarray:
    """The tone from which a place stays white, evenly from 0 to 1: dots that grow from the nodes of a square grid."""
    turn = np.deg2rad(angle)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    across = 2 * np.pi / period * (np.cos(turn) * columns + np.sin(turn) * rows)
    along = 2 * np.pi / period * (np.cos(turn) * rows - np.sin(turn) * columns)
    spot = np.cos(across) + np.cos(along)
    grid = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    cell = np.sort((np.cos(grid)[:, None] + np.cos(grid)[None]).ravel())
    return np.interp(spot, cell, np.linspace(0, 1, len(cell))).astype(np.float32)


def newspaper(grey: np.ndarray, period: float, angle: float, noise: float = 0.01) -> np.ndarray:
    """A grey picture as dots of ink, as a scanner sees it.

    Args:
        grey: H×W, 0 to 1.
        period: from dot to dot, in pixels of the scan.
        angle: of the screen, in degrees.
        noise: deviation of paper and scanner.

    Returns:
        H×W float32, 0 to 1.
    """
    height, width = grey.shape
    fine = cv2.resize(grey.astype(np.float32), None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_LINEAR)
    white = (fine > _thresholds(height * _FINE, width * _FINE, period * _FINE, angle)).astype(np.float32)
    scanned = cv2.resize(cv2.GaussianBlur(white, (0, 0), 0.45 * _FINE), (width, height), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(5).normal(0, noise, scanned.shape)
    return np.clip(scanned + grain, 0, 1).astype(np.float32)


def postcard(colours: np.ndarray, period: float) -> np.ndarray:
    """An RGB picture (H×W×3, 0 to 1) printed in three inks, each with a screen of its own angle."""
    inks = [newspaper(colours[..., ink], period, angle) for ink, angle in enumerate(ROSETTE)]
    return np.stack(inks, axis=2)


def repeated(grey: np.ndarray) -> np.ndarray:
    """Grey as the RGB that stages see, H×W×3."""
    return np.repeat(grey.astype(np.float32)[..., None], 3, axis=2)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """In dB, of values from 0 to 1."""
    return float(-10 * np.log10(np.mean((one.astype(np.float64) - other) ** 2)))
