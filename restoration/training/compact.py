"""The compact preset from nothing: pairs, tone, detector, VAE A, VAE B, mapping, and the two files that are bundled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from restoration.training.detector import train_detector
from restoration.training.export import export
from restoration.training.pairs import list_pictures, write_pairs
from restoration.training.restoration import train_mapping, train_vae_a, train_vae_b
from restoration.training.run import Plan
from restoration.training.tone import train_tone

#: How each network of the bundled weights was trained; the model cards tell on what machine.
PLANS: dict[str, Plan] = {
    "tone": Plan(hours=8 / 60, learning_rate=2e-3, batch=32, crop=64),
    "scratch-detector": Plan(hours=51 / 60, learning_rate=2e-3, batch=8, crop=160),
    "vae-a": Plan(hours=5 / 60, learning_rate=2e-3, batch=8, crop=128),
    "vae-b": Plan(hours=2.5 / 60, learning_rate=1e-3, batch=8, crop=128),
    "mapping": Plan(hours=40 / 60, learning_rate=1e-3, batch=6, crop=160),
}

#: The steps in their order; each needs what the ones before it left in the folder.
STEPS = ("pairs", *PLANS, "export")


@dataclass(frozen=True)
class Workshop:
    """Where a training finds and leaves its things.

    Attributes:
        data: holds ``photos/train``, ``faces/train``, ``old/train`` and, if at hand, ``defects/train``.
        out: gets ``pairs/``, a checkpoint and a log a network, and at last the weight files.
        device: auto, cpu, cuda or mps.
    """

    data: Path
    out: Path
    device: str = "auto"

    @property
    def pairs(self) -> Path:
        """Folder of the aged pairs."""
        return self.out / "pairs"

    def checkpoint(self, network: str) -> Path:
        """Checkpoint of a network's run."""
        return self.out / f"{network}.pt"


def run_step(step: str, shop: Workshop, hours: float | None = None) -> None:
    """Runs one step; a training that was stopped goes on where it was.

    Args:
        step: one of ``STEPS``.
        shop: folders and device.
        hours: time budget of a training; None takes the plan's.

    Raises:
        PictureError: a folder of the data holds no picture, or a picture is damaged.
    """
    if step == "pairs":
        _write_pairs(shop)
        return
    if step == "export":
        _export(shop)
        return
    plan = PLANS[step] if hours is None else replace(PLANS[step], hours=hours)
    tone, vae_a, vae_b = (shop.checkpoint(name) for name in ("tone", "vae_a", "vae_b"))
    trainings: dict[str, Callable[[], Path]] = {
        "tone": lambda: train_tone(shop.pairs, shop.out, plan, shop.device),
        "scratch-detector": lambda: train_detector(shop.pairs, shop.out, plan, shop.device),
        "vae-a": lambda: train_vae_a(
            shop.pairs, list_pictures(shop.data / "old/train"), tone, shop.out, plan, shop.device
        ),
        "vae-b": lambda: train_vae_b(shop.pairs, tone, vae_a, shop.out, plan, shop.device),
        "mapping": lambda: train_mapping(shop.pairs, tone, vae_a, vae_b, shop.out, plan, shop.device),
    }
    trainings[step]()


def _write_pairs(shop: Workshop) -> None:
    photos = list_pictures(shop.data / "photos/train")
    defects = shop.data / "defects/train"
    faces = shop.data / "faces/train"
    # Portraits are most of what people restore: one picture in three is a face.
    portraits = list_pictures(faces)[::3] if faces.is_dir() else []
    for seed, pictures in enumerate(([*photos, *portraits], photos)):
        write_pairs(pictures, shop.pairs, variants=1, seed=seed, defects=defects if defects.is_dir() else None)


def _export(shop: Workshop) -> None:
    mapping = shop.checkpoint("mapping")  # its run trained the VAEs further
    networks = {"tone": shop.checkpoint("tone"), "vae_a": mapping, "mapping": mapping, "vae_b": mapping}
    export(networks, shop.out / "compact_restorer.safetensors")
    detector = {"scratch_detector": shop.checkpoint("scratch_detector")}
    export(detector, shop.out / "compact_scratch_detector.safetensors")
