"""Our own weight files: safetensors, keys ``<network>.<key>``, large tensors in 8 bits."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from restoration.errors import WeightsError
from restoration.weights.eight_bits import SCALE_SUFFIX, restored


def read_networks(
    path: Path, remedy: str = "Name a .safetensors file that training exported."
) -> dict[str, dict[str, torch.Tensor]]:
    """The state dicts in a file, float32 on the CPU, by network.

    Args:
        path: of the file.
        remedy: what to do if it cannot be read.

    Raises:
        WeightsError: the file is missing, damaged, or no such file.
    """
    if not path.is_file():
        raise WeightsError(f"There is no weight file {path}.", remedy)
    out: dict[str, dict[str, torch.Tensor]] = {}
    try:
        with safe_open(path, "pt") as stored:
            keys = set(stored.keys())
            for key in sorted(keys):
                if key.endswith(SCALE_SUFFIX):
                    continue
                network, _, rest = key.partition(".")
                scale = stored.get_tensor(key + SCALE_SUFFIX) if key + SCALE_SUFFIX in keys else None
                out.setdefault(network, {})[rest] = restored(stored.get_tensor(key), scale)
    except (SafetensorError, ValueError) as error:
        raise WeightsError(f"The weight file {path} is damaged.", remedy) from error
    return out
