"""Complex shading and silvering: smooth changes over the picture that no single curve undoes.

Wan et al. 2020 (section 5, limitations) name complex shading as what their method can't restore, for want of it in
its training pictures.
"""

from __future__ import annotations

import cv2
import numpy as np

from restoration.ageing.noise import draw_log, fractal_field, spread

#: Shading is smooth: it is made at this shorter side and enlarged.
COARSE = 48


def _coarse_size(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, COARSE / min(height, width))
    return max(2, round(height * scale)), max(2, round(width * scale))


def shading_field(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Bands, gradients and clouds, summed. H×W float32, mean about 0, most values in [-1, 1]."""
    rows, columns = _coarse_size(height, width)
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    turn = rng.uniform(0, 2 * np.pi)
    along = x * np.cos(turn) + y * np.sin(turn)
    field = rng.uniform(-0.6, 0.6) * along
    if rng.random() < 0.6:  # a bent or rolled print under one lamp
        field += 0.5 * np.sin(along * rng.uniform(1.5, 7) + rng.uniform(0, 2 * np.pi)) * rng.uniform(0.3, 1)
    if rng.random() < 0.5:  # a patch where something lay on it, or light fell on it
        corner = rng.uniform(-1, 1, 2)
        soft = draw_log(4, 30, rng)
        frame = np.minimum(1 - np.abs(x - corner[0]), 1 - np.abs(y - corner[1])) * soft
        field += rng.choice([-0.5, 0.5]) * np.clip(frame, 0, 1)
    field += fractal_field(rows, columns, rng.uniform(1, 4), 3, rng) * rng.uniform(0.2, 0.8)
    field -= field.mean()
    return cv2.resize(field.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def shade(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Complex shading: contrast, brightness and tint change from place to place. H×W×3 float32 in and out."""
    height, width = image.shape[:2]
    field = shading_field(height, width, rng)
    tint = (1 + rng.normal(0, 0.08, 3)).astype(np.float32)
    if rng.random() < 0.5:  # light lost: all tones go down in proportion
        return image * (1 + cv2.merge([np.float32(amount) * field * share for share in tint]))
    # Silver lost: the picture fades towards its paper here and there.
    faded = np.clip(np.float32(amount) * (field + 0.5), 0, 0.9)
    paper = np.float32(rng.uniform(0.6, 0.95)) * tint
    return image * spread(1 - faded) + cv2.merge([faded * share for share in paper])


def silvering(image: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Silver mirroring: silver that wandered to the surface gives dark parts near the borders a bluish sheen.

    Args:
        image: H×W×3 float32, 0 to 1.
        amount: how bright the sheen is on black, 0 to 1.
        rng: source of randomness.
    """
    height, width = image.shape[:2]
    rows, columns = _coarse_size(height, width)
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    border = np.maximum(np.abs(x), np.abs(y)) ** rng.uniform(2, 8)
    where = np.clip(border + fractal_field(rows, columns, 3, 3, rng) * 0.7, 0, 1).astype(np.float32)
    sheen = cv2.resize(where, (width, height), interpolation=cv2.INTER_LINEAR) * np.float32(amount)
    dark = (1 - image[..., 1]) ** 2
    glow = sheen * dark
    return image + cv2.merge([glow * np.float32(share) for share in (0.82, 0.92, 1.05)])
