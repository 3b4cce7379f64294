"""The cases, one after another, by each contestant in turn."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from restoration.bench.agreement import agreement_of
from restoration.bench.cases import Case, Contestant
from restoration.bench.job import INPUT, Job, write_picture
from restoration.bench.needs import bytes_needed, uses_patches
from restoration.bench.pictures import aged_portrait
from restoration.bench.plain_stage import STAGES
from restoration.bench.processes import Ran, run_program
from restoration.bench.results import CaseResult, Measurement, median
from restoration.memory import free_memory

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How the cases are measured.

    Attributes:
        contestants: who takes part, in their order.
        repeats: runs of ``plain``, and warm runs of the others, at least 1.
        models: folder of the official weights; None if no case needs it.
        float32: whether the library keeps to float32 where the machine has a faster format.
        limit_s: seconds after which a process is stopped.
    """

    contestants: tuple[Contestant, ...]
    repeats: int
    models: Path | None
    float32: bool = False
    limit_s: float = 3600.0


def measure(cases: Iterable[Case], plan: Plan, tell: Tell) -> Iterator[CaseResult]:
    """Measures cases; what does not fit into memory, fails or takes too long has the reason in place of figures.

    Args:
        cases: see ``cases_of``.
        plan: how.
        tell: told what is being done.
    """
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            yield _case(case, plan, Path(name), tell)


def _case(case: Case, plan: Plan, folder: Path, tell: Tell) -> CaseResult:
    models = str(plan.models) if case.preset == "official" else None
    Job(case.preset, models, case.scratches, uses_patches(case), plan.float32).write(folder)
    measured: dict[Contestant, Measurement] = {}
    for contestant in plan.contestants:
        measured[contestant] = _too_large(case, contestant) or _run(case, contestant, plan, folder)
        tell(f"{case.name}, {contestant}: {measured[contestant].left_out or _times(measured[contestant])}")
    return CaseResult(case, measured, agreement_of(folder))


def _too_large(case: Case, contestant: Contestant) -> Measurement | None:
    needed, free = bytes_needed(case, contestant), free_memory()
    if needed <= free:
        return None
    return Measurement(f"It needs some {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free.")


def _run(case: Case, contestant: Contestant, plan: Plan, folder: Path) -> Measurement:
    if not (folder / INPUT).exists():
        write_picture(folder / INPUT, aged_portrait(case.width, case.height, case.scratches))
    (folder / contestant).mkdir()
    if contestant == "plain":
        return _plain(case, plan, folder)
    return _library(contestant, plan, folder)


def _plain(case: Case, plan: Plan, folder: Path) -> Measurement:
    stages = [stage for stage in STAGES if case.scratches or stage != "detect"]
    runs: list[dict[str, Ran]] = []
    for _ in range(plan.repeats):
        ran: dict[str, Ran] = {}
        for stage in stages:
            ran[stage] = run_program("restoration.bench.plain_stage", stage, str(folder), limit_s=plan.limit_s)
            if ran[stage].failure:
                return Measurement(f"Stage {stage}: {ran[stage].failure}")
        runs.append(ran)
    figures = {stage: {"wall_s": last.seconds, **_timed(last)} for stage, last in runs[-1].items()}
    return Measurement(
        cold_s=median([sum(one.seconds for one in ran.values()) for ran in runs]),
        working_s=median([sum(one.said[-1].figures["working_s"] for one in ran.values()) for ran in runs]),
        peak_bytes=max(one.said[-1].figures["peak_bytes"] for ran in runs for one in ran.values()),
        faces=runs[-1]["find"].said[-1].figures["faces"],
        stages=figures,
    )


def _timed(ran: Ran) -> dict[str, float]:
    return {name: ran.said[-1].figures[name] for name in ("loading_s", "working_s", "peak_bytes")}


def _library(contestant: Contestant, plan: Plan, folder: Path) -> Measurement:
    ran = run_program(
        "restoration.bench.library_run", contestant, str(folder), str(plan.repeats + 1), limit_s=plan.limit_s
    )
    if ran.failure:
        return Measurement(ran.failure)
    loaded, first, *later = ran.said
    return Measurement(
        cold_s=first.at_s,
        warm_s=median([one.figures["working_s"] for one in later]),
        working_s=first.figures["working_s"],
        peak_bytes=later[-1].figures["peak_bytes"],
        faces=later[-1].figures["faces"],
        number_format=loaded.figures["number_format"],
        threads=loaded.figures["threads"],
    )


def _times(measurement: Measurement) -> str:
    warm = "" if measurement.warm_s is None else f", warm {measurement.warm_s:.1f} s"
    return f"{measurement.cold_s or 0:.1f} s{warm}, {(measurement.peak_bytes or 0) / 1e9:.2f} GB"
