"""What many judged faces sum up to, and ``faces.json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from restoration.evaluation.face_cases import FIRST_FACE_SEED
from restoration.evaluation.face_figures import FaceFigures, mean_face_figures
from restoration.evaluation.faces import (
    AGED,
    COMPARED,
    DRAWN,
    GLOBAL,
    NOT_FOUND,
    SPARED,
    WITH_FACES,
    FaceOutcome,
    JudgedFace,
)
from restoration.evaluation.metrics import Gain, mean_gain

#: Raised when a key changes its meaning or goes away; new keys do not raise it.
SCHEMA = 1
#: So many faces are named as the worst.
WORST = 10


@dataclass(frozen=True)
class FaceSummary:
    """Many faces.

    Attributes:
        faces: how many.
        drawn, spared, not_found: how many of them were drawn, needed nothing, were not found once aged; the last two
            were left as the global stages made them.
        mean: of every figure, by picture.
        nearer: share of the faces whose descriptor faces brought nearer to the true one than it is in the aged and in
            the global picture, 0 to 1.
        distance_ratio: mean distance with faces by that of the aged pictures; below 1 is better. None where the aged
            ones are no distance away.
        distance_ratio_global: the same by that of the global results.
        gain: PSNR with faces less that of the global results, in dB.
        gain_tone_fitted: the same after tones were fitted.
        gain_over_aged, gain_over_aged_tone_fitted: the same less those of the aged pictures.
    """

    faces: int
    drawn: int
    spared: int
    not_found: int
    mean: dict[str, FaceFigures]
    nearer: float
    distance_ratio: float | None
    distance_ratio_global: float | None
    gain: Gain
    gain_tone_fitted: Gain
    gain_over_aged: Gain
    gain_over_aged_tone_fitted: Gain


def summary_of(faces: Sequence[JudgedFace]) -> FaceSummary:
    """Sums up at least one face."""
    mean = {name: mean_face_figures([face.figures[name] for face in faces]) for name in COMPARED}
    distance = {name: mean[name].distance for name in COMPARED}
    return FaceSummary(
        faces=len(faces),
        drawn=sum(face.fate == DRAWN for face in faces),
        spared=sum(face.fate == SPARED for face in faces),
        not_found=sum(face.fate == NOT_FOUND for face in faces),
        mean=mean,
        nearer=float(np.mean([face.estranged < 0 for face in faces])),
        distance_ratio=distance[WITH_FACES] / distance[AGED] if distance[AGED] else None,
        distance_ratio_global=distance[WITH_FACES] / distance[GLOBAL] if distance[GLOBAL] else None,
        gain=_gain(faces, GLOBAL, "psnr"),
        gain_tone_fitted=_gain(faces, GLOBAL, "psnr_tone_fitted"),
        gain_over_aged=_gain(faces, AGED, "psnr"),
        gain_over_aged_tone_fitted=_gain(faces, AGED, "psnr_tone_fitted"),
    )


def _gain(faces: Sequence[JudgedFace], over: str, figure: str) -> Gain:
    pairs = ((face.figures[WITH_FACES], face.figures[over]) for face in faces)
    return mean_gain(np.array([getattr(ours, figure) - getattr(theirs, figure) for ours, theirs in pairs]))


def summaries(outcome: FaceOutcome) -> dict[str, dict[str, FaceSummary]]:
    """By what groups are made of, and by group; ``["all"]["all"]`` is that of all faces."""
    return {
        kind: {name: summary_of(faces) for name, faces in groups.items()} for kind, groups in outcome.grouped().items()
    }


def faces_document(outcome: FaceOutcome) -> dict[str, Any]:
    """``faces.json``: dicts, lists, strings, finite numbers and None; PSNR in dB, shares 0 to 1, sides in pixels.

    Faces are in the order of the contact sheets, the worst first.
    """
    return {
        "schema": SCHEMA,
        "preset": outcome.preset,
        "device": outcome.device,
        "weights": outcome.weights,
        "first_seed": FIRST_FACE_SEED,
        "seed": outcome.seed,
        "summary": {
            kind: {name: asdict(each) for name, each in groups.items()} for kind, groups in summaries(outcome).items()
        },
        "worst": [face.name for face in outcome.worst_first[:WORST]],
        "no_face_in_clean": list(outcome.unseen),
        "not_found": [face.name for face in outcome.judged if face.fate == NOT_FOUND],
        "faces": [
            {
                "name": face.name,
                "side": face.side,
                "age": face.age,
                "skin_angle": face.skin_angle,
                "fate": face.fate,
                "groups": dict(face.groups),
                "estranged": face.estranged,
                "figures": {name: asdict(figures) for name, figures in face.figures.items()},
            }
            for face in outcome.worst_first
        ],
    }
