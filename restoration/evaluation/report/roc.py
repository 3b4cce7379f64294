"""The ROC curve as inline SVG, in the colours of the page it stands in."""

from __future__ import annotations

from restoration.evaluation.detection import DetectionFigures

SIDE, MARGIN = 300, 44


def roc_svg(figures: DetectionFigures) -> str:
    """An SVG element of 388×388 pixels: both axes 0 to 1, the default threshold as a dot."""

    def at(x: float, y: float) -> str:
        return f"{MARGIN + x * SIDE:.1f},{MARGIN + (1 - y) * SIDE:.1f}"

    whole = SIDE + 2 * MARGIN
    parts = [
        f'<svg class="roc" viewBox="0 0 {whole} {whole}" role="img" aria-label="ROC curve, area {figures.auc:.3f}">',
        f'<rect class="frame" x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = at(tick, tick).split(",")
        if 0 < tick < 1:
            parts.append(f'<polyline class="grid" points="{at(tick, 0)} {at(tick, 1)}"/>')
            parts.append(f'<polyline class="grid" points="{at(0, tick)} {at(1, tick)}"/>')
        parts.append(f'<text x="{x}" y="{MARGIN + SIDE + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y}" dy="4" text-anchor="end">{tick:g}</text>')
    parts.append(f'<polyline class="chance" points="{at(0, 0)} {at(1, 1)}"/>')
    parts.append(f'<polyline class="curve" points="{" ".join(at(x, y) for x, y in figures.roc)}"/>')
    x, y = at(figures.default_false_rate, figures.default_recall).split(",")
    parts.append(f'<circle class="dot" cx="{x}" cy="{y}" r="4.5"/>')
    parts.append(f'<text x="{float(x) + 10}" y="{float(y) + 5}">threshold {figures.default_threshold:g}</text>')
    middle = MARGIN + SIDE / 2
    parts.append(
        f'<text x="{middle}" y="{whole - 8}" text-anchor="middle">share of sound pixels marked</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">share of damage found</text></svg>'
    )
    return "".join(parts)
