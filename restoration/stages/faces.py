"""Stage 4: faces, found, drawn anew and laid back, one layer each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from restoration.faces import align_face, face_layer, find_faces, warp_face
from restoration.faces.detection import merge_overlapping, reading_order
from restoration.layers import Layer
from restoration.photo import Photo
from restoration.presets.interface import FaceEnhancer, Fraction
from restoration.stages.pixels import to_samples


def face_layers(
    photo: Photo,
    original: np.ndarray,
    picture: np.ndarray,
    enhancer: FaceEnhancer,
    opacity: float,
    offset: tuple[int, int],
    progress: Fraction,
) -> Iterator[Layer]:
    """One layer a face, ``Face 1`` upwards in reading order.

    Args:
        photo: the source, H×W, for the samples' type.
        original: the source as H×W×3 float32, 0 to 1; faces are looked for in it, too, for what restoring blurred.
        picture: what the stages before made of it, H×W×3 float32, 0 to 1; faces are found in it and cut from it.
        enhancer: the face network.
        opacity: strength of the stage.
        offset: (x, y) of this photo in the whole one.
        progress: told the share that is done; may raise to cancel.
    """
    progress(0.0)
    shown = _in_8_bits(picture)
    boxes = reading_order(merge_overlapping([*find_faces(shown), *find_faces(_in_8_bits(original))]))
    maximum = np.iinfo(photo.pixels.dtype).max
    for number, box in enumerate(boxes, start=1):
        affine = align_face(shown, box, enhancer.size)
        crop = np.clip(warp_face(picture, affine, enhancer.size), 0, 1).astype(np.float32)
        patch = face_layer(picture, enhancer.enhance(crop), affine)
        if patch is not None:
            yield Layer(
                f"Face {number}",
                "face",
                to_samples(patch.pixels, photo.pixels),
                np.rint(patch.alpha * maximum).astype(photo.pixels.dtype),
                x=offset[0] + patch.x,
                y=offset[1] + patch.y,
                opacity=opacity,
            )
        progress(number / len(boxes))
    progress(1.0)


def _in_8_bits(picture: np.ndarray) -> np.ndarray:
    """For dlib, which takes no more; what is drawn does not pass through them."""
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
