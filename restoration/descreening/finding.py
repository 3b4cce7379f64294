"""Which halftone screens a picture has: square grids of peaks that stand in the spectra of many of its windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

#: Side of a window in pixels, and how many are looked at.
SIDE, _MOST_WINDOWS = 256, 64
#: From dot to dot, in pixels.
_LEAST_PERIOD, _MOST_PERIOD = 2.3, 16.0
#: A peak counts that is so many times as strong (in power, as a logarithm) as others of its distance from the middle,
#: in this share of the windows.
_LEAST_PEAK, _SHARE = np.log(30.0), 0.3
#: The amplitude of a wave that a screen makes in middle tones, at least. Ink is black: cloth and bricks are fainter.
_LEAST_AMPLITUDE = 0.03
#: Windows of paper and of solid ink say nothing.
_TONES = 0.1, 0.9
#: The two directions of a screen are about as strong as each other; the courses of a wall and its joints are not.
_ALIKE = 0.6
#: Two peaks are at right angles if one, turned, lies so near to the other: in bins, and as a share of the distance.
_NEAR_BINS, _NEAR_SHARE = 1.5, 0.02


@dataclass(frozen=True)
class Screen:
    """A square grid of dots.

    Attributes:
        down, right: its frequency in cycles a pixel, along one of its two directions; the other is at right angles.
    """

    down: float
    right: float

    @property
    def frequency(self) -> float:
        """Cycles a pixel."""
        return float(np.hypot(self.down, self.right))

    @property
    def period(self) -> float:
        """Pixels from dot to dot."""
        return 1 / self.frequency

    def nodes(self, highest: float = 0.75) -> np.ndarray:
        """The frequencies of the grid, n×2 (down, right), without the middle.

        Args:
            highest: cycles a pixel. Those above a half come back from the other end of the spectrum.
        """
        reach = int(highest / self.frequency)
        steps = np.arange(-reach, reach + 1)
        first, second = (one.ravel() for one in np.meshgrid(steps, steps, indexing="ij"))
        grid = np.stack([first * self.down - second * self.right, first * self.right + second * self.down], axis=1)
        return grid[((first != 0) | (second != 0)) & (np.hypot(grid[:, 0], grid[:, 1]) <= highest)]


def find_screens(plane: np.ndarray) -> list[Screen]:
    """The screens of one channel of a picture, the coarsest first: one, or several where inks mix in it.

    Args:
        plane: H×W float32, 0 to 1.
    """
    if min(plane.shape) < SIDE:
        return []
    windows = [window for window in _windows(plane) if _TONES[0] < window.mean() < _TONES[1]]
    return _screens_in(np.stack(windows)) if windows else []


def hann(side: int) -> np.ndarray:
    """A window that, laid over itself at half its side, adds up to 1; side×side float32."""
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(side) + 0.5) / side)
    return np.outer(wave, wave).astype(np.float32)


def _windows(plane: np.ndarray) -> Iterator[np.ndarray]:
    """Windows spread evenly over a plane."""
    height, width = plane.shape
    rows, columns = max(1, height // SIDE), max(1, width // SIDE)
    thin = max(1.0, (rows * columns / _MOST_WINDOWS) ** 0.5)
    for top in np.linspace(0, height - SIDE, max(1, round(rows / thin))).astype(int):
        for left in np.linspace(0, width - SIDE, max(1, round(columns / thin))).astype(int):
            yield plane[top : top + SIDE, left : left + SIDE]


def _screens_in(windows: np.ndarray) -> list[Screen]:
    """The screens of windows, n×SIDE×SIDE."""
    means = windows.mean(axis=(1, 2), keepdims=True)
    power = np.abs(np.fft.fftshift(np.fft.fft2((windows - means) * hann(SIDE)), axes=(1, 2))) ** 2
    # At a node, in a window whose tone is the mean of black and white, a wave of amplitude 1 has this power.
    full = (hann(SIDE).sum() / 2) ** 2
    amplitude = np.sqrt(np.quantile(power, 1 - _SHARE, axis=0) / full)
    standing = np.quantile(np.log(power + 1e-12) - np.log(_background(power) + 1e-12), 1 - _SHARE, axis=0)
    peaks = _peaks(standing)
    screens: list[Screen] = []
    middle = SIDE // 2
    for peak in sorted(peaks, key=lambda one: float(np.hypot(*one))):
        turned = np.array([-peak[1], peak[0]])
        near = max(_NEAR_BINS, _NEAR_SHARE * float(np.hypot(*peak)))
        partners = [other for other in peaks if min(np.hypot(*(other - turned)), np.hypot(*(other + turned))) < near]
        strengths = sorted(amplitude[tuple(np.rint(one).astype(int) + middle)] for one in (peak, *partners[:1]))
        if not partners or strengths[0] < max(_LEAST_AMPLITUDE, _ALIKE * strengths[1]):
            continue
        screen = Screen(float(peak[0]) / SIDE, float(peak[1]) / SIDE)
        if not any(_is_of(screen, other) for other in screens):
            screens.append(screen)
    return screens


def _background(power: np.ndarray) -> np.ndarray:
    """The median power at each distance from the middle, by window; n×SIDE×SIDE."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    ring = np.rint(np.hypot(rows, columns)).astype(int) // 3
    by_ring = np.stack([np.median(power[:, ring == one], axis=1) for one in range(ring.max() + 1)], axis=1)
    return by_ring[:, ring]


def _peaks(standing: np.ndarray) -> list[np.ndarray]:
    """The peaks of a spectrum, in bins from its middle at SIDE // 2; of each pair that mirrors itself, one."""
    highest = cv2.dilate(standing, np.ones((7, 7), np.uint8))
    rows, columns = np.nonzero((standing == highest) & (standing > _LEAST_PEAK))
    found = []
    for row, column in zip(rows, columns, strict=True):
        place = np.array([row - SIDE // 2, column - SIDE // 2], float)
        distance = float(np.hypot(*place))
        upper_half = place[0] > 0 or (place[0] == 0 and place[1] > 0)
        inside = 2 <= row < SIDE - 2 and 2 <= column < SIDE - 2
        if upper_half and inside and SIDE / _MOST_PERIOD <= distance <= SIDE / _LEAST_PERIOD:
            around = np.exp(0.5 * (standing[row - 1 : row + 2, column - 1 : column + 2]))
            shift = [(around.sum(axis=1 - axis) @ (-1, 0, 1)) / around.sum() for axis in (0, 1)]
            found.append(place + shift)
    return found


def _is_of(screen: Screen, other: Screen) -> bool:
    """Whether a screen is nothing but a node of another, or the same."""
    nodes = other.nodes()
    nearest = np.hypot(nodes[:, 0] - screen.down, nodes[:, 1] - screen.right).min() if len(nodes) else np.inf
    return bool(nearest < 2.5 / SIDE)
