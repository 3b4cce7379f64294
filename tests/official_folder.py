"""A folder laid out as the official archives unpack, with networks that are small and quick."""

from pathlib import Path

import torch
from reference_networks import SMALL, state_dict

from restoration.weights.official import CHECKPOINTS
from restoration.weights.reference import REFERENCE_NETWORKS


def weights_of(name: str) -> dict[str, torch.Tensor]:
    """Small weights that differ from file to file, even where the networks are the same."""
    network = CHECKPOINTS[name].network
    return state_dict(REFERENCE_NETWORKS[network](**SMALL[network]).stored_shapes(), prefix=name)


def save(folder: Path, name: str, **how: object) -> Path:
    path = folder / CHECKPOINTS[name].path
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = weights_of(name)
    inside = CHECKPOINTS[name].inside
    torch.save({"epoch": 7, inside: weights} if inside else weights, path, **how)
    return path


def write_all(folder: Path) -> Path:
    """Every file of ``CHECKPOINTS``."""
    for name in CHECKPOINTS:
        save(folder, name)
    return folder
