"""How near fillings of irregular holes come to the truth, and how far candidates lie apart (Liu et al. 2018, 4.2)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from restoration.errors import PictureError
from restoration.evaluation.cases import evenly
from restoration.evaluation.inpainting_cases import HoleCase, Place, hole_cases, navier_stokes, telea
from restoration.evaluation.metrics import psnr, ssim
from restoration.presets.interface import Inpainter
from restoration.training.pairs import list_pictures

#: Passes cases on and shows how many of them, by title and number, are done.
Track = Callable[[Iterable[Any], str, int], Iterable[Any]]

OURS, GUESS, TELEA, NAVIER_STOKES = "ours", "ours without texture", "Telea", "Navier–Stokes"
METHODS = (OURS, GUESS, TELEA, NAVIER_STOKES)
#: So many candidates are compared with each other, of holes that lie anywhere.
CANDIDATES = 4
#: Cases that the contact sheet shows, at most.
SHOWN = 12


@dataclass(frozen=True)
class HoleFigures:
    """One filling.

    Attributes:
        psnr: of the whole picture, in dB.
        ssim: of the whole picture.
        hole_l1: mean absolute difference in the hole alone, 0 to 1.
    """

    psnr: float
    ssim: float
    hole_l1: float


@dataclass(frozen=True)
class JudgedHole:
    """One case, filled by every method.

    Attributes:
        case: the picture and its hole.
        figures: by method.
        apart: mean absolute difference of two candidates in the hole, over all pairs, 0 to 1; None if not asked for.
        fillings: pictures for the contact sheet, by their titles; empty for most.
    """

    case: HoleCase
    figures: dict[str, HoleFigures]
    apart: float | None
    fillings: dict[str, np.ndarray]


def evaluate_inpainting(data: Path, inpainter: Inpainter, pictures: int, seed: int, track: Track) -> list[JudgedHole]:
    """Fills holes in photographs and portraits that training never saw.

    Args:
        data: folder with ``photos/test`` and, if there, ``faces/test``.
        inpainter: ours.
        pictures: how many, half of them faces.
        seed: of the holes.
        track: shows progress.

    Raises:
        PictureError: there is no picture, or one is damaged.
    """
    kinds = [(kind, data / folder) for kind, folder in (("photo", "photos/test"), ("face", "faces/test"))]
    found = [(kind, list_pictures(folder)) for kind, folder in kinds if folder.is_dir()]
    if not found:
        raise PictureError(
            f"There is neither photos/test nor faces/test in {data}.", "Name another folder with --data."
        )
    share = max(1, pictures // len(found))
    chosen = [(kind, path) for kind, paths in found for path in evenly(paths, share)]
    cases = list(hole_cases(chosen, seed))
    shown = {id(case) for case in evenly([case for case in cases if case.place == "anywhere"], SHOWN)}
    return [judged(case, inpainter, id(case) in shown) for case in track(cases, "Filling", len(cases))]


def judged(case: HoleCase, inpainter: Inpainter, shown: bool) -> JudgedHole:
    """One case filled by every method and compared with the truth."""
    hurt = np.where(case.hole[..., None], np.uint8(255), case.true)
    seeds = range(CANDIDATES if case.place == "anywhere" else 1)
    ours = [_rounded(filled) for filled in inpainter.fill(_picture(hurt), case.hole, seeds, _nothing)]
    guess = [_rounded(filled) for filled in inpainter.fill(_picture(hurt), case.hole, seeds[:1], _nothing, False)]
    made = {
        OURS: ours[0], GUESS: guess[0], TELEA: telea(hurt, case.hole), NAVIER_STOKES: navier_stokes(hurt, case.hole)
    }  # fmt: skip
    figures = {name: figures_of_hole(case.true, filled, case.hole) for name, filled in made.items()}
    fillings = {"hole": hurt, "ours 1": ours[0], "ours 2": ours[-1], **{name: made[name] for name in METHODS[1:]}}
    return JudgedHole(
        case, figures, spread(ours, case.hole) if len(ours) > 1 else None,
        {**fillings, "true": case.true} if shown else {},
    )  # fmt: skip


def figures_of_hole(true: np.ndarray, filled: np.ndarray, hole: np.ndarray) -> HoleFigures:
    """A filling against the truth, both H×W×3 uint8; the hole H×W bool."""
    difference = np.abs(true[hole].astype(np.float32) - filled[hole]) / 255
    return HoleFigures(psnr(true, filled), ssim(true, filled), float(difference.mean()))


def spread(fillings: Sequence[np.ndarray], hole: np.ndarray) -> float:
    """Mean absolute difference in the hole of two fillings, H×W×3 uint8, over all pairs; 0 to 1."""
    inside = [filled[hole].astype(np.float32) / 255 for filled in fillings]
    return float(np.mean([np.abs(a - b).mean() for a, b in itertools.combinations(inside, 2)]))


@dataclass(frozen=True)
class Bin:
    """The means of all cases of one place and share.

    Attributes:
        place, share: of the holes.
        kind: photo, face, or all.
        cases: how many.
        mean: of each method.
        apart: mean distance of candidates; None if not asked for.
    """

    place: Place
    share: tuple[float, float]
    kind: str
    cases: int
    mean: dict[str, HoleFigures]
    apart: float | None


def bins_of(holes: Sequence[JudgedHole]) -> list[Bin]:
    """The means by place, share and kind, ``all`` kinds first."""
    bins = []
    for kind in ("all", *dict.fromkeys(hole.case.kind for hole in holes)):
        groups: dict[tuple[Place, tuple[float, float]], list[JudgedHole]] = {}
        for hole in holes:
            if kind in ("all", hole.case.kind):
                groups.setdefault((hole.case.place, hole.case.share), []).append(hole)
        for (place, share), members in groups.items():
            mean = {name: _mean([member.figures[name] for member in members]) for name in METHODS}
            apart = [member.apart for member in members if member.apart is not None]
            bins.append(Bin(place, share, kind, len(members), mean, float(np.mean(apart)) if apart else None))
    return bins


def _mean(figures: Sequence[HoleFigures]) -> HoleFigures:
    means = (float(np.mean([getattr(each, name) for each in figures])) for name in ("psnr", "ssim", "hole_l1"))
    return HoleFigures(*means)


def _picture(samples: np.ndarray) -> np.ndarray:
    return samples.astype(np.float32) / 255


def _rounded(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def _nothing(share: float) -> None:
    """Progress is shown case by case."""
