"""Time and memory over pixels, as a picture: two panels, all axes logarithmic, a line for each contestant."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from restoration.bench.results import CaseResult

PANEL_WIDTH, PANEL_HEIGHT, MARGIN, LEGEND = 560, 420, 70, 40
#: Blue for the compact networks, orange for those of the published size: Okabe and Ito's, told apart by all eyes.
_COLOURS = {"compact": (0, 114, 178), "official": (213, 94, 0)}
_MARKS = {"plain": "cross", "steps": "circle", "restore": "square"}
_INK, _GRID = (30, 30, 30), (222, 222, 222)
_FONT_SIZE = 14


@dataclass(frozen=True)
class Series:
    """One line.

    Attributes:
        name: for the legend.
        preset, contestant: give colour and mark.
        scratches: dashed without, drawn through with.
        points: (megapixels, value), both above 0.
    """

    name: str
    preset: str
    contestant: str
    scratches: bool
    points: tuple[tuple[float, float], ...]


def series_of(results: Sequence[CaseResult], what: str) -> list[Series]:
    """The lines of one panel.

    Args:
        results: the cases.
        what: ``seconds``, warm where there is such a figure, or ``gibibytes``, at the peak.
    """
    points: dict[tuple[str, bool, str], list[tuple[float, float]]] = {}
    for result in results:
        for contestant, one in result.measured.items():
            if one.peak_bytes is None or one.cold_s is None:
                continue
            seconds = one.cold_s if one.warm_s is None else one.warm_s
            value = seconds if what == "seconds" else one.peak_bytes / 2**30
            key = (result.case.preset, result.case.scratches, contestant)
            points.setdefault(key, []).append((result.case.pixels / 1e6, value))
    return [
        Series(
            f"{preset}, {contestant}, {'with' if scratches else 'without'} scratches",
            preset,
            contestant,
            scratches,
            tuple(sorted(line)),
        )
        for (preset, scratches, contestant), line in points.items()
    ]


def plot_png(results: Sequence[CaseResult]) -> bytes | None:
    """The plot as a PNG file; None if nothing was measured."""
    panels = [("seconds", series_of(results, "seconds")), ("GiB at the peak", series_of(results, "gibibytes"))]
    if not panels[0][1]:
        return None
    font = ImageFont.load_default(_FONT_SIZE)
    names = panels[0][1]
    rows = math.ceil(len(names) / 3)
    whole = Image.new("RGB", (2 * PANEL_WIDTH, PANEL_HEIGHT + LEGEND + 22 * rows), "white")
    draw = ImageDraw.Draw(whole)
    for number, (title, lines) in enumerate(panels):
        _Panel(draw, font, number * PANEL_WIDTH, lines).draw(title)
    for number, line in enumerate(names):
        x, y = 30 + number % 3 * 360, PANEL_HEIGHT + 30 + number // 3 * 22
        _stroke(draw, line, [(x, y), (x + 36, y)])
        _mark(draw, line, (x + 18, y))
        draw.text((x + 46, y), line.name, _INK, font, anchor="lm")
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def decades(low: float, high: float) -> tuple[int, int]:
    """The whole powers of ten around two values above 0, never the same two."""
    first = math.floor(math.log10(low))
    return first, max(first + 1, math.ceil(math.log10(high)))


class _Panel:
    """One pair of axes with its lines."""

    def __init__(
        self,
        draw: ImageDraw.ImageDraw,
        font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
        left: int,
        lines: list[Series],
    ) -> None:
        self._draw, self._font, self._left, self._lines = draw, font, left, lines
        pixels = [x for line in lines for x, _ in line.points]
        values = [y for line in lines for _, y in line.points]
        self._across, self._up = decades(min(pixels), max(pixels)), decades(min(values), max(values))

    def draw(self, title: str) -> None:
        self._axes(title)
        for line in self._lines:
            places = [self._place(x, y) for x, y in line.points]
            _stroke(self._draw, line, places)
            for place in places:
                _mark(self._draw, line, place)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        width, height = PANEL_WIDTH - 2 * MARGIN, PANEL_HEIGHT - 2 * MARGIN
        across = (math.log10(x) - self._across[0]) / (self._across[1] - self._across[0])
        up = (math.log10(y) - self._up[0]) / (self._up[1] - self._up[0])
        return self._left + MARGIN + across * width, MARGIN + (1 - up) * height

    def _axes(self, title: str) -> None:
        left, top = self._place(10 ** self._across[0], 10 ** self._up[1])
        right, bottom = self._place(10 ** self._across[1], 10 ** self._up[0])
        for power in range(self._across[0], self._across[1] + 1):
            x, _ = self._place(10.0**power, 10 ** self._up[0])
            self._draw.line((x, top, x, bottom), _GRID)
            self._draw.text((x, bottom + 8), f"{10.0**power:g}", _INK, self._font, anchor="mt")
        for power in range(self._up[0], self._up[1] + 1):
            _, y = self._place(10 ** self._across[0], 10.0**power)
            self._draw.line((left, y, right, y), _GRID)
            self._draw.text((left - 8, y), f"{10.0**power:g}", _INK, self._font, anchor="rm")
        self._draw.rectangle((left, top, right, bottom), outline=_INK)
        self._draw.text(((left + right) / 2, bottom + 30), "megapixels", _INK, self._font, anchor="mt")
        self._draw.text(((left + right) / 2, top - 24), title, _INK, self._font, anchor="mm")


def _stroke(draw: ImageDraw.ImageDraw, line: Series, places: list[tuple[float, float]]) -> None:
    colour = _COLOURS[line.preset]
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        if line.scratches:
            draw.line((x0, y0, x1, y1), colour, 2)
            continue
        length = max(1.0, math.hypot(x1 - x0, y1 - y0))
        for begin in range(0, int(length), 10):  # dashes of 5 pixels
            a, b = begin / length, min(1.0, (begin + 5) / length)
            draw.line((x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0)), colour, 2)


def _mark(draw: ImageDraw.ImageDraw, line: Series, place: tuple[float, float]) -> None:
    (x, y), colour, mark = place, _COLOURS[line.preset], _MARKS[line.contestant]
    if mark == "circle":
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)
    elif mark == "square":
        draw.rectangle((x - 4, y - 4, x + 4, y + 4), fill=colour)
    else:
        draw.line((x - 5, y - 5, x + 5, y + 5), colour, 2)
        draw.line((x - 5, y + 5, x + 5, y - 5), colour, 2)
