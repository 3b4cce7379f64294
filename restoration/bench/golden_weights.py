"""Weights anyone can make again: a network's keys and shapes decide every number, so no trained file is needed.

The golden files hold what the published networks answer with these weights. Each tensor's random numbers are seeded by
the checksum of its key; the spreads are those that keep activations of the same size from layer to layer.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np

Shapes = Mapping[str, Sequence[int]]

#: The attention's products are kept small, or softmax would pick single positions; the "sharp" files use 1.
SOFT = 0.3


def make_weights(shapes: Shapes, attn_gain: float = SOFT, prefix: str = "") -> dict[str, np.ndarray]:
    """Key to array. ``prefix`` goes before each key when seeding, so that two networks of equal keys can differ."""
    return {key: _tensor(key, shapes, attn_gain, prefix) for key in shapes}


def _tensor(key: str, shapes: Shapes, attn_gain: float, prefix: str) -> np.ndarray:
    shape = tuple(shapes[key])
    kind = key.rpartition(".")[2]
    if kind == "num_batches_tracked":
        return np.zeros(shape, np.int64)
    if kind in ("weight", "weight_orig") and len(shape) > 1:
        values = _kernel(key, shape, attn_gain, prefix)
    elif kind == "weight":
        values = 1 + 0.1 * _normal(key, shape, prefix)
    elif key == "last.1.bias":  # lifts the detector's answers, so that some of them pass the threshold
        values = np.full(shape, 0.6)
    elif kind == "bias":
        values = 0.05 * _normal(key, shape, prefix)
    elif kind == "running_mean":
        values = 0.1 * _normal(key, shape, prefix)
    elif kind == "running_var":
        values = np.exp(0.2 * _normal(key, shape, prefix))
    elif kind == "filt":
        values = np.broadcast_to(np.outer([1, 2, 1], [1, 2, 1]) / 16, shape)
    elif kind == "weight_u":
        values = _unit(_normal(key, shape, prefix))
    elif kind == "weight_v":
        layer = key.removesuffix("_v")
        u = _unit(_normal(f"{layer}_u", shapes[f"{layer}_u"], prefix))
        original = _kernel(f"{layer}_orig", shapes[f"{layer}_orig"], attn_gain, prefix)
        values = _unit(original.reshape(len(original), -1).T @ u)
    else:
        raise KeyError(f"no rule for {key}")
    return np.ascontiguousarray(values, dtype=np.float32)


def _normal(key: str, shape: Sequence[int], prefix: str) -> np.ndarray:
    seed = zlib.crc32((prefix + key).encode())
    return np.random.Generator(np.random.PCG64(seed)).standard_normal(tuple(shape))


def _kernel(key: str, shape: Sequence[int], attn_gain: float, prefix: str) -> np.ndarray:
    gain = attn_gain if key.split(".")[-2] in ("theta", "phi") else 1.0
    return gain * np.sqrt(2 / np.prod(shape[1:])) * _normal(key, shape, prefix)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
