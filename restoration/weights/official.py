"""The officially published checkpoints: as their two archives unpack, or as ``models fetch`` has saved them.

Nothing in a checkpoint is run: they are read as plain tensors (``weights_only``). All that was asked for is checked
when the folder is opened, so that a missing download shows at once and not halfway through a picture; the networks
themselves are made one at a time, because together they fill 1.5 GB.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from safetensors import SafetensorError
from safetensors.torch import load_file

from restoration.errors import SettingsError, WeightsError
from restoration.networks.base import StoredNetwork, enumerate_briefly
from restoration.weights.checkpoint_files import UnreadableError, read_checkpoint
from restoration.weights.reference import REFERENCE_NETWORKS, from_reference

Group = Literal["detection", "quality", "scratch", "high_resolution", "faces"]
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True)
class Checkpoint:
    """One published file.

    Attributes:
        path: where it lies in the official folder.
        network: its name in ``REFERENCE_NETWORKS``.
        groups: what needs it.
        inside: the key under which the file holds the state dict; None if it is the file itself.
    """

    path: str
    network: str
    groups: tuple[Group, ...]
    inside: str | None = None


_RESTORATION = "Global/checkpoints/restoration"
_FACES = "Face_Enhancement/checkpoints"

#: The published files. ``vae_b_*`` are two trainings of one network, and so are ``face_*``, for faces of 256 and of 512
#: pixels.
CHECKPOINTS: dict[str, Checkpoint] = {
    "scratch_detector": Checkpoint(
        "Global/checkpoints/detection/FT_Epoch_latest.pt", "scratch_detector", ("detection",), inside="model_state"
    ),
    "vae_a": Checkpoint(
        f"{_RESTORATION}/VAE_A_quality/latest_net_G.pth", "vae_a", ("quality", "scratch", "high_resolution")
    ),
    "vae_b_quality": Checkpoint(f"{_RESTORATION}/VAE_B_quality/latest_net_G.pth", "vae_b", ("quality",)),
    "vae_b_scratch": Checkpoint(
        f"{_RESTORATION}/VAE_B_scratch/latest_net_G.pth", "vae_b", ("scratch", "high_resolution")
    ),
    "mapping_quality": Checkpoint(
        f"{_RESTORATION}/mapping_quality/latest_net_mapping_net.pth", "mapping_quality", ("quality",)
    ),
    "mapping_scratch": Checkpoint(
        f"{_RESTORATION}/mapping_scratch/latest_net_mapping_net.pth", "mapping_scratch", ("scratch",)
    ),
    "mapping_patch_attention": Checkpoint(
        f"{_RESTORATION}/mapping_Patch_Attention/latest_net_mapping_net.pth",
        "mapping_patch_attention",
        ("high_resolution",),
    ),
    "face_256": Checkpoint(f"{_FACES}/Setting_9_epoch_100/latest_net_G.pth", "face_generator", ("faces",)),
    "face_512": Checkpoint(f"{_FACES}/FaceSR_512/latest_net_G.pth", "face_generator", ("faces",)),
}


@dataclass(frozen=True)
class OfficialModels:
    """An official folder whose files have been checked.

    Attributes:
        folder: the folder that holds ``Global`` and ``Face_Enhancement``.
        names: the networks at hand, names of ``CHECKPOINTS``.
    """

    folder: Path
    names: tuple[str, ...]

    def network(self, name: str) -> StoredNetwork:
        """The network ``name``, read from its file, float32, on the CPU, in eval mode.

        Each call reads the file again: whoever needs the network keeps it, and lets go of it to free its memory.

        Raises:
            WeightsError: the network was not asked for, or its file has gone or changed since the folder was opened.
        """
        if name not in self.names:
            raise WeightsError(f"The network {name!r} was not loaded.", f"Choose one of: {', '.join(self.names)}.")
        checkpoint = CHECKPOINTS[name]
        try:
            return from_reference(checkpoint.network, _read(self.folder, name))
        except UnreadableError as error:
            raise WeightsError(f"{checkpoint.path}: {error}.", _REMEDY) from error


def load_official(folder: str | Path, require: Collection[str] = GROUPS) -> OfficialModels:
    """Opens and checks the officially published weights.

    Args:
        folder: holds ``Global`` and ``Face_Enhancement``, as the two official archives unpack, or what ``models fetch``
            saved; of a network that is there in both forms the latter is taken.
        require: the groups wanted: ``detection``, ``quality``, ``scratch``, ``high_resolution``, ``faces``.
            Files of other groups are neither needed nor opened.

    Raises:
        SettingsError: there is no such group.
        WeightsError: files are missing, are no checkpoints or hold another network; the one error names them all.
    """
    unknown = [group for group in require if group not in GROUPS]
    if unknown:
        raise SettingsError(f"There is no group of weights {unknown[0]!r}.", f"Choose from: {', '.join(GROUPS)}.")
    folder = Path(folder)
    wanted = {name: file for name, file in CHECKPOINTS.items() if not set(file.groups).isdisjoint(require)}
    wrong: list[str] = []
    for name, file in wanted.items():
        fault = fault_in(folder, name)
        if fault:
            wrong.append(f"{file.path}: {fault}")
    if wrong:
        raise WeightsError(f"The official weights in {folder} are not usable: {'; '.join(wrong)}.", _REMEDY)
    return OfficialModels(folder, tuple(wanted))


def fault_in(folder: Path, name: str) -> str:
    """What is wrong with the file of one network in an official folder: half a sentence, empty if nothing is."""
    try:
        misfits = REFERENCE_NETWORKS[CHECKPOINTS[name].network].misfits(_read(folder, name))
    except UnreadableError as error:
        return str(error)
    return f"not the weights of this network ({enumerate_briefly(misfits)})" if misfits else ""


_REMEDY = (
    "Run: restore-old-photo models fetch official. Or unpack the two official archives so that Global and "
    "Face_Enhancement lie in this folder."
)


def saved_name(name: str) -> str:
    """The file in the official folder in which ``models fetch`` saves a network, by its name in ``CHECKPOINTS``."""
    return f"{name}.safetensors"


def _read(folder: Path, name: str) -> Mapping[str, Any]:
    """The stored tensors of one network: from what ``models fetch`` saved, else from the published file."""
    saved = folder / saved_name(name)
    if not saved.is_file():
        return read_checkpoint(folder / CHECKPOINTS[name].path, CHECKPOINTS[name].inside)
    try:
        return load_file(saved)
    except (SafetensorError, OSError, ValueError) as error:
        raise UnreadableError(f"{saved.name} is damaged") from error
