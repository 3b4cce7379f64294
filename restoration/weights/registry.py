"""Which weights there are, where they lie, what they may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files

import torch

from restoration.errors import WeightsError
from restoration.file_sums import sha256_of
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
    "0d513f4f480b3f473b2146091164991b1a9dcfe7af0220176534ab501d6d0a6c",
    ("tone", "vae_a", "mapping", "vae_b"),
    "MIT; trained on photographs for research use",
    _OURS,
)
COMPACT_DETECTOR = BundledFile(
    "compact_scratch_detector",
    "cefd39cf3f1142f300ec2ada2a11520568bf4b5f037290222e071bcfea52ee78",
    ("scratch_detector",),
    "MIT; trained on photographs for research use",
    _OURS,
)
COMPACT_FACES = BundledFile(
    "compact_faces",
    "7803ef3839acd8809e6c223f93540e66700feb1b9b339b3494db73c7740f3fb8",
    ("face",),
    "MIT; trained on portraits for research use",
    _OURS,
)
COMPACT_INPAINTING = BundledFile(
    "compact_inpainting",
    "a2056a643725aaac1f453e53c1e9a26bd02c479abb11eb81d2b36374ea24b82b",
    ("inpainting",),
    "MIT; trained on photographs and portraits for research use",
    _OURS,
)
COMPACT_COLOUR = BundledFile(
    "compact_colour",
    "aea3d6ce108670d2f282b54ead8b576f993dd78ad547ed236e0d907759aa525a",
    ("colour",),
    "MIT; trained on photographs and portraits for research use",
    _OURS,
)
BUNDLED = (COMPACT_RESTORER, COMPACT_DETECTOR, COMPACT_FACES, COMPACT_INPAINTING, COMPACT_COLOUR)


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
        if sha256_of(path) != bundled.sha256:
            raise WeightsError(
                f"The weight file {path} is not the one that was released.", "Install the program again."
            )
        return read_networks(path, "Install the program again.")
