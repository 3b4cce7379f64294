"""The steps of a training, each a function of the workshop: pairs, networks, the files that are bundled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from restoration.ageing import Materials
from restoration.ageing.recipe import DEFAULT, WORN
from restoration.errors import PictureError, SettingsError
from restoration.networks.compact_colour import ColourNetwork
from restoration.networks.compact_face import CompactFaceGenerator
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.networks.direct_unet import DirectUNet
from restoration.networks.face_generator import FaceGenerator
from restoration.networks.face_likeness import FaceLikeness
from restoration.networks.scratch_detector import ScratchDetector
from restoration.networks.tone import ToneNetwork
from restoration.training.colour import train_colour
from restoration.training.config import TrainingConfig
from restoration.training.crops import AgedCrops, PlainPairs, RealCrops, TonedPairs
from restoration.training.detector import COMPACT_WIDTHS, train_detector
from restoration.training.export import export
from restoration.training.face import train_face
from restoration.training.face_descriptors import write_descriptors
from restoration.training.face_pairs import write_face_pairs
from restoration.training.families import FAMILIES, Family
from restoration.training.inpainting import train_inpainting
from restoration.training.likeness import train_likeness
from restoration.training.pairs import is_held_out, list_pictures, write_pairs
from restoration.training.picture_pack import write_pack
from restoration.training.self_training import label_scans, train_on_scans
from restoration.training.tone import train_tone
from restoration.training.translation import Translator, direct_translator, latent_translator, train_translation
from restoration.training.vae import train_vae_a, train_vae_b
from restoration.training.workshop import Workshop

Training = Callable[[Workshop, TrainingConfig], object]


def _write_pairs(shop: Workshop) -> None:
    photos = _to_learn_from(list_pictures(shop.data / "photos/train"))
    defects = shop.data / "defects/train"
    faces = shop.data / "faces/train"
    # Portraits are most of what people restore: one picture in three is a face.
    portraits = _to_learn_from(list_pictures(faces))[::3] if faces.is_dir() else []
    # Each photograph twice: as archives have them, mostly monochrome, and worn, mostly in colour.
    for seed, (pictures, recipe) in enumerate((([*photos, *portraits], DEFAULT), (photos, WORN))):
        known = defects if defects.is_dir() else None
        write_pairs(pictures, shop.pairs, variants=1, seed=seed, recipe=recipe, defects=known)


def _write_face_pairs(shop: Workshop) -> None:
    defects = shop.data / "defects/train"
    portraits = _to_learn_from(list_pictures(shop.data / "faces/train"))
    write_face_pairs(portraits, shop.face_pairs, defects=defects if defects.is_dir() else None)


def _write_pictures(shop: Workshop) -> None:
    folders = (shop.data / "photos/train", shop.data / "faces/train")
    kinds = [_to_learn_from(list_pictures(folder)) for folder in folders if folder.is_dir()]
    write_pack(kinds, shop.pictures)


def _to_learn_from(pictures: Sequence[Path]) -> list[Path]:
    return [picture for picture in pictures if not is_held_out(picture)]


def _train_tone(shop: Workshop, config: TrainingConfig) -> Path:
    start = ToneNetwork.from_state_dict(shop.start["tone"]).train() if "tone" in shop.start else None
    return train_tone(shop.pairs, shop.out, config, shop.device, start)


def _train_detector(shop: Workshop, config: TrainingConfig) -> Path:
    if "scratch_detector" in shop.start:
        network = ScratchDetector.from_state_dict(shop.start["scratch_detector"]).train()
    else:
        torch.manual_seed(config.seed)
        network = ScratchDetector(COMPACT_WIDTHS) if shop.preset == "compact" else ScratchDetector()
    return train_detector(shop.pairs, network, shop.out, config, shop.device)


def _train_on_scans(shop: Workshop, config: TrainingConfig) -> Path:
    state = shop.learnt("scratch_detector", "scratch_detector")
    pictures = list_pictures(shop.data / "old/train")
    scans = label_scans(ScratchDetector.from_state_dict(state), pictures, config.crop)
    if not scans:
        raise PictureError(
            f"No scan in {shop.data / 'old/train'} has {config.crop} pixels on each side.", "Put larger scans there."
        )
    defects = shop.data / "defects/train"
    materials = Materials.from_folder(defects) if defects.is_dir() else Materials()
    network = ScratchDetector.from_state_dict(state).train()
    return train_on_scans(shop.pairs, scans, materials, network, shop.out, config, shop.device)


def _family(shop: Workshop) -> Family:
    return FAMILIES[shop.preset]


def _tone(shop: Workshop) -> ToneNetwork | None:
    return ToneNetwork.from_state_dict(shop.learnt("tone", "tone")) if _family(shop).toned else None


def _crops(shop: Workshop, config: TrainingConfig) -> AgedCrops:
    tone = _tone(shop)
    return PlainPairs(shop.pairs, config.crop) if tone is None else TonedPairs(shop.pairs, tone, config.crop)


def _train_vae_a(shop: Workshop, config: TrainingConfig) -> Path:
    real = RealCrops(list_pictures(shop.data / "old/train"), config.crop, _tone(shop))
    return train_vae_a(_crops(shop, config), real, _family(shop), shop.out, config, shop.device)


def _train_vae_b(shop: Workshop, config: TrainingConfig) -> Path:
    family = _family(shop)
    # The compact mapping is to begin near the identity; the published one learns what lies between two strangers.
    start = family.vae_from(shop.learnt("vae_a", "vae_a")) if family.toned else None
    return train_vae_b(_crops(shop, config), start, family, shop.out, config, shop.device)


def _train_mapping(shop: Workshop, config: TrainingConfig) -> Path:
    family = _family(shop)
    name = "mapping" if shop.non_local else "mapping_without_non_local"
    torch.manual_seed(config.seed)
    mapping = family.new_mapping(shop.non_local)
    if shop.latent:
        vae_a, vae_b, target = (family.vae_from(shop.learnt(vae, vae)) for vae in ("vae_a", "vae_b", "vae_b"))
    else:
        name += "_without_latent"
        vae_a, vae_b, target = family.new_vae(), family.new_vae(), None
    translator = latent_translator(name, family, vae_a, mapping, vae_b, joint=config.weights.picture > 0)
    return _train(shop, config, translator, target)


def _train_refine(shop: Workshop, config: TrainingConfig) -> Path:
    """The whole of a restorer, trained or given, on pictures alone."""
    family = _family(shop)
    networks = {name: shop.learnt(name, "mapping") for name in ("vae_a", "mapping", "vae_b")}
    mapping = family.mapping_from(networks["mapping"])
    vae_a, vae_b = family.vae_from(networks["vae_a"]), family.vae_from(networks["vae_b"])
    return _train(shop, config, latent_translator("refine", family, vae_a, mapping, vae_b, joint=True), None)


def _train_direct(shop: Workshop, config: TrainingConfig) -> Path:
    torch.manual_seed(config.seed)
    network = DirectUNet()
    return _train(shop, config, direct_translator("direct_unet", network), None)


def _train_face(shop: Workshop, config: TrainingConfig) -> Path:
    kind = CompactFaceGenerator if shop.preset == "compact" else FaceGenerator
    torch.manual_seed(config.seed)
    network = kind.from_state_dict(shop.start["face"]).train() if "face" in shop.start else kind()
    judge = (
        FaceLikeness.from_state_dict(shop.learnt("face_likeness", "face_likeness")) if config.weights.likeness else None
    )
    return train_face(shop.face_pairs, network, shop.out, config, shop.device, judge)


def _train_likeness(shop: Workshop, config: TrainingConfig) -> Path:
    return train_likeness(shop.face_pairs, shop.out, config, shop.device)


def _train_colour(shop: Workshop, config: TrainingConfig) -> Path:
    sets = [(_to_learn_from(list_pictures(shop.data / "photos/train")), 3.0)]
    if (shop.data / "faces/train").is_dir():
        sets.append((_to_learn_from(list_pictures(shop.data / "faces/train")), 1.0))
    torch.manual_seed(config.seed)
    network = ColourNetwork.from_state_dict(shop.start["colour"]).train() if "colour" in shop.start else ColourNetwork()
    return train_colour(sets, network, shop.out, config, shop.device)


def _train_inpainting(shop: Workshop, config: TrainingConfig) -> Path:
    torch.manual_seed(config.seed)
    known = shop.start.get("inpainting")
    network = CompactInpainting() if known is None else CompactInpainting.from_state_dict(known).train()
    return train_inpainting(shop.pictures, network, shop.out, config, shop.device)


def _train(shop: Workshop, config: TrainingConfig, translator: Translator, target: nn.Module | None) -> Path:
    crops = _crops(shop, config)
    return train_translation(crops, translator, target, _family(shop).prepare, shop.out, config, shop.device)


def _export(shop: Workshop) -> None:
    if shop.preset == "compact":
        final = next((run for run in ("refine", "mapping") if shop.checkpoint(run).is_file()), "mapping")
        restorer = {"tone": "tone", "vae_a": final, "mapping": final, "vae_b": final}
    else:
        restorer = {"vae_a": "vae_a", "mapping": "mapping", "vae_b": "vae_b"}
    export(
        {name: shop.learnt(name, run) for name, run in restorer.items()},
        shop.out / f"{shop.preset}_restorer.safetensors",
    )
    detector = {"scratch_detector": shop.learnt("scratch_detector", "self_training", "scratch_detector")}
    export(detector, shop.out / f"{shop.preset}_scratch_detector.safetensors")
    export({"face": shop.learnt("face", "face")}, shop.out / f"{shop.preset}_faces.safetensors")
    if shop.preset == "compact":
        _export_inpainting(shop)
        _export_colour(shop)


def _export_colour(shop: Workshop) -> None:
    export({"colour": shop.learnt("colour", "colour")}, shop.out / "compact_colour.safetensors")


def _export_inpainting(shop: Workshop) -> None:
    export({"inpainting": shop.learnt("inpainting", "inpainting")}, shop.out / "compact_inpainting.safetensors")


TRAININGS: dict[str, Training] = {
    "tone": _train_tone,
    "scratch-detector": _train_detector,
    "self-training": _train_on_scans,
    "vae-a": _train_vae_a,
    "vae-b": _train_vae_b,
    "mapping": _train_mapping,
    "refine": _train_refine,
    "face-likeness": _train_likeness,
    "face": _train_face,
    "inpainting": _train_inpainting,
    "direct-unet": _train_direct,
    "colour": _train_colour,
}

#: The steps of each preset in their order; each needs what the ones before it left in the folder. ``direct-unet``, the
#: baseline, is left to itself.
STEPS = {
    "compact": (
        "pairs", "tone", "scratch-detector", "self-training", "vae-a", "vae-b", "mapping", "refine",
        "face-pairs", "face-descriptors", "face-likeness", "face", "inpainting-pictures", "inpainting", "colour",
        "export",
    ),
    "paper": (
        "pairs", "scratch-detector", "self-training", "vae-a", "vae-b", "mapping", "face-pairs", "face", "export"
    ),
}  # fmt: skip
PREPARATIONS = {
    "pairs": _write_pairs,
    "face-pairs": _write_face_pairs,
    "inpainting-pictures": _write_pictures,
    "face-descriptors": lambda shop: write_descriptors(shop.face_pairs),
}
EXPORTS = {"export": _export, "export-inpainting": _export_inpainting, "export-colour": _export_colour}
ALL_STEPS = (*PREPARATIONS, *TRAININGS, *EXPORTS)


def run_step(step: str, shop: Workshop, hours: float | None = None, steps: int | None = None) -> None:
    """Runs one step; a training that was stopped goes on where it was.

    Args:
        step: one of ``ALL_STEPS``.
        shop: folders, device, preset.
        hours: time budget of a training; None takes the preset's.
        steps: budget in steps instead of hours.

    Raises:
        PictureError: a folder of the data holds no picture, or a picture is damaged.
        WeightsError: an earlier step has left nothing.
        SettingsError: the preset has no such step.
    """
    if step in PREPARATIONS:
        PREPARATIONS[step](shop)
    elif step in EXPORTS:
        EXPORTS[step](shop)
    elif step not in shop.configs:
        raise SettingsError(
            f"The preset {shop.preset} has no step {step}.", f"It has: {', '.join(STEPS[shop.preset])}."
        )
    else:
        config = shop.configs[step]
        TRAININGS[step](shop, replace(config, hours=hours or config.hours, steps=steps))
