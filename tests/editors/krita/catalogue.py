"""A catalogue for gettext in which every text of the plug-in is marked."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from pathlib import Path


def texts_of(plugin: Path) -> set[str]:
    """Every text that the plug-in's files give to ``_``."""
    return {text for path in plugin.rglob("*.py") if "vendor" not in path.parts for text in _texts_in(path)}


def _texts_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            (argument,) = node.args
            yield ast.literal_eval(argument)  # anything but a plain text cannot be translated, and fails here


def write_marked_catalogue(plugin: Path, language: str = "de") -> None:
    """Write ``remote/editors/locale/…/restore-old-photo.mo``: each text in ⟦ ⟧."""
    messages = {"": "Content-Type: text/plain; charset=UTF-8\n", **{text: f"⟦{text}⟧" for text in texts_of(plugin)}}
    folder = plugin / "remote/editors/locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "restore-old-photo.mo").write_bytes(_compiled(messages))


def _compiled(messages: dict[str, str]) -> bytes:
    """A .mo file: the GNU gettext manual, "The Format of GNU MO Files"."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    count, header = len(pairs), 7 * 4
    start = header + 16 * count
    tables, strings = [], b""
    for part in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[part]), start + len(strings)))
            strings += pair[part] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, header, header + 8 * count, 0, 0)
    return head + b"".join(tables) + strings
