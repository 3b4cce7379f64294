"""Where a training finds and leaves its things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from restoration.errors import WeightsError
from restoration.training.config import CONFIGS, PresetName, TrainingConfig
from restoration.training.run import averaged_state


@dataclass(frozen=True)
class Workshop:
    """Folders, device and preset of a training.

    Attributes:
        data: holds ``photos/train``, ``faces/train``, ``old/train`` and, if at hand, ``defects/train``.
        out: gets ``pairs/``, ``faces/``, a checkpoint and a log a network, and at last the weight files.
        device: auto, cpu, cuda or mps.
        preset: whose networks are trained.
        start: weights to start from instead of from nothing, by network.
        non_local: False trains a mapping without the partial non-local block, to measure what it is worth.
        latent: False trains encoder, mapping and decoder on pictures alone, to measure what the VAEs are worth.
    """

    data: Path
    out: Path
    device: str = "auto"
    preset: PresetName = "compact"
    start: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)
    non_local: bool = True
    latent: bool = True

    @property
    def pairs(self) -> Path:
        """Folder of the aged pairs."""
        return self.out / "pairs"

    @property
    def face_pairs(self) -> Path:
        """Folder of the aged faces."""
        return self.out / "faces"

    @property
    def pictures(self) -> Path:
        """Folder of the packed clean pictures."""
        return self.out / "pictures"

    @property
    def configs(self) -> Mapping[str, TrainingConfig]:
        """The settings of the preset's trainings, by step."""
        return CONFIGS[self.preset]

    def checkpoint(self, run: str) -> Path:
        """Checkpoint of a run."""
        return self.out / f"{run}.pt"

    def learnt(self, network: str, *runs: str) -> dict[str, Tensor]:
        """The weights of a network: of the first of these runs that was made, or else those to start from.

        Raises:
            WeightsError: neither is there.
        """
        for run in runs:
            if self.checkpoint(run).is_file():
                return averaged_state(self.checkpoint(run), network)
        if network in self.start:
            return dict(self.start[network])
        raise WeightsError(
            f"There are no weights of {network} in {self.out}.",
            f"Train {runs[-1].replace('_', '-')} first, or name a weight file with --start.",
        )
