"""The two pages, each one file that holds its pictures, its style and its program, and asks no server for anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from restoration.evaluation.comparison import FOUND_MASK, ORIGINAL, TRUE_MASK
from restoration.evaluation.encoded import data_uri
from restoration.evaluation.harm import LOWEST_SSIM
from restoration.evaluation.methods import CLASSICAL_TRUE, INPUT, OURS
from restoration.evaluation.outcome import GAINED, Outcome
from restoration.evaluation.report.figures import sound_summary
from restoration.evaluation.report.roc import roc_svg

#: Figure to its title, the digits shown, and whether higher is better.
COLUMNS = {
    "psnr": ("PSNR (dB)", 2, True),
    "ssim": ("SSIM", 3, True),
    "ms_ssim": ("MS-SSIM", 3, True),
    "psnr_tone_fitted": ("PSNR, tone fitted (dB)", 2, True),
    "ssim_tone_fitted": ("SSIM, tone fitted", 3, True),
    "psnr_damaged": ("PSNR, damage alone (dB)", 2, True),
    "lpips": ("LPIPS", 3, False),
}
WORST = 10
#: Only shown beside others: they are told what no user can tell them, or are parts switched off.
_NOT_VOTED_ON = (INPUT, CLASSICAL_TRUE, "ours, no repair", "ours, true mask")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("restoration.evaluation.report"), PackageLoader("restoration.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}  # methods stay in the order of the tables
    environment.filters["fixed"] = _fixed
    environment.filters["signed"] = lambda value, digits: f"{value:+.{digits}f}".replace("-", "−")
    environment.filters["percent"] = lambda value, digits=2: f"{value * 100:.{digits}f} %"
    return environment


def _fixed(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def report_page(outcome: Outcome) -> str:
    """``report.html``: tables, the ROC curve, and sliders before/after, the worst photographs first."""
    methods = list(outcome.methods)
    return (
        _templates()
        .get_template("report.html")
        .render(
            outcome=outcome,
            columns=COLUMNS,
            gained=GAINED,
            rows={name: outcome.mean(name) for name in methods},
            gains={
                over: {name: outcome.gains(name, over) for name in methods if name != over}
                for over in (INPUT, CLASSICAL_TRUE)
                if over in methods
            },
            headline={over: outcome.gains(OURS, over) for over in (INPUT, CLASSICAL_TRUE)},
            sound=sound_summary(outcome),
            lowest_ssim=LOWEST_SSIM,
            roc=Markup(roc_svg(outcome.detection)) if outcome.detection else None,
            worst=WORST,
            total_seconds=sum(outcome.seconds.values()),
            galleries=_galleries(outcome),
            ours=OURS,
            classical=CLASSICAL_TRUE,
        )
    )


def _galleries(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """What the page's program shows: by place, the cards in their order, and which two pictures come first."""
    cases = [
        {
            "name": case.name,
            "about": f"{case.gain_db:+.2f} dB over the input, SSIM {case.figures[OURS].ssim:.3f}".replace("-", "−"),
            "pictures": _uris(case.pictures, [INPUT, OURS, ORIGINAL, FOUND_MASK, TRUE_MASK]),
        }
        for case in outcome.worst_first
    ]
    sound = [
        {
            "name": photo.name,
            "about": f"SSIM {photo.ssim:.3f}, {photo.marked_share:.2%} marked",
            "pictures": _uris(photo.pictures),
        }
        for photo in sorted(outcome.unharmed, key=lambda photo: photo.ssim)
    ]
    scans = [
        {"name": scan.name, "about": f"{scan.marked_share:.2%} marked", "pictures": _uris(scan.pictures)}
        for scan in outcome.scans
    ]
    return {
        "cases": {"left": INPUT, "right": OURS, "cards": cases},
        "sound": {"left": "original", "right": "ours", "cards": sound},
        "scans": {"left": "input", "right": "ours", "cards": scans},
    }


def _uris(pictures: Mapping[str, bytes], first: list[str] | None = None) -> dict[str, str]:
    order = [*(name for name in first or [] if name in pictures), *pictures]
    return {name: data_uri(pictures[name]) for name in dict.fromkeys(order)}


def ab_page(outcome: Outcome) -> str:
    """``ab.html``: two restorations side by side without their names; people say which is better, and it counts.

    Methods that are given the true mask do not take part, nor do switched-off parts of ours. With fewer than two
    methods left the page says so.
    """
    contestants = [name for name in outcome.methods if name not in _NOT_VOTED_ON]
    photos = [
        {
            "name": case.name,
            "input": data_uri(case.pictures[INPUT]),
            "pictures": {name: data_uri(case.pictures[name]) for name in contestants if name in case.pictures},
        }
        for case in outcome.judged
    ]
    # Votes on other pictures must not be counted with these.
    digest = hashlib.sha256("".join(uri for p in photos for uri in p["pictures"].values()).encode()).hexdigest()  # type: ignore[attr-defined]
    return (
        _templates()
        .get_template("ab.html")
        .render(study={"id": digest[:16], "source": outcome.source, "methods": contestants, "photos": photos})
    )
