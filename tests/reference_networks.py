"""The published networks filled with the golden weights; each is made once, because the numbers take seconds."""

from __future__ import annotations

from functools import cache

import torch
from golden_files import published_shapes
from torch import Tensor

from restoration.bench.golden_weights import SOFT, Shapes, make_weights
from restoration.networks.base import StoredNetwork
from restoration.weights import from_reference

#: Name of the published network: the file with its keys.
KEYS = {
    "scratch_detector": "detection_unet",
    "vae_a": "vae_generator",
    "vae_b": "vae_generator",
    "mapping_quality": "mapping_quality",
    "mapping_scratch": "mapping_scratch",
    "mapping_patch_attention": "mapping_patch_attention",
    "face_generator": "face_generator",
}

#: Constructor arguments that make each network a matter of milliseconds.
SMALL = {
    "scratch_detector": {"widths": (2, 4, 6)},
    "vae_a": {"width": 4},
    "vae_b": {"width": 4},
    "mapping_quality": {"widths": (4, 6, 8, 10)},
    "mapping_scratch": {"widths": (4, 6, 8, 10)},
    "mapping_patch_attention": {"widths": (4, 6, 8, 10)},
    "face_generator": {"width": 2, "hidden": 3},
}


def state_dict(shapes: Shapes, attn_gain: float = SOFT, prefix: str = "") -> dict[str, Tensor]:
    return {key: torch.from_numpy(array) for key, array in make_weights(shapes, attn_gain, prefix).items()}


@cache
def reference_network(name: str, attn_gain: float = SOFT) -> StoredNetwork:
    prefix = "B." if name == "vae_b" else ""
    return from_reference(name, state_dict(published_shapes(KEYS[name]), attn_gain, prefix))
