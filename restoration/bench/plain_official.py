"""The published networks as the published programs run them: whole pictures, float32, weights as they are stored.

Each function loads what its stage needs and returns the stage: uint8 pictures in, uint8 pictures out; to be called in
``torch.inference_mode``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from restoration.bench.job import FACE_SIDE, Job, Pixels
from restoration.bench.plain_attention import plain_scratch_mapping
from restoration.networks.partial_nonlocal import ScratchMapping
from restoration.networks.vae import Vae
from restoration.official_io import (
    detection_input,
    face_input,
    high_resolution_mask,
    mask_from_logits,
    mask_tensor,
    to_tensor,
    whiten_damage,
    write_face,
    write_stretched,
)
from restoration.weights.official import Group, load_official


def detector(job: Job) -> Callable[[Pixels], Pixels]:
    """H×W×3 to its mask, H×W, 255 = damaged."""
    network = load_official(str(job.models), ("detection",)).network("scratch_detector")

    def detect(picture: Pixels) -> Pixels:
        return mask_from_logits(network(detection_input(picture)), (picture.shape[0], picture.shape[1]))

    return detect


def restorer(job: Job) -> Callable[[Pixels, Pixels | None], Pixels]:
    """H×W×3, and its mask H×W or None, to the restored picture."""
    group: Group = "quality"
    mapping_name, decoder_name = "mapping_quality", "vae_b_quality"
    if job.scratches:
        group = "high_resolution" if job.high_resolution else "scratch"
        mapping_name = "mapping_patch_attention" if job.high_resolution else "mapping_scratch"
        decoder_name = "vae_b_scratch"
    models = load_official(str(job.models), (group,))
    encoder, decoder = cast(Vae, models.network("vae_a")), cast(Vae, models.network(decoder_name))
    mapping = models.network(mapping_name)
    if isinstance(mapping, ScratchMapping):
        mapping = plain_scratch_mapping(mapping)

    def restore(picture: Pixels, mask: Pixels | None) -> Pixels:
        if mask is None:
            return write_stretched(decoder.decode(mapping(encoder.encode(to_tensor(picture)))))
        if job.high_resolution:
            mask = high_resolution_mask(mask)
        latent = encoder.encode(to_tensor(whiten_damage(picture, mask)))
        return write_stretched(decoder.decode(mapping(latent, mask_tensor(mask))))

    return restore


def enhancer(job: Job) -> Callable[[Pixels], Pixels]:
    """A crop of a face, S×S×3, to the face drawn anew."""
    network = load_official(str(job.models), ("faces",)).network(f"face_{FACE_SIDE}")

    def enhance(face: Pixels) -> Pixels:
        return write_face(network(face_input(face, FACE_SIDE)))

    return enhance
