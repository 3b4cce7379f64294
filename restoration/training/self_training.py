"""Real scans teach the detector what synthetic ones lack: self-training with what it is sure of.

No real scan has a mask. So the trained detector, the teacher, looks at each scan in four mirrorings; where it is sure
that there is damage, or that there is none, its verdict is the label; the rest does not count. Over the scans, new
synthetic damage is painted, whose mask is known. Half of each batch stays synthetic, so that a teacher's errors do not
grow (compare Xie et al. 2020, "Self-training with Noisy Student").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor

from restoration.ageing import Materials
from restoration.ageing.recipe import STRUCTURED_ONLY
from restoration.ageing.structured import age_structured
from restoration.luma import LUMA
from restoration.networks.scratch_detector import ScratchDetector
from restoration.tiling import pad_to_multiple
from restoration.training.config import TrainingConfig
from restoration.training.detector import detector_loss, synthetic_crops
from restoration.training.pairs import LONGEST_SIDE, PairSet, read_rgb
from restoration.training.run import Losses, Run

#: The teacher is believed below the first and above the second probability.
SOUND_BELOW, DAMAGED_ABOVE = 0.25, 0.85
#: Share of the real crops that get painted damage as well.
PAINTED_SHARE = 0.7


MIRRORINGS: tuple[tuple[int, ...], ...] = ((), (2,), (3,), (2, 3))


@dataclass(frozen=True)
class LabelledScan:
    """A real scan and the teacher's verdict.

    Attributes:
        image: H×W×3 uint8.
        probability: of damage, H×W float32.
    """

    image: np.ndarray
    probability: np.ndarray


@torch.inference_mode()
def teacher_probability(teacher: ScratchDetector, image: np.ndarray) -> np.ndarray:
    """The mean verdict over four mirrorings; H×W×3 uint8 to H×W float32."""
    height, width = image.shape[:2]
    multiple = teacher.size_multiple
    grey = pad_to_multiple(image.astype(np.float32) / 255 @ LUMA, multiple, 2 * multiple)
    x = torch.from_numpy(np.ascontiguousarray(grey))[None, None] * 2 - 1
    verdicts = torch.stack([teacher(x.flip(axes)).sigmoid().flip(axes) for axes in MIRRORINGS])
    return verdicts.mean(dim=0)[0, 0, :height, :width].numpy()


def label_scans(teacher: ScratchDetector, pictures: Sequence[Path], crop: int) -> list[LabelledScan]:
    """Every scan that is large enough for a crop, with the teacher's verdict."""
    teacher.eval()
    labelled = []
    for path in track(pictures, "Looking at scans", console=Console(stderr=True)):
        image = read_rgb(path, LONGEST_SIDE)
        if min(image.shape[:2]) >= crop:
            labelled.append(LabelledScan(image, teacher_probability(teacher, image)))
    return labelled


def labelled_crop(
    scan: LabelledScan, crop: int, materials: Materials, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A crop of a scan, perhaps with new damage painted over it.

    Returns:
        The crop, c×c×3 float32, 0 to 1; its label, c×c, 0 or 1; and where the label counts, c×c, 0 or 1.
    """
    y, x = (int(rng.integers(side - crop + 1)) for side in scan.image.shape[:2])
    image = scan.image[y : y + crop, x : x + crop].astype(np.float32) / 255
    verdict = scan.probability[y : y + crop, x : x + crop]
    label, counts = verdict > DAMAGED_ABOVE, (verdict < SOUND_BELOW) | (verdict > DAMAGED_ABOVE)
    if rng.random() < PAINTED_SHARE:
        image, mask = age_structured(image, STRUCTURED_ONLY, materials, int(rng.integers(2**62)))
        label, counts = label | (mask > 127), counts | (mask > 127)
    return image, label.astype(np.float32), counts.astype(np.float32)


def train_on_scans(
    pairs: Path,
    scans: Sequence[LabelledScan],
    materials: Materials,
    network: ScratchDetector,
    folder: Path,
    config: TrainingConfig,
    device: str = "auto",
) -> Path:
    """Trains a detector further, half on pairs and half on labelled scans; returns its checkpoint.

    Args:
        pairs: folder of aged pairs.
        scans: from ``label_scans``.
        materials: for the painted damage.
        network: the teacher's copy, which learns.
        folder, config, device: of the run.
    """
    run = Run("self_training", {"scratch_detector": network}, config, folder, device)
    data = PairSet(pairs, config.crop)

    def real_crops(count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        drawn = [labelled_crop(scans[int(rng.integers(len(scans)))], config.crop, materials, rng) for _ in range(count)]
        images, labels, counts = (np.stack(parts) for parts in zip(*drawn, strict=True))
        grey = torch.from_numpy((images @ LUMA)[:, None]).float() * 2 - 1
        return grey, torch.from_numpy(labels)[:, None], torch.from_numpy(counts)[:, None]

    def losses_of_step(rng: np.random.Generator) -> Losses:
        half = config.batch // 2
        grey, mask = synthetic_crops(data, config.batch - half, rng)
        real, label, counts = real_crops(half, rng)
        image = torch.cat([grey, real]).to(run.compute.device).contiguous(memory_format=torch.channels_last)
        aim = torch.cat([mask, label]).to(image.device)
        weight = torch.cat([torch.ones_like(mask), counts]).to(image.device)
        logits = run.networks["scratch_detector"](image).float()
        return {"total": detector_loss(logits, aim, weight)}

    run.fit(losses_of_step)
    return run.checkpoint
