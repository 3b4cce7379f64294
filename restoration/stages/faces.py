"""Stage 4: faces, found, drawn anew and laid back, one layer each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from restoration.faces import FaceBox, Found, align_face, face_layer, merge_found, search_faces, warp_face
from restoration.faces.face_mask import face_mask
from restoration.faces.sampling import Bounds
from restoration.layers import Layer
from restoration.photo import Photo
from restoration.presets.interface import FaceEnhancer, Fraction
from restoration.settings import FacePoints, FaceSettings
from restoration.stages.face_features import in_8_bits
from restoration.stages.pixels import to_samples


def face_layers(
    photo: Photo,
    known: Found,
    picture: np.ndarray,
    enhancer: FaceEnhancer,
    settings: FaceSettings,
    offset: tuple[int, int],
    progress: Fraction,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Layer]:
    """One layer a face, ``Face 1`` upwards in reading order.

    Where the detector is unsure, and where a face needs nothing, nothing is drawn; ``tell`` hears of it, and the note
    of the first layer says it, too.

    Args:
        photo: the source, H×W, for the samples' type.
        known: the faces of the source, from ``faces_of_photo``: what restoring blurred is not lost.
        picture: what the stages before made of it, H×W×3 float32, 0 to 1; faces are found in it and cut from it.
        enhancer: the face network.
        settings: detector, points and strength, which is the layers' opacity.
        offset: (x, y) of this photo in the whole one.
        progress: told the share that is done; may raise to cancel.
        tell: told a sentence for the user, if faces, or what may be one, were left as they are.
    """
    progress(0.0)
    shown = in_8_bits(picture)
    found = merge_found(search_faces(shown, network=settings.detector == "cnn"), known)
    note = _doubt(found)
    if note:
        tell(note)
    maximum = np.iinfo(photo.pixels.dtype).max
    sound = 0
    for number, one in enumerate(_drawn(shown, picture, found.faces, enhancer, settings.points), start=1):
        needed = _change(one) >= enhancer.worth_changing
        sound += not needed
        patch = face_layer(picture, one.face, one.affine, keeps_tone=enhancer.keeps_tone) if needed else None
        if patch is not None:
            yield Layer(
                f"Face {number}",
                "face",
                to_samples(patch.pixels, photo),
                np.rint(patch.alpha * maximum).astype(photo.pixels.dtype),
                x=offset[0] + patch.x,
                y=offset[1] + patch.y,
                opacity=settings.strength,
                note=note,
            )
            note = ""
        progress(number / len(found.faces))
    if sound:
        tell(_spared(sound, len(found.faces)))
    progress(1.0)


@dataclass(frozen=True)
class _Drawn:
    """A face drawn anew, the crop that it was drawn from, and the way from that crop to the picture."""

    face: np.ndarray
    crop: np.ndarray
    affine: np.ndarray


def _change(drawn: _Drawn) -> float:
    """How much the face alone was changed, a pixel: its background is not laid over the picture."""
    side = len(drawn.crop)
    within = face_mask(np.eye(3), side, Bounds(0, 0, side, side)) > 0.5
    return float(np.abs(drawn.face - drawn.crop)[within].mean())


def _spared(sound: int, found: int) -> str:
    if sound == found:
        return "The face needs nothing: it was left as it is." if found == 1 else "The faces need nothing."
    return f"{sound} of {found} faces need nothing: they were left as they are."


def _drawn(
    shown: np.ndarray, picture: np.ndarray, boxes: Sequence[FaceBox], enhancer: FaceEnhancer, points: FacePoints
) -> Iterator[_Drawn]:
    """Each face drawn anew; several at a time."""
    for first in range(0, len(boxes), enhancer.batch):
        affines = [align_face(shown, box, enhancer.size, points) for box in boxes[first : first + enhancer.batch]]
        warped = [np.clip(warp_face(picture, affine, enhancer.size), 0, 1) for affine in affines]
        crops = np.stack(warped).astype(np.float32)
        yield from map(_Drawn, enhancer.enhance(crops), crops, affines)


def _doubt(found: Found) -> str:
    places = len(found.doubtful)
    if not places:
        return ""
    what = "1 place may be a face" if places == 1 else f"{places} places may be faces"
    return f"{what}, but not surely: nothing was drawn there."
