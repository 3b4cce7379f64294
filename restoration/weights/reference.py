"""Published state dicts to networks, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restoration.errors import WeightsError
from restoration.networks.base import StoredNetwork
from restoration.networks.face_generator import FaceGenerator
from restoration.networks.mapping import QualityMapping
from restoration.networks.partial_nonlocal import ScratchMapping
from restoration.networks.patch_attention import PatchAttentionMapping
from restoration.networks.scratch_detector import ScratchDetector
from restoration.networks.vae import Vae

#: The published networks and what they are here.
REFERENCE_NETWORKS: dict[str, type[StoredNetwork]] = {
    "scratch_detector": ScratchDetector,
    "vae_a": Vae,
    "vae_b": Vae,
    "mapping_quality": QualityMapping,
    "mapping_scratch": ScratchMapping,
    "mapping_patch_attention": PatchAttentionMapping,
    "face_generator": FaceGenerator,
}


def from_reference(name: str, state_dict: Mapping[str, Any]) -> StoredNetwork:
    """The network ``name`` with the published weights, float32, on the CPU, in eval mode.

    Keys that the network does not know are ignored; batch norm's ``num_batches_tracked`` may be absent.

    Raises:
        WeightsError: there is no such network, or keys are missing or wrong in shape; the error names them.
    """
    if name not in REFERENCE_NETWORKS:
        raise WeightsError(f"There is no network {name!r}.", f"Choose one of: {', '.join(REFERENCE_NETWORKS)}.")
    return REFERENCE_NETWORKS[name].from_state_dict(state_dict)
