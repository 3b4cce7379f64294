"""The contact sheet of filled holes: one row a case, every method beside the hole and the truth, at 100 %."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from restoration.evaluation.inpainting import JudgedHole
from restoration.evaluation.inpainting_cases import SIDE

_GAP, _TEXT, _GROUND, _INK = 6, 20, 40, 235


def sheet(holes: Sequence[JudgedHole]) -> np.ndarray:
    """The cases that have pictures, uint8 RGB; one pixel if none has."""
    shown = [hole for hole in holes if hole.fillings]
    if not shown:
        return np.full((1, 1, 3), _GROUND, np.uint8)
    columns = len(shown[0].fillings)
    size = (columns * (SIDE + _GAP) + _GAP, len(shown) * (SIDE + _TEXT + _GAP) + _GAP)
    page = Image.new("RGB", size, (_GROUND,) * 3)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for row, hole in enumerate(shown):
        for column, (title, picture) in enumerate(hole.fillings.items()):
            x, y = _GAP + column * (SIDE + _GAP), _GAP + row * (SIDE + _TEXT + _GAP)
            page.paste(Image.fromarray(picture), (x, y))
            figures = hole.figures.get("ours" if title == "ours 1" else title)
            text = title if figures is None else f"{title}: {figures.psnr:.1f} dB, SSIM {figures.ssim:.3f}"
            # Pillow's own font has no dash of this length.
            draw.text((x, y + SIDE + 2), text.replace("–", "-"), fill=(_INK,) * 3, font=font)
    return np.asarray(page)


def sheet_png(holes: Sequence[JudgedHole]) -> bytes:
    """The sheet as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(sheet(holes)).save(stream, "PNG")
    return stream.getvalue()
