"""The figures for programs (a plain document) and for people (a table)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from restoration.bench.cases import Contestant
from restoration.bench.ratios import exponents, ratios_to_plain
from restoration.bench.results import CaseResult

#: Raised when a key changes its meaning.
SCHEMA = 1
GIB = 2**30


def document_of(
    results: Sequence[CaseResult], machine: dict[str, object], repeats: int, weights: str
) -> dict[str, Any]:
    """All figures, as JSON can hold them.

    Args:
        results: the cases.
        machine: see ``machine_facts``.
        repeats: see ``Plan``.
        weights: which ones the official networks had, in words.
    """
    return {
        "schema": SCHEMA,
        "machine": machine,
        "repeats": repeats,
        "official_weights": weights,
        "cases": [_case(result) for result in results],
        "exponents": exponents(results),
    }


def _case(result: CaseResult) -> dict[str, Any]:
    case, measured = result.case, result.measured
    plain = measured.get("plain")
    return {
        "name": case.name,
        **asdict(case),
        "megapixels": case.pixels / 1e6,
        "measured": {name: asdict(one) for name, one in measured.items()},
        "ratios": {
            name: ratios_to_plain(plain, one) for name, one in measured.items() if plain is not None and name != "plain"
        },
        "agreement": asdict(result.agreement),
    }


def table_of(document: dict[str, Any]) -> RenderableType:
    """The document as tables for a terminal."""
    cases = Table(box=box.SIMPLE, title="Seconds of the wall clock, GiB at the peak; ratios are to plain")
    for heading in (
        "case",
        "",
        "cold",
        "warm",
        "GiB",
        "warm faster",
        "work faster",
        "of the peak",
        "faces",
        "differs by (of 255)",
    ):
        cases.add_column(heading, justify="left" if heading in ("case", "") else "right", overflow="fold")
    for case in document["cases"]:
        for number, (contestant, one) in enumerate(case["measured"].items()):
            name = case["name"] if number == 0 else ""
            if one["left_out"]:
                cases.add_row(name, contestant, *["–"] * 7, one["left_out"])
                continue
            ratios = case["ratios"].get(contestant, {})
            cases.add_row(
                name,
                contestant,
                _fixed(one["cold_s"], 2),
                _fixed(one["warm_s"], 2),
                _fixed(one["peak_bytes"] / GIB, 2),
                _fixed(ratios.get("warm_times_faster"), 2, "×"),
                _fixed(ratios.get("work_times_faster"), 2, "×"),
                _fixed(None if ratios.get("peak_share") is None else ratios["peak_share"] * 100, 0, " %"),
                str(one["faces"]),
                _difference(contestant, case["agreement"]),
            )
    growth = Table(box=box.SIMPLE, title="Exponents over the pixels, from 1 to 24 megapixels: 1 is linear")
    for heading in ("networks", "", "time", "memory"):
        growth.add_column(heading)
    for one in document["exponents"]:
        name = f"{one['preset']} {'with' if one['scratches'] else 'without'} scratches"
        growth.add_row(name, one["contestant"], _fixed(one["time"], 2), _fixed(one["memory"], 2))
    return Group(cases, growth) if document["exponents"] else cases


def _difference(contestant: Contestant, agreement: dict[str, Any]) -> str:
    if contestant == "steps" and agreement["final_levels"] is not None:
        parts = f"{agreement['restored_levels']} before faces, {agreement['final_levels']} with"
        return f"{parts}; {agreement['final_apart']:.2%} by over 1{_psnr(agreement['final_psnr_db'])}"
    if contestant == "restore" and agreement["restore_levels"] is not None:
        return f"{agreement['restore_levels']}{_psnr(agreement['restore_psnr_db'])}"
    return ""


def _psnr(decibels: float | None) -> str:
    return "" if decibels is None else f"; {decibels:.1f} dB"


def _fixed(value: float | None, digits: int, unit: str = "") -> str:
    return "–" if value is None else f"{value:.{digits}f}{unit}"
