"""``metrics.json``: every figure of an evaluation as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from restoration.evaluation.cases import FIRST_SEED
from restoration.evaluation.harm import HIGHEST_SHARE, LOWEST_SSIM
from restoration.evaluation.methods import CLASSICAL_TRUE, INPUT
from restoration.evaluation.metrics import Gain
from restoration.evaluation.outcome import Outcome

#: Raised when a key changes its meaning or goes away; new keys do not raise it.
SCHEMA = 1


def figures_document(outcome: Outcome) -> dict[str, Any]:
    """The document: dicts, lists, strings, finite numbers and None. Units: PSNR in dB, shares 0 to 1, time in s."""
    return {
        "schema": SCHEMA,
        "source": outcome.source,
        "first_seed": FIRST_SEED,
        "preset": outcome.preset,
        "device": outcome.device,
        "methods": {name: _method(outcome, name, about) for name, about in outcome.methods.items()},
        "empty_cells": dict(outcome.empty),
        "detection": None if outcome.detection is None else asdict(outcome.detection),
        "sound_photographs": sound_summary(outcome),
        "real_scans": [
            {"name": s.name, "before": asdict(s.before), "after": asdict(s.after), "marked_share": s.marked_share}
            for s in outcome.scans
        ],
        "cases": [
            {"name": case.name, "figures": {method: asdict(f) for method, f in case.figures.items()}}
            for case in outcome.judged
        ],
        "seconds": dict(outcome.seconds),
    }


def _method(outcome: Outcome, name: str, about: str) -> dict[str, Any]:
    return {
        "about": about,
        "cases": outcome.count(name),
        "mean": outcome.mean(name),
        "fid": outcome.fid.get(name),
        "gain_over_input": _gains(outcome, name, INPUT),
        "gain_over_classical_true_mask": _gains(outcome, name, CLASSICAL_TRUE),
        "seconds": outcome.mean_seconds(name),
    }


def _gains(outcome: Outcome, method: str, over: str) -> dict[str, Any]:
    def plain(found: Gain | None) -> dict[str, float] | None:
        return None if found is None else {"mean": found.mean, "half_width_95": found.half_width}

    return {figure: plain(found) for figure, found in outcome.gains(method, over).items()}


def sound_summary(outcome: Outcome) -> dict[str, Any] | None:
    """Sound photographs in one line; None where none was tried."""
    if not outcome.unharmed:
        return None
    ssim = [photo.ssim for photo in outcome.unharmed]
    shares = [photo.marked_share for photo in outcome.unharmed]
    return {
        "photographs": len(ssim),
        "ssim_mean": float(np.mean(ssim)),
        "ssim_lowest": min(ssim),
        "ssim_asked": LOWEST_SSIM,
        "below_asked": sum(value < LOWEST_SSIM for value in ssim),
        "marked_share_mean": float(np.mean(shares)),
        "marked_share_median": float(np.median(shares)),
        "marked_share_highest": max(shares),
        "marked_share_asked": HIGHEST_SHARE,
    }
