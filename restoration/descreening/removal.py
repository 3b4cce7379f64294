"""Takes screens out of a picture: in each window, what stands out at their nodes is brought down to what is beside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from restoration.descreening.finding import Screen, hann

#: How far around a node the spectrum is brought down, as a share of the way to the next node; from half of it on less
#: and less.
_REACH = 0.6
#: A window of at least so many periods, a power of two, within these.
_PERIODS, _LEAST_SIDE, _MOST_SIDE = 16, 64, 256
#: A window has a screen where its waves in both directions stand out so much, and have this amplitude. Elsewhere it is
#: left as it is: what is no print on the same page, text above all.
_STANDS_OUT, _LEAST_AMPLITUDE = 4.0, 0.015
#: So many pixels of windows are transformed at a time.
_BATCH = 1 << 19


def without_screens(plane: np.ndarray, screens: list[Screen], progress: Callable[[float], None]) -> np.ndarray:
    """One channel of a picture without its screens, H×W float32, 0 to 1.

    Args:
        plane: H×W float32, 0 to 1.
        screens: see ``finding.find_screens``; at least one.
        progress: told the share that is done; may raise to cancel.
    """
    wanted = _PERIODS * max(screen.period for screen in screens)
    side = min(_MOST_SIDE, max(_LEAST_SIDE, 1 << int(np.ceil(np.log2(wanted)))))
    notches, window = _Notches(screens, side), hann(side)
    height, width = plane.shape
    half = side // 2
    # Windows overlap by half; at its edges the picture is mirrored.
    padded = np.pad(plane, ((half, half + -height % half), (half, half + -width % half)), mode="reflect")
    total = np.zeros_like(padded)
    tops, lefts = (range(0, length - side + 1, half) for length in padded.shape)
    batch = max(1, _BATCH // side**2)
    for row, top in enumerate(tops):
        for first in range(0, len(lefts), batch):
            some = lefts[first : first + batch]
            stack = np.stack([padded[top : top + side, left : left + side] for left in some])
            for left, cleaned in zip(some, _cleaned(stack, window, notches), strict=True):
                total[top : top + side, left : left + side] += cleaned
        progress((row + 1) / len(tops))
    result = total[half : half + height, half : half + width]
    return np.clip(result, 0, 1, out=result)


class _Notches:
    """Where the spectrum of a window is brought down: around the nodes of all screens, in the half that is computed.

    Args:
        screens: whose.
        side: of the window.

    Attributes:
        inside: bins in reach of a node, as indices of the flattened half spectrum.
        node: of each of those, the nearest node.
        weight: of each of those, 1 near the node, 0 where its reach ends.
        beside: nodes×bins, the mean over what lies around a node.
        core: nodes×9, the bins nearest to a node.
        screen: of each node, the number of its screen.
        firsts: screens×2, the two nodes nearest to the middle of each.
    """

    def __init__(self, screens: list[Screen], side: int) -> None:
        places = np.concatenate([screen.nodes() for screen in screens])
        reaches = np.concatenate([np.full(len(one.nodes()), _REACH * one.frequency) for one in screens])
        reaches = np.maximum(reaches, 2.5 / side)
        rows, columns = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
        shares = np.empty((len(places), side * columns.size), np.float32)
        for number, (place, reach) in enumerate(zip(places, reaches, strict=True)):
            away = [np.hypot(_wrapped(rows - sign * place[0]), _wrapped(columns - sign * place[1])) for sign in (1, -1)]
            shares[number] = (np.minimum(*away) / reach).ravel()
        nearest = shares.argmin(axis=0)
        share = shares.min(axis=0)
        self.inside = np.flatnonzero(share < 1)
        self.node = nearest[self.inside]
        self.weight = np.clip(2 - 2 * share[self.inside], 0, 1)
        around = ((shares >= 1) & (shares < 1.35) & (share >= 0.6)).astype(np.float32)
        self.beside = around / np.maximum(around.sum(axis=1, keepdims=True), 1)
        self.core = np.argsort(shares, axis=1)[:, :9]
        self.screen = np.concatenate([np.full(len(one.nodes()), number) for number, one in enumerate(screens)])
        self.firsts = np.stack([_firsts(one, places, self.screen == number) for number, one in enumerate(screens)])


def _firsts(screen: Screen, places: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Which of the places, of those that are its own, are the two waves of which a screen is made."""
    waves = np.array([[screen.down, screen.right], [-screen.right, screen.down]])
    away = np.where(own, np.hypot(*(places[None] - waves[:, None]).transpose(2, 0, 1)), np.inf)
    return away.argmin(axis=1)


def _wrapped(frequency: np.ndarray) -> np.ndarray:
    """Beyond its end the spectrum begins again."""
    return frequency - np.rint(frequency)


def _cleaned(stack: np.ndarray, window: np.ndarray, notches: _Notches) -> np.ndarray:
    """Windows of a plane, n×side×side, weighted for adding up, without the screens."""
    mean = stack.mean(axis=(1, 2), keepdims=True)
    spectrum = np.fft.rfft2((stack - mean) * window)
    flat = spectrum.reshape(len(stack), -1)
    strength = np.log(np.abs(flat) + np.float32(1e-9))
    beside = strength @ notches.beside.T
    peaks = strength[:, notches.core].max(axis=2)
    # A wave of amplitude 1 has half the sum of the window.
    least = np.maximum(beside + np.log(_STANDS_OUT), np.log(_LEAST_AMPLITUDE * window.sum() / 2))
    has_screen = (peaks > least)[:, notches.firsts].all(axis=2)
    if has_screen.any():
        above = strength[:, notches.inside] - beside[:, notches.node]
        above *= has_screen[:, notches.screen[notches.node]]
        # What is so much stronger is screen but for a share of its power: Wiener's filter, which keeps that share.
        flat[:, notches.inside] *= 1 - notches.weight * (1 - np.exp(-2 * np.maximum(above, 0)))
    return np.fft.irfft2(spectrum, s=stack.shape[1:]).astype(np.float32, copy=False) + mean * window
