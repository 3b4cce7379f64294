"""Run as a program: restores one picture with all stages on and answers this process's peak memory in bytes.

Usage: python peak_of_restoring.py PRESET WIDTH HEIGHT DEPTH [FOLDER, of the official weights] [--scratches-only]
    [--memory=GIGABYTES]
"""

from __future__ import annotations

import sys

import numpy as np

from restoration.bench.own_peak import own_peak_bytes
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.settings import Settings


def main(
    preset: str, width: int, height: int, depth: int, folder: str | None, only_scratches: bool, memory: float | None
) -> int:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
    if depth == 16:
        pixels = pixels.astype(np.uint16) * np.uint16(257)
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : height // 3 + 9] = 255
    mask[:, width // 2 : width // 2 + 9] = 255
    mask[height // 2 : height // 2 + height // 8, width // 8 : width // 4] = 255
    hints = np.zeros((height, width, 4), np.uint8)
    hints[height // 6 : height // 5, width // 6 : width // 5] = (200, 60, 40, 255)
    settings = Settings.from_dict(
        {
            "preset": preset,
            "models": folder,
            "device": "cpu",
            "scratches": {"mask_mode": "unite"},
            "quality": {"always": True, "enabled": not only_scratches},
            "colour": {"enabled": True},
            "memory_gigabytes": memory,
        }
    )
    photo = Photo(pixels)
    layers = list(restore(photo, settings, mask, hints=hints))
    flatten(photo, stacked(layers))
    return own_peak_bytes()


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    memory = next((float(word.partition("=")[2]) for word in sys.argv if word.startswith("--memory=")), None)
    of_official = given[4] if len(given) > 4 else None
    sys.stdout.write(
        str(
            main(
                given[0],
                int(given[1]),
                int(given[2]),
                int(given[3]),
                of_official,
                "--scratches-only" in sys.argv,
                memory,
            )
        )
    )
