"""A data folder, pairs and an outcome small enough to evaluate in seconds; photographs from scikit-image."""

from pathlib import Path

import numpy as np
from PIL import Image
from skimage.data import astronaut, chelsea

from restoration.evaluation.comparison import FOUND_MASK, ORIGINAL, TRUE_MASK, Judged
from restoration.evaluation.detection import DetectionCount
from restoration.evaluation.encoded import webp
from restoration.evaluation.metrics import Figures
from restoration.evaluation.outcome import Outcome


def cat() -> np.ndarray:
    return np.ascontiguousarray(chelsea()[:144, :160])


def woman() -> np.ndarray:
    return np.ascontiguousarray(astronaut()[:144, 140:284])


def write_data(folder: Path) -> Path:
    """photos/test with two photographs and old/test with one."""
    for name, picture in (("photos/test/cat", cat()), ("photos/test/woman", woman()), ("old/test/scan", woman())):
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    return folder


def scratched(clean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture faded, with a white scratch from top to bottom, and its mask."""
    mask = np.zeros(clean.shape[:2], np.uint8)
    mask[:, 60:63] = 255
    aged = np.where(mask[..., None] > 0, 250, 70 + clean * 0.5).astype(np.uint8)
    return aged, mask


def write_pairs(folder: Path) -> Path:
    """Two pairs, of a program that fades and scratches."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, clean in (("cat", cat()), ("woman", woman())):
        aged, mask = scratched(clean)
        for part, picture in (("clean", clean), ("aged", aged), ("mask", mask)):
            Image.fromarray(picture).save(folder / f"{name}_{part}.png")
    return folder


def outcome(cases: int = 12) -> Outcome:
    """Figures that nobody measured: ours gains 1 dB on the first case, 2 on the second and so on."""
    picture = webp(cat()[:24, :32])
    count = DetectionCount(0.6)
    count.add(np.array([[0.9, 0.2, 0.1, 0.7]]), np.array([[255, 0, 0, 0]]))
    names = ("input", "classical", "classical, true mask", "ours, true mask", "ours")
    judged = [
        Judged(
            f"case {number}",
            {name: Figures(20 + (number if name == "ours" else 0), 0.5) for name in names},
            dict.fromkeys(names, 0.5),
            dict.fromkeys((*names, ORIGINAL, FOUND_MASK, TRUE_MASK), picture),
        )
        for number in range(1, cases + 1)
    ]
    return Outcome(
        source="made up for a <test>",
        preset="compact",
        device="cpu",
        methods={name: f"About {name}." for name in names},
        judged=judged,
        detection=count.figures(),
        empty={"lpips": "LPIPS is empty: its network is not there."},
    )
