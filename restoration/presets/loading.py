"""From a preset's name to its networks."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from restoration.device import Compute
from restoration.errors import WeightsError
from restoration.networks.compact_colour import ColourNetwork
from restoration.networks.compact_face import CompactFaceGenerator
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.scratch_detector import ScratchDetector
from restoration.networks.tone import ToneNetwork
from restoration.presets.compact_colouriser import CompactColouriser
from restoration.presets.compact_detector import CompactDetector
from restoration.presets.compact_faces import CompactFaceEnhancer
from restoration.presets.compact_inpainter import CompactInpainter
from restoration.presets.compact_restorer import CompactRestorer
from restoration.presets.interface import Models
from restoration.presets.official import OfficialDetector, OfficialFaceEnhancer, OfficialRestorer
from restoration.settings import Preset
from restoration.weights.official import load_official
from restoration.weights.registry import (
    COMPACT_COLOUR,
    COMPACT_DETECTOR,
    COMPACT_FACES,
    COMPACT_INPAINTING,
    COMPACT_RESTORER,
    is_there,
    load_bundled,
)

#: Names the folder of the official weights where no setting does.
MODELS_VARIABLE = "RESTORE_OLD_PHOTO_MODELS"


def official_folder(given: str | Path | None) -> Path:
    """Where the official weights lie: as given, else by the environment, else in the user's data folder."""
    if given:
        return Path(given)
    if os.environ.get(MODELS_VARIABLE):
        return Path(os.environ[MODELS_VARIABLE])
    return user_data_path("restore-old-photo") / "models" / "official"


def load_models(preset: Preset, compute: Compute, folder: str | Path | None = None, *, restorer: bool = True) -> Models:
    """The networks of a preset; a stage that has no weights is None there, with the reason.

    Args:
        preset: compact or official.
        compute: device and number format.
        folder: of the official weights.
        restorer: False leaves the networks that restore out, and asks for no weights of theirs: for whoever only
            wants scratches found (``Settings.needs_restorer``).

    Raises:
        WeightsError: the official weights are missing or wrong; the one error names every file.
    """
    if preset == "official":
        return _official(compute, official_folder(folder), restorer)
    return _compact(compute, restorer)


def _compact(compute: Compute, with_restorer: bool) -> Models:
    missing: dict[str, str] = {}
    detector = restorer = faces = None
    if is_there(COMPACT_DETECTOR):
        state = load_bundled(COMPACT_DETECTOR)["scratch_detector"]
        detector = CompactDetector(ScratchDetector.from_state_dict(state), compute)
    else:
        missing["scratches"] = "The weights of the scratch detector are missing: only a mask of your own is repaired."
    if with_restorer and is_there(COMPACT_RESTORER):
        states = load_bundled(COMPACT_RESTORER)
        restorer = CompactRestorer(
            ToneNetwork.from_state_dict(states["tone"]),
            CompactVAE.from_state_dict(states["vae_a"]),
            CompactMapping.from_state_dict(states["mapping"]),
            CompactVAE.from_state_dict(states["vae_b"]),
            compute,
        )
    elif with_restorer:
        missing["quality"] = "The weights of the restoration are missing: tone, grain and scratches stay as they are."
    if is_there(COMPACT_FACES):
        faces = CompactFaceEnhancer(CompactFaceGenerator.from_state_dict(load_bundled(COMPACT_FACES)["face"]), compute)
    else:
        missing["faces"] = "The weights of the face network are missing: faces are left as they are."
    inpainter, colouriser = _ours_for_all(compute, missing)
    on_cpu = compute.device.type == "cpu"
    return Models(detector, restorer, faces, missing, on_cpu, inpainter=inpainter, colouriser=colouriser)


def _ours_for_all(
    compute: Compute, missing: dict[str, str]
) -> tuple[CompactInpainter | None, CompactColouriser | None]:
    """What both presets have from us: the published archives hold no networks for it."""
    inpainter = colouriser = None
    if is_there(COMPACT_INPAINTING):
        state = load_bundled(COMPACT_INPAINTING)["inpainting"]
        inpainter = CompactInpainter(CompactInpainting.from_state_dict(state), compute)
    else:
        missing["inpainting"] = "The weights of the inpainting are missing: holes are repaired as scratches are."
    if is_there(COMPACT_COLOUR):
        colouriser = CompactColouriser(ColourNetwork.from_state_dict(load_bundled(COMPACT_COLOUR)["colour"]), compute)
    else:
        missing["colour"] = "The weights of the colours are missing: the photo stays as it is."
    return inpainter, colouriser


def _official(compute: Compute, folder: Path, with_restorer: bool) -> Models:
    if not folder.is_dir():
        raise WeightsError(
            f"The folder of the official weights {folder} does not exist.",
            "Run: restore-old-photo models fetch official. Or name the folder of the unpacked archives with --models.",
        )
    models = load_official(folder, ("detection", *(("quality", "scratch", "high_resolution") if with_restorer else ())))
    missing: dict[str, str] = {}
    faces = None
    try:
        faces = OfficialFaceEnhancer(load_official(folder, ("faces",)), compute)
    except WeightsError as error:
        missing["faces"] = f"Faces are left as they are: {error}"
    restorer = OfficialRestorer(models, compute) if with_restorer else None
    detector = OfficialDetector(models, compute)
    inpainter, colouriser = _ours_for_all(compute, missing)
    on_cpu = compute.device.type == "cpu"
    return Models(detector, restorer, faces, missing, on_cpu, inpainter=inpainter, colouriser=colouriser)
