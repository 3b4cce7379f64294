"""One evaluation from its parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from restoration.ageing import RECIPES, Materials
from restoration.errors import PictureError
from restoration.evaluation.cases import Case, evenly, pair_cases, pair_names, synthetic_cases
from restoration.evaluation.comparison import ORIGINAL, compare
from restoration.evaluation.detection import DetectionCount
from restoration.evaluation.harm import unharmed
from restoration.evaluation.methods import methods_of
from restoration.evaluation.outcome import Outcome
from restoration.evaluation.perceptual import Perception
from restoration.evaluation.real_scans import restored_scans
from restoration.presets.interface import GlobalRestorer, Models
from restoration.training.pairs import list_pictures

T = TypeVar("T")
#: Passes items on and shows how many of them, by title and number, are done.
Track = Callable[[Iterable[T], str, int], Iterable[T]]

#: From which probability a pixel counts where a preset has no detector: from none.
_NEVER = 2.0


@dataclass(frozen=True)
class Plan:
    """What is evaluated.

    Attributes:
        data: folder with ``photos/test``, ``defects/test``, ``old/test``; not looked at by what is 0 below, nor for
            ``pairs``.
        photos: how many cases, at most.
        recipe: name of the ageing, one of ``RECIPES``.
        pairs: folder of pairs that another program made; None ages ``photos/test``.
        sound: how many sound photographs go through the default settings.
        scans: how many real scans, at most.
        deep_image_prior: how many cases deep image prior gets.
        perception: folder of the networks of LPIPS and FID; None is torch's own.
    """

    data: Path
    photos: int = 60
    recipe: str = "benchmark"
    pairs: Path | None = None
    sound: int = 30
    scans: int = 40
    deep_image_prior: int = 0
    perception: Path | None = None


@dataclass(frozen=True)
class Contestants:
    """The networks.

    Attributes:
        preset, device: names, for the report.
        models: the preset's.
        baselines: trained for comparison, by name.
        official: the published ones; None where there are none, or where they are the preset.
    """

    preset: str
    device: str
    models: Models
    baselines: Mapping[str, GlobalRestorer] = field(default_factory=dict)
    official: Models | None = None


def evaluate(plan: Plan, contestants: Contestants, sheets: Path | None, track: Track) -> Outcome:
    """Runs an evaluation.

    Args:
        plan: what.
        contestants: with which networks.
        sheets: folder for the contact sheets of real scans; without one they are left out.
        track: told how far it is.

    Raises:
        PictureError: the data lacks a folder, or a picture cannot be read.
        WeightsError: the weights of a perceptual figure are there, but damaged.
    """
    models, seconds = contestants.models, Stopwatch()
    cases, number, source = _cases(plan)
    sound = evenly(_pictures(plan.data, "photos/test"), plan.sound) if plan.sound else []
    scans = evenly(_pictures(plan.data, "old/test"), plan.scans) if plan.scans and sheets else []
    methods = methods_of(models, contestants.baselines, contestants.official, plan.deep_image_prior)
    perception = Perception(plan.perception)
    threshold = models.detector.threshold if models.detector else _NEVER
    count = DetectionCount(threshold)
    with seconds.part("photographs against their truth"):
        judged = list(track(compare(cases, methods, models, perception, count), "Comparing", number))
    with seconds.part("sound photographs"):
        kept = list(track(unharmed(sound, models, threshold), "Sound photographs", len(sound)))
    with seconds.part("real scans"):
        restored = restored_scans(scans, models, threshold, sheets) if sheets else iter(())
        scanned = list(track(restored, "Real scans", len(scans)))
    return Outcome(
        source=source,
        preset=contestants.preset,
        device=contestants.device,
        methods={method.name: method.about for method in methods},
        judged=judged,
        detection=count.figures() if models.detector else None,
        fid={method.name: perception.fid(method.name, ORIGINAL) for method in methods},
        empty=perception.missing,
        unharmed=kept,
        scans=scanned,
        seconds=seconds.parts,
    )


def _cases(plan: Plan) -> tuple[Iterator[Case], int, str]:
    """The cases, how many, and where they came from."""
    if plan.pairs is not None:
        names = evenly(pair_names(plan.pairs), plan.photos)
        return pair_cases(plan.pairs, names), len(names), f"aged by another program ({plan.pairs.name})"
    photos = evenly(_pictures(plan.data, "photos/test"), plan.photos)
    defects = plan.data / "defects/test"
    materials = Materials.from_folder(defects) if defects.is_dir() else None
    source = f"aged by the recipe “{plan.recipe}” with seeds that training never uses"
    return synthetic_cases(photos, RECIPES[plan.recipe], materials), len(photos), source


def _pictures(data: Path, name: str) -> list[Path]:
    folder = data / name
    if not folder.is_dir():
        raise PictureError(f"There is no folder {folder}.", "Name the data's folder with --data; see docs/data.md.")
    return list_pictures(folder)


class Stopwatch:
    """Seconds by part.

    Attributes:
        parts: name to seconds, in the order in which the parts ended.
    """

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Times a block."""
        start = time.perf_counter()
        yield
        self.parts[name] = time.perf_counter() - start
