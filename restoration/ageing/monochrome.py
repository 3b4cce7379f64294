"""Black-and-white printing: most old photographs never had colour, and many were toned."""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.noise import spread
from restoration.luma import LUMA

#: How an orthochromatic emulsion, blind to red, saw the world (until about 1920): dark lips, white skies.
ORTHOCHROMATIC = np.array([0.06, 0.54, 0.4], np.float32)

#: Toners: the exponent of red, green and blue (below 1 lightens the mid-tones), and what is left in the blacks.
#: Silver sulphide (sepia) is brown, selenium purplish, gold and platinum cool, Prussian blue (cyanotype) blue,
#: albumen and printing-out paper are reddish brown.
TONERS = {
    "sepia": ((0.76, 1.02, 1.48), (0.12, 0.06, 0.0)),
    "albumen": ((0.78, 1.04, 1.3), (0.16, 0.07, 0.03)),
    "warm": ((0.88, 1.0, 1.16), (0.05, 0.03, 0.0)),
    "selenium": ((0.96, 1.06, 1.0), (0.05, 0.0, 0.03)),
    "cool": ((1.06, 1.0, 0.94), (0.0, 0.01, 0.04)),
    "cyanotype": ((1.5, 1.02, 0.74), (0.0, 0.06, 0.2)),
}
TONER_SHARES = (0.45, 0.22, 0.22, 0.05, 0.04, 0.02)


def grey(image: np.ndarray, weights: np.ndarray = LUMA) -> np.ndarray:
    """The picture in grey, three equal channels; H×W×3 float32 in and out."""
    return spread(cv2.transform(image, np.asarray(weights, np.float32)[None]))


def is_grey(image: np.ndarray) -> bool:
    """Whether the three channels are equal, up to rounding (1/500 for pixels from 0 to 1), on every fourth row."""
    red, green, blue = (image[::4, :, channel] for channel in range(3))
    # Few colours have as much red as blue: the second test is seldom needed.
    return bool(np.abs(red - blue).max() <= 2e-3 and np.abs(red - green).max() <= 2e-3)


def grey_print(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A black-and-white print of a scene in colour, on paper as hard as the negative needed.

    The emulsion is panchromatic, or somewhere on the way to orthochromatic. A printer exposes so that the scene fills
    the paper's range, and more often too hard than too soft.

    Args:
        image: H×W×3 float32, 0 to 1.
        rng: source of randomness.
    """
    towards = 0.0 if rng.random() < 0.6 else rng.uniform(0, 1)
    light = cv2.transform(image, (LUMA * (1 - towards) + ORTHOCHROMATIC * towards)[None])
    low, high = np.quantile(light[::4, ::4], [0.01, 0.99])
    filled = rng.uniform(0.3, 1)
    low, high = filled * min(low, 0.3), 1 - filled * (1 - max(high, 0.6))
    light = np.clip((light - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    hardness = np.float32(rng.uniform(-0.1, 0.7))
    light += hardness * light * (1 - light) * (2 * light - 1)  # an S-curve: steepest in the middle
    return spread(light)


def tone(image: np.ndarray, strength: float, toner: str) -> np.ndarray:
    """A toned print: the mid-tones take the toner's colour, the blacks a little of it, the paper stays white.

    Args:
        image: H×W×3 float32, 0 to 1, grey.
        strength: 0 (nothing) to about 1.5.
        toner: one of ``TONERS``.

    Raises:
        KeyError: there is no such toner.
    """
    exponents, blacks = (np.array(values, np.float32) for values in TONERS[toner])
    logarithms = cv2.log(np.clip(image[..., 1], 1e-4, 1))
    lifts = blacks * np.float32(strength)
    powers = (cv2.exp(logarithms * exponent) for exponent in exponents ** np.float32(strength))
    return cv2.merge([lift + (1 - lift) * power for lift, power in zip(lifts, powers, strict=True)])


def random_toner(rng: np.random.Generator) -> str:
    """A toner, as often as it was used."""
    return str(rng.choice(list(TONERS), p=TONER_SHARES))
