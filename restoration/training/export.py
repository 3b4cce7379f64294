"""From checkpoints to the files that are bundled: averaged weights, 8 bits, safetensors, no pickle."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from restoration.weights.eight_bits import stored

#: Restoring encodes with VAE A and decodes with VAE B; their other halves stay in the checkpoint.
UNUSED = {"vae_a": ("decoder.", "to_"), "vae_b": ("encoder.",)}


def export(networks: Mapping[str, Mapping[str, Tensor]], target: Path) -> str:
    """Writes the weights of networks into one file.

    Args:
        networks: state dicts by network.
        target: the ``.safetensors`` file; its keys are ``<network>.<key>``, see ``restoration.weights.eight_bits``.

    Returns:
        The file's SHA-256, for the registry.
    """
    tensors: dict[str, Tensor] = {}
    for name, state in networks.items():
        for key, value in state.items():
            if key.endswith("num_batches_tracked"):
                continue
            if name in UNUSED and key.startswith(UNUSED[name]):
                continue
            full = f"{name}.{key}"
            tensors |= stored(full, value) if value.is_floating_point() else {full: value.contiguous()}
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, target)
    return hashlib.sha256(target.read_bytes()).hexdigest()
