"""The compact networks run plainly: whole pictures instead of tiles, float32, nothing folded, attention as a matrix.

Each function loads what its stage needs and returns the stage: uint8 pictures in, uint8 pictures out; to be called in
``torch.inference_mode``. Sides are multiples of 32: nothing is padded for the restorer.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch

from restoration.bench.job import Job, Pixels
from restoration.bench.plain_attention import plain_compact_mapping
from restoration.luma import LUMA
from restoration.networks.compact_face import CompactFaceGenerator
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.fill import fill_holes
from restoration.networks.scratch_detector import ScratchDetector
from restoration.networks.tone import THUMBNAIL, ToneNetwork, apply_tone, tone_levels
from restoration.official_io import to_tensor, write_face
from restoration.presets.compact_detector import CompactDetector, looked_at
from restoration.tiling import pad_to_multiple
from restoration.weights.registry import COMPACT_DETECTOR, COMPACT_FACES, COMPACT_RESTORER, load_bundled


def detector(job: Job) -> Callable[[Pixels], Pixels]:
    """H×W×3 to its mask, H×W, 255 = damaged."""
    network = ScratchDetector.from_state_dict(load_bundled(COMPACT_DETECTOR)["scratch_detector"])

    def detect(picture: Pixels) -> Pixels:
        height, width = picture.shape[:2]
        grey = (picture.astype(np.float32) / 255) @ LUMA
        probability = np.zeros((height, width), np.float32)
        for size in looked_at(height, width, "native"):
            seen = grey if size == (width, height) else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
            padded = pad_to_multiple(seen, network.size_multiple, 2 * network.size_multiple)
            logits = network(torch.from_numpy(np.ascontiguousarray(padded))[None, None] * 2 - 1)
            answer = logits.sigmoid()[0, 0, : size[1], : size[0]].numpy()
            if size != (width, height):
                answer = cv2.resize(answer, (width, height), interpolation=cv2.INTER_LINEAR)
            np.maximum(probability, answer, out=probability)
        return np.where(probability >= CompactDetector.threshold, np.uint8(255), np.uint8(0))

    return detect


def restorer(job: Job) -> Callable[[Pixels, Pixels | None], Pixels]:
    """H×W×3, and its mask H×W or None, to the restored picture."""
    states = load_bundled(COMPACT_RESTORER)
    tone = ToneNetwork.from_state_dict(states["tone"])
    vae_a, vae_b = CompactVAE.from_state_dict(states["vae_a"]), CompactVAE.from_state_dict(states["vae_b"])
    mapping = plain_compact_mapping(CompactMapping.from_state_dict(states["mapping"]))

    def restore(picture: Pixels, mask: Pixels | None) -> Pixels:
        height, width = picture.shape[:2]
        image = picture.astype(np.float32) / 255
        small = cv2.resize(image, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
        thumbnail = torch.from_numpy(small * 2 - 1).permute(2, 0, 1)[None]
        hole = torch.zeros(1, 1, height, width)
        if mask is not None:
            hole[0, 0] = torch.from_numpy(mask > 0)
        grid = tone(thumbnail, torch.from_numpy(tone_levels(image))[None])
        x = fill_holes(apply_tone(to_tensor(picture), grid).clamp(-1, 1), hole)
        return write_face(vae_b.decode_onto(mapping(vae_a.encode(x), hole), x))

    return restore


def enhancer(job: Job) -> Callable[[Pixels], Pixels]:
    """A crop of a face, S×S×3, to the face drawn anew."""
    network = CompactFaceGenerator.from_state_dict(load_bundled(COMPACT_FACES)["face"])

    def enhance(face: Pixels) -> Pixels:
        return write_face(network(to_tensor(face)))

    return enhance
