"""Contact sheets of judged faces: true, aged, global, with faces, one row a face."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from restoration.evaluation.face_cases import CROP
from restoration.evaluation.faces import COMPARED, DRAWN, WITH_FACES, JudgedFace

#: Faces on one page.
ROWS = 10
_GAP, _TEXT, _GROUND, _INK = 8, 22, 40, 235


def page_names(faces: int) -> list[str]:
    """The names of the pages of so many faces: faces.png, faces-2.png and so on."""
    pages = max(1, -(-faces // ROWS))
    return ["faces.png", *(f"faces-{number}.png" for number in range(2, pages + 1))]


def face_pages(faces: Sequence[JudgedFace]) -> list[bytes]:
    """PNG files, ``ROWS`` faces each, in the order given; under each face its name and the descriptor's distances."""
    pages = []
    for first in range(0, len(faces), ROWS):
        stream = io.BytesIO()
        Image.fromarray(face_page(faces[first : first + ROWS])).save(stream, "PNG")
        pages.append(stream.getvalue())
    return pages


def face_page(faces: Sequence[JudgedFace]) -> np.ndarray:
    """One page, uint8 RGB: for each face the four crops side by side, at 100 %, with a line of text below."""
    height, width = CROP + _TEXT + _GAP, CROP + _GAP
    page = Image.new("RGB", ((1 + len(COMPARED)) * width + _GAP, len(faces) * height + _GAP), (_GROUND,) * 3)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for row, face in enumerate(faces):
        columns = [(_title(face), face.true)]
        for name in COMPARED:
            left = f", {face.fate}" if name == WITH_FACES and face.fate != DRAWN else ""
            columns.append((f"{name}{left}: {face.figures[name].distance:.3f}", face.crops[name]))
        for column, (text, picture) in enumerate(columns):
            x, y = _GAP + column * width, _GAP + row * height
            page.paste(Image.fromarray(picture), (x, y))
            draw.text((x, y + CROP + 3), text, fill=(_INK,) * 3, font=font)
    return np.asarray(page)


def _title(face: JudgedFace) -> str:
    age = "" if face.age is None else f", age {face.age}"
    return f"{face.name}, {face.groups['recipe']}, {face.side:.0f} px{age}"
