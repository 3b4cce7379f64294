"""Pages of what was done: ``index.html``, with an edge between before and after in every photo, and what failed.

Pages hold some photos each and load their pictures when they are looked at, so that 20,000 are no burden. They are
plain files that refer to each other by relative addresses: no server, no network.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from restoration.archive.previews import LONGEST_SIDE
from restoration.archive.record import DONE, Row
from restoration.archive.walk import PAGES_NAME, RECORD_NAME
from restoration.atomic_file import atomic_file
from restoration.errors import OutputError

INDEX_NAME = "index.html"
#: Photos a page.
A_PAGE = 48
#: So many failures are listed; the record has all of them.
FAILURES_SHOWN = 1000

_OURS = b'<meta name="generator" content="restore-old-photo">'
_PAGE = re.compile(r"page-(\d+)\.html")
_BEFORE, _AFTER = "before", "after"


def check_index(out: Path) -> None:
    """See that the first page overwrites nothing that is not of our making.

    Raises:
        OutputError: it would.
    """
    path = out / INDEX_NAME
    if os.path.lexists(path) and not (path.is_file() and _OURS in path.read_bytes()[:2000]):
        raise OutputError(f"{path} exists already.", "Move it away, or leave out the index with --no-index.")


def preview_names(output: str) -> tuple[str, str]:
    """The files of the small pictures before and after, relative to the folder of the results, with slashes."""
    name = hashlib.sha256(os.fsencode(output)).hexdigest()[:20]
    stem = f"{PAGES_NAME}/previews/{name[:2]}/{name}"  # folders of 20,000 files are slow on many disks
    return f"{stem}-{_BEFORE}.jpg", f"{stem}-{_AFTER}.jpg"


def write_index(out: Path, folder: Path, rows: Sequence[Row]) -> None:
    """Write all pages anew.

    Args:
        out: folder of the results, in which the first page lies.
        folder: of the photos.
        rows: of the record, in any order.

    Raises:
        OutputError: they cannot be written.
    """
    rows = sorted(rows, key=lambda row: (row.source.rpartition("/")[0], row.source, row.output))
    done = [row for row in rows if row.state == DONE]
    failed = [row for row in rows if row.state != DONE]
    count = max(1, -(-len(done) // A_PAGE))
    inner = out / PAGES_NAME
    inner.mkdir(exist_ok=True)
    for name in ("style.css", "sliders.js"):
        text = _templates().get_template(name).render()
        if name == "style.css":
            text += _templates().get_template("index.css").render()
        _write(inner / name, text)
    addresses = _Addresses(out, folder)
    for page in range(1, count + 1):
        first = (page - 1) * A_PAGE
        shown = done[first : first + A_PAGE]
        inside = page > 1
        text = (
            _templates()
            .get_template("index.html")
            .render(
                title=f"Restored: {_printable(Path(os.path.realpath(folder)).name)}",
                record=RECORD_NAME,
                done=len(done),
                failed=len(failed),
                begin=first + 1,
                end=first + len(shown),
                failures=[_failure(row, addresses) for row in failed[:FAILURES_SHOWN]] if page == 1 else [],
                folders=_folders(done) if page == 1 else [],
                page=page,
                pages=count,
                near=_near(page, count),
                address=_address(inside),
                first=("../" if inside else "") + INDEX_NAME,
                beside="" if inside else f"{PAGES_NAME}/",
                up="../" if inside else "",
                gallery={
                    "left": _BEFORE,
                    "right": _AFTER,
                    "cards": [_card(row, addresses, "../" if inside else "") for row in shown],
                },
            )
        )
        _write(inner / f"page-{page}.html" if inside else out / INDEX_NAME, text)
    for path in inner.glob("page-*.html"):
        number = _PAGE.fullmatch(path.name)
        if number and int(number[1]) > count:
            path.unlink(missing_ok=True)


class _Addresses:
    """Addresses of files, relative to the folder of the results."""

    def __init__(self, out: Path, folder: Path) -> None:
        self.out = out
        self._folders: dict[str, str] = {}
        self._folder = os.path.realpath(folder)

    def source(self, row: Row, up: str = "") -> str:
        where = row.folder or self._folder
        try:
            to_folder = os.path.relpath(where, os.path.realpath(self.out))
        except ValueError:  # another drive
            return (Path(where) / row.source).as_uri()
        return quote(os.fsencode(f"{up}{to_folder}/{row.source}".replace(os.sep, "/")), safe="/")

    def output(self, row: Row, up: str = "") -> str:
        return quote(os.fsencode(up + row.output), safe="/")

    def previews(self, row: Row, up: str) -> dict[str, str]:
        names = preview_names(row.output)
        if not all((self.out / name).is_file() for name in names):
            return {}
        return {_BEFORE: up + names[0], _AFTER: up + names[1]}


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader("restoration.archive"), PackageLoader("restoration.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _card(row: Row, addresses: _Addresses, up: str) -> dict[str, Any]:
    """What the page's program shows of a photo."""
    size = f"{row.width}×{row.height}"
    did = row.stages.replace(" ", ", ") or "nothing to be changed"
    faces = f", {row.faces} face{'s' if row.faces != '1' else ''} drawn anew" if row.faces not in ("", "0") else ""
    card: dict[str, Any] = {
        "name": _printable(row.source),
        "about": f"{size}, {did}{faces}. {_printable(row.notes)}".strip(),
        "pictures": addresses.previews(row, up),
        "links": {"original": addresses.source(row, up), "result": addresses.output(row, up)},
    }
    if row.width.isdigit() and row.height.isdigit():
        width, height = int(row.width), int(row.height)
        factor = min(1.0, LONGEST_SIDE / max(width, height, 1))
        card["size"] = [max(1, round(width * factor)), max(1, round(height * factor))]
    return card


def _failure(row: Row, addresses: _Addresses) -> dict[str, str]:
    return {
        "name": _printable(row.source),
        "href": addresses.source(row),
        "error": _printable(row.error),
        "remedy": _printable(row.remedy),
    }


def _folders(done: Sequence[Row]) -> list[tuple[str, int, int]]:
    """Folders with the page on which each begins, and how many photos it has."""
    counts = Counter(row.source.rpartition("/")[0] for row in done)
    begins: dict[str, int] = {}
    for number, row in enumerate(done):
        begins.setdefault(row.source.rpartition("/")[0], number // A_PAGE + 1)
    return [(_printable(name) or ".", page, counts[name]) for name, page in begins.items()]


def _near(page: int, pages: int) -> list[int]:
    """Pages to go to from one; 0 stands for those that are left out."""
    shown = sorted({1, pages, *range(max(1, page - 3), min(pages, page + 3) + 1)})
    out: list[int] = []
    for number in shown:
        if out and number > out[-1] + 1:
            out.append(0)
        out.append(number)
    return out


def _address(inside: bool) -> Callable[[int], str]:
    def address(page: int) -> str:
        if page == 1:
            return ("../" if inside else "") + INDEX_NAME
        return ("" if inside else f"{PAGES_NAME}/") + f"page-{page}.html"

    return address


def _printable(text: str) -> str:
    """Text with question marks for bytes of names that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _write(path: Path, text: str) -> None:
    with atomic_file(path, overwrite=True) as file:
        file.write(text.encode("utf-8"))
