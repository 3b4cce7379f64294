"""How faces fare: aged portraits, with the global stages alone and with faces, against the true faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from restoration.ageing import Materials
from restoration.errors import PictureError
from restoration.evaluation.cases import evenly
from restoration.evaluation.face_cases import FaceCase, crop, face_case
from restoration.evaluation.face_figures import FaceFigures, TrueFace
from restoration.evaluation.face_groups import age_group, ages_in, skin_angle, skin_tone
from restoration.layers import Layer, flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets.interface import FaceEnhancer, Models
from restoration.settings import Settings
from restoration.training.pairs import list_pictures

#: Passes items on and shows how many of them, by title and number, are done.
Track = Callable[[Iterable["JudgedFace | str"], str, int], Iterable["JudgedFace | str"]]

#: What is compared with the true face.
AGED, GLOBAL, WITH_FACES = "aged", "global", "with faces"
COMPARED = (AGED, GLOBAL, WITH_FACES)
#: What became of a face: drawn anew, found but left because it needs nothing, or not found.
DRAWN, SPARED, NOT_FOUND = "drawn", "spared", "not found"
#: In the template of 256: the middle of a face, where its layer covers it if the face was found.
_MIDDLE = (128.0, 132.0)


@dataclass(frozen=True)
class JudgedFace:
    """One portrait, aged and restored.

    Attributes:
        name: of the portrait.
        side: of the crop in the scan, in pixels.
        age: in years; None where the data does not tell it.
        skin_angle: individual typology angle in degrees; None for a grey portrait.
        fate: ``DRAWN``, ``SPARED``, or ``NOT_FOUND`` in the aged picture and in what the global stages made of it. If
            it was not drawn, the two results are the same.
        groups: the name of the group by what groups are made of: "age", "skin tone", "recipe", "face".
        figures: by picture, one of ``COMPARED``.
        true: the true face, 256×256×3 uint8.
        crops: by picture, of the same shape.
    """

    name: str
    side: float
    age: int | None
    skin_angle: float | None
    fate: str
    groups: Mapping[str, str]
    figures: Mapping[str, FaceFigures]
    true: np.ndarray
    crops: Mapping[str, np.ndarray]

    @property
    def estranged(self) -> float:
        """By how much the drawn face is farther from the true one than the nearer of what was there before.

        In distances of the descriptor; above 0 faces did harm.
        """
        before = min(self.figures[AGED].distance, self.figures[GLOBAL].distance)
        return self.figures[WITH_FACES].distance - before


@dataclass(frozen=True)
class FaceOutcome:
    """One evaluation of faces.

    Attributes:
        preset, device: what ran.
        weights: the file of the face network that was judged, by name; None for the preset's own.
        seed: of the ageing.
        judged: the faces.
        unseen: names of portraits in which no face was found before they aged; they are not judged.
    """

    preset: str
    device: str
    weights: str | None
    seed: int
    judged: Sequence[JudgedFace]
    unseen: Sequence[str] = field(default_factory=tuple)

    @property
    def worst_first(self) -> list[JudgedFace]:
        """The faces by how far they were estranged, the farthest first."""
        return sorted(self.judged, key=lambda face: -face.estranged)

    def grouped(self) -> dict[str, dict[str, list[JudgedFace]]]:
        """The faces by what groups are made of and name of the group; "all" holds all of them."""
        out: dict[str, dict[str, list[JudgedFace]]] = {"all": {"all": list(self.judged)}}
        for face in sorted(self.judged, key=lambda face: list(face.groups.values())):
            for kind, group in face.groups.items():
                out.setdefault(kind, {}).setdefault(group, []).append(face)
        return out


def evaluate_faces(
    data: Path,
    models: Models,
    count: int,
    seed: int,
    track: Track,
) -> tuple[list[JudgedFace], list[str]]:
    """Ages, restores and judges portraits of ``faces/test``.

    Args:
        data: folder with ``faces/test``; ``defects/test`` and ``MANIFEST.csv`` are used if they are there.
        models: with a face enhancer.
        count: of the portraits, at most.
        seed: another one ages all portraits otherwise.
        track: told how far it is.

    Returns:
        The judged faces, and the names of the portraits in which no face was found before they aged.

    Raises:
        PictureError: the data lacks a folder, a picture cannot be read, or no portrait has a face.
        WeightsError: the model of landmarks or descriptors is missing or damaged.
    """
    folder = data / "faces/test"
    if not folder.is_dir():
        raise PictureError(f"There is no folder {folder}.", "Name the data's folder with --data; see docs/data.md.")
    # Numbered before some are chosen: a portrait ages alike, however many are judged.
    portraits = evenly(list(enumerate(list_pictures(folder))), count)
    found = list(track(_judged(portraits, seed, models, data), "Faces", len(portraits)))
    judged = [each for each in found if isinstance(each, JudgedFace)]
    if not judged:
        raise PictureError(f"There is no face in the portraits of {folder}.", "Name a folder of portraits.")
    return judged, [each for each in found if isinstance(each, str)]


def _judged(portraits: Sequence[tuple[int, Path]], seed: int, models: Models, data: Path) -> Iterator[JudgedFace | str]:
    """Each portrait judged, or its name where no face is found."""
    defects, ages = data / "defects/test", ages_in(data / "MANIFEST.csv")
    materials = Materials.from_folder(defects) if defects.is_dir() else None
    for number, path in portraits:
        case = face_case(path, number, seed, materials)
        yield path.stem if case is None else judged_face(case, models, ages.get(path.name))


def judged_face(case: FaceCase, models: Models, age: int | None = None) -> JudgedFace:
    """Restores an aged portrait as users do, with default settings, and judges its face.

    Args:
        case: the portrait.
        models: the networks; the detector finds the scratches.
        age: in years, if it is known.

    Raises:
        ValueError: there is no face network.
    """
    if models.face_enhancer is None:
        raise ValueError("faces are judged with a face network")
    photo, enhancer = Photo(case.aged), _Counting(models.face_enhancer)
    layers = stacked(list(restore(photo, Settings(), models=replace(models, face_enhancer=enhancer))))
    without = [layer for layer in layers if layer.role != "face"]
    pictures = {AGED: photo, GLOBAL: flatten(photo, without), WITH_FACES: flatten(photo, layers)}
    crops = {name: crop(np.asarray(picture.pixels), case.affine) for name, picture in pictures.items()}
    truth = TrueFace(crop(case.clean, case.affine), case.points, case.shown)
    fate = _fate(layers, enhancer.seen, case.affine)
    angle = skin_angle(case.portrait)
    groups = {
        "age": age_group(age),
        "skin tone": skin_tone(angle),
        "recipe": case.recipe,
        "face": fate,
    }
    figures = {name: truth.figures(face) for name, face in crops.items()}
    return JudgedFace(case.name, case.side, age, angle, fate, groups, figures, truth.clean, crops)


class _Counting:
    """A face enhancer that counts the faces that it saw: the pipeline gives it all that were found.

    Args:
        enhancer: that draws them.
    """

    def __init__(self, enhancer: FaceEnhancer) -> None:
        self.enhancer, self.seen = enhancer, 0
        self.size, self.batch = enhancer.size, enhancer.batch
        self.worth_changing, self.keeps_tone = enhancer.worth_changing, enhancer.keeps_tone

    def enhance(self, faces: np.ndarray) -> np.ndarray:
        """See ``FaceEnhancer``."""
        self.seen += len(faces)
        return self.enhancer.enhance(faces)


def _fate(layers: Sequence[Layer], seen: int, affine: np.ndarray) -> str:
    """What became of the one face of a portrait, of which so many faces were found."""
    drawn = [layer for layer in layers if layer.role == "face"]
    if any(_covers(layer, affine) for layer in drawn):
        return DRAWN
    # Where something else was found and drawn, and nothing left: the face was not among what was found.
    return SPARED if seen > len(drawn) else NOT_FOUND


def _covers(layer: Layer, affine: np.ndarray) -> bool:
    """Whether a layer is seen at the middle of the face."""
    x, y = np.rint((affine @ (*_MIDDLE, 1.0))[:2]).astype(int) - (layer.x, layer.y)
    inside = 0 <= x < layer.width and 0 <= y < layer.height
    return bool(inside and (layer.alpha is None or layer.alpha[y, x] > 0))
