"""Which further stages there are: those in ``restoration.stages.further``, and those of other installed packages."""

from __future__ import annotations

import functools
import importlib
import logging
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from restoration.errors import SettingsError
from restoration.settings import STAGE_NAMES, Settings
from restoration.stages import further
from restoration.stages.further import FurtherStage

#: A package that has a stage names it under this group of entry points, as ``name = "module:STAGE"``.
GROUP = "restore_old_photo.stages"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Discovered:
    """The further stages of this installation.

    Attributes:
        stages: by name, in the order in which they run: those of this package, then the others, each by their names.
        failures: of other packages' stages that cannot be used: the entry point's name, and a sentence for the user.
    """

    stages: dict[str, FurtherStage]
    failures: dict[str, str]


@functools.cache
def discovered() -> Discovered:
    """Looks once a process. What another package brings is left out where it fails, and never stops the others."""
    found = Discovered({}, {})
    for stage in sorted(_bundled(), key=lambda stage: stage.name):
        found.stages[stage.name] = stage
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            stage = _loaded(point)
            if stage.name in found.stages:
                raise ValueError(f"there is a stage {stage.name!r} already")
        except Exception as error:
            _log.exception("the stage %s (%s) cannot be used", point.name, point.value)
            package = point.dist.name if point.dist is not None else point.value
            found.failures[point.name] = f"The stage {point.name!r} of the package {package} cannot be used: {error}."
        else:
            found.stages[stage.name] = stage
    return found


def _bundled() -> Iterator[FurtherStage]:
    for module in pkgutil.iter_modules(further.__path__, f"{further.__name__}."):
        yield importlib.import_module(module.name).STAGE


def _loaded(point: EntryPoint) -> FurtherStage:
    stage = point.load()
    if not isinstance(stage, FurtherStage):
        raise ValueError(f"{point.value} is no FurtherStage")
    return stage


def stages_that_run(settings: Settings) -> list[tuple[FurtherStage, float]]:
    """The further stages that settings switch on, with their strengths, in the order in which they run.

    One that is on by default joins where the picture is restored at all, and not where damage is only to be found.

    Raises:
        SettingsError: they name one that is not there.
    """
    found = discovered()
    for name, chosen in settings.further.items():
        if name not in found.stages and chosen.is_on:
            known = f"Choose from: {', '.join((*STAGE_NAMES, *found.stages))}."
            raise SettingsError(f"There is no stage {name!r}.", found.failures.get(name, known))
    running = []
    for name, stage in found.stages.items():
        if (settings.further[name].is_on) if name in settings.further else (stage.on_by_default and settings.restores):
            running.append((stage, settings.further[name].strength if name in settings.further else 1.0))
    return running
