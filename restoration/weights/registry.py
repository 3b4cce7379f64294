"""Which weights there are, where they lie, what they may be used for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files

import torch

from restoration.errors import WeightsError
from restoration.weights.files import read_networks


@dataclass(frozen=True)
class BundledFile:
    """A weight file in this package; its model card lies beside it with the suffix ``.md``.

    Attributes:
        name: file name without suffix.
        sha256: of the file.
        networks: names of the networks in it, the prefixes of its keys.
        licence: of the weights.
        source: where they come from.
    """

    name: str
    sha256: str
    networks: tuple[str, ...]
    licence: str
    source: str


_OURS = "trained by this project, see the model card"

#: The bundled weights of the ``compact`` preset.
COMPACT_RESTORER = BundledFile(
    "compact_restorer",
    "3d4cc81bd1b19c893bf4d92986112bc61b6f303c4c679ec78875ff0e4fd41499",
    ("tone", "vae_a", "mapping", "vae_b"),
    "MIT; trained on photographs for research use",
    _OURS,
)
COMPACT_DETECTOR = BundledFile(
    "compact_scratch_detector",
    "1989c759e8ea2783e0bea5eff6e70916dca6da81ba9e610375ab830db0509e05",
    ("scratch_detector",),
    "MIT; trained on photographs for research use",
    _OURS,
)
COMPACT_FACES = BundledFile(
    "compact_faces",
    "32be1ca4295ddb4858184e71a0980d3d43d9d27a4b3e5eea05c46122832a918c",
    ("face",),
    "MIT; trained on portraits for research use",
    _OURS,
)
BUNDLED = (COMPACT_RESTORER, COMPACT_DETECTOR, COMPACT_FACES)


def is_there(bundled: BundledFile) -> bool:
    """Whether the file came with this installation."""
    return (files("restoration.weights") / "bundled" / f"{bundled.name}.safetensors").is_file()


def load_bundled(bundled: BundledFile) -> Mapping[str, dict[str, torch.Tensor]]:
    """The state dicts of a bundled file, float32 on the CPU, by network.

    Raises:
        WeightsError: the file is missing, damaged, or not the one that was released.
    """
    resource = files("restoration.weights") / "bundled" / f"{bundled.name}.safetensors"
    if not resource.is_file():
        raise WeightsError(f"The weights {bundled.name} are not in this installation.", "Install the program again.")
    with as_file(resource) as path:
        if hashlib.sha256(path.read_bytes()).hexdigest() != bundled.sha256:
            raise WeightsError(
                f"The weight file {path} is not the one that was released.", "Install the program again."
            )
        return read_networks(path, "Install the program again.")
