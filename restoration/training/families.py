"""The networks of a preset as their training sees them: one shape for the compact and for the published ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.fill import fill_holes
from restoration.networks.mapping import QualityMapping
from restoration.networks.partial_nonlocal import ScratchMapping
from restoration.networks.vae import Vae
from restoration.training.config import PresetName


@dataclass(frozen=True)
class Family:
    """How a preset restores, in steps; pictures N×3×H×W in [-1, 1], masks N×1×H×W, 1 = hole.

    Attributes:
        new_vae: an untrained VAE with ``encode`` and ``decode``.
        vae_from: a VAE, or its half, from stored weights.
        new_mapping: an untrained mapping; True with the partial non-local block.
        mapping_from: a mapping from stored weights.
        prepare: (picture, mask) to what the encoder of A sees in place of the holes.
        translate: (mapping, latent, mask) to the latent of the restored picture.
        draw: (VAE B, latent, prepared picture) to the restored picture.
        toned: whether the tone network goes first.
    """

    new_vae: Callable[[], nn.Module]
    vae_from: Callable[[dict[str, Tensor]], nn.Module]
    new_mapping: Callable[[bool], nn.Module]
    mapping_from: Callable[[dict[str, Tensor]], nn.Module]
    prepare: Callable[[Tensor, Tensor], Tensor]
    translate: Callable[[nn.Module, Tensor, Tensor], Tensor]
    draw: Callable[[nn.Module, Tensor, Tensor], Tensor]
    toned: bool


def whitened(image: Tensor, mask: Tensor) -> Tensor:
    """The picture with its holes painted white, as the published pipeline hands it on."""
    return torch.where(mask > 0, torch.ones_like(image), image)


def _paper_mapping(state: dict[str, Tensor]) -> nn.Module:
    kind = ScratchMapping if "NL.theta.weight" in state else QualityMapping
    return kind.from_state_dict(state).train()


COMPACT_FAMILY = Family(
    new_vae=CompactVAE,
    vae_from=lambda state: CompactVAE.from_state_dict(state).train(),
    new_mapping=lambda non_local: CompactMapping(non_local=non_local),
    mapping_from=lambda state: CompactMapping.from_state_dict(state).train(),
    prepare=fill_holes,
    translate=lambda mapping, z, mask: mapping(z, mask),
    draw=lambda vae, z, image: vae.decode_onto(z, image),  # type: ignore[operator] # a CompactVAE
    toned=True,
)

PAPER_FAMILY = Family(
    new_vae=Vae,
    vae_from=lambda state: Vae.from_state_dict(state).train(),
    new_mapping=lambda non_local: ScratchMapping() if non_local else QualityMapping(),
    mapping_from=_paper_mapping,
    prepare=whitened,
    translate=lambda mapping, z, mask: mapping(z, mask) if isinstance(mapping, ScratchMapping) else mapping(z),
    draw=lambda vae, z, image: vae.decode(z),  # type: ignore[operator] # a Vae
    toned=False,
)

FAMILIES: dict[PresetName, Family] = {"compact": COMPACT_FAMILY, "paper": PAPER_FAMILY}
