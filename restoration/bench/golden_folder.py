"""A folder like that of the official checkpoints, with weights by the golden rule: for machines that have none.

How long a network takes and how much memory does not depend on its numbers. The pictures that come out are noise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from restoration.bench.golden_weights import make_weights
from restoration.weights.official import CHECKPOINTS
from restoration.weights.reference import REFERENCE_NETWORKS


def write_golden_folder(folder: Path, sizes: Mapping[str, Mapping[str, Any]] | None = None) -> Path:
    """Writes every file of ``CHECKPOINTS``, 1.2 GB at the published sizes.

    Args:
        folder: where they go.
        sizes: constructor arguments by name of the network, for networks smaller than the published ones.

    Returns:
        The folder.
    """
    written: dict[str, Path] = {}
    for checkpoint in CHECKPOINTS.values():
        path = folder / checkpoint.path
        path.parent.mkdir(parents=True, exist_ok=True)
        same = written.setdefault(checkpoint.network, path)
        if same != path:  # two trainings of one network, here of the same weights
            _link(same, path)
            continue
        weights = _weights(checkpoint.network, (sizes or {}).get(checkpoint.network, {}))
        torch.save({checkpoint.inside: weights} if checkpoint.inside else weights, path)
    return folder


def _weights(network: str, size: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        shapes = REFERENCE_NETWORKS[network](**size).stored_shapes()
    prefix = "B." if network == "vae_b" else ""
    return {key: torch.from_numpy(values) for key, values in make_weights(shapes, prefix=prefix).items()}


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # not every file system has links
        shutil.copyfile(source, target)
