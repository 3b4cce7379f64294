"""The golden files: a small set lies in ``tests/golden``, a larger one may lie beside the repository."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

BUNDLED = Path(__file__).parent / "golden"
BESIDE = Path(__file__).parents[1].parent / "shared" / "golden"


def find(name: str) -> Path | None:
    """The file ``name``.npz, or None if it is not on this machine."""
    candidates = (folder / f"{name}.npz" for folder in (BUNDLED, BESIDE))
    return next((path for path in candidates if path.is_file()), None)


def golden(name: str, *values: object) -> object:
    """A pytest parameter (``name``, *values); skipped where there is no such file."""
    absent = pytest.mark.skipif(find(name) is None, reason=f"golden file {name} is not on this machine")
    return pytest.param(name, *values, marks=absent, id=name)


def arrays(name: str) -> dict[str, np.ndarray]:
    path = find(name)
    assert path is not None
    with np.load(path) as file:
        return dict(file)


def tensors(name: str) -> dict[str, Tensor]:
    return {key: torch.from_numpy(array) for key, array in arrays(name).items()}


def published_shapes(keys: str) -> dict[str, list[int]]:
    """State-dict key to shape of a published network."""
    return json.loads((BUNDLED / f"keys_{keys}.json").read_text())
