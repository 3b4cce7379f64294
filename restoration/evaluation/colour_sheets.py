"""Contact sheets of judged colours: true, grey, coloured, with hints, one row a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from restoration.evaluation.colour import JudgedColours

ROWS = 8
_WIDTH, _GAP, _TEXT, _GROUND, _INK = 360, 8, 20, 40, 235


def page_names(pictures: int) -> list[str]:
    """The names of the pages of so many pictures."""
    return [f"colour-{number}.png" for number in range(1, max(1, -(-pictures // ROWS)) + 1)]


def colour_pages(judged: Sequence[JudgedColours]) -> list[bytes]:
    """PNG files, ``ROWS`` pictures each."""
    pages = []
    for first in range(0, len(judged), ROWS):
        stream = io.BytesIO()
        Image.fromarray(colour_page(judged[first : first + ROWS])).save(stream, "PNG")
        pages.append(stream.getvalue())
    return pages


def colour_page(judged: Sequence[JudgedColours]) -> np.ndarray:
    """One page, uint8 RGB, the pictures 360 pixels wide."""
    heights = [round(_WIDTH * one.true.shape[0] / one.true.shape[1]) for one in judged]
    page = Image.new("RGB", (4 * (_WIDTH + _GAP) + _GAP, sum(heights) + len(judged) * (_TEXT + _GAP)), (_GROUND,) * 3)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(12)
    y = 0
    for one, height in zip(judged, heights, strict=True):
        figures = one.figures
        columns = (
            (one.name, one.true),
            (f"grey: {figures.grey:.1f}", one.grey),
            (f"coloured: {figures.coloured:.1f}", one.coloured),
            (f"with hints: {figures.hinted:.1f}", one.hinted),
        )
        for column, (text, picture) in enumerate(columns):
            x = _GAP + column * (_WIDTH + _GAP)
            page.paste(Image.fromarray(picture).convert("RGB").resize((_WIDTH, height)), (x, y))
            draw.text((x, y + height + 2), text, fill=(_INK,) * 3, font=font)
        y += height + _TEXT + _GAP
    return np.asarray(page)
