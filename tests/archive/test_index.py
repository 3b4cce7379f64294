"""The pages: plain files that show every photo and name every failure, whatever the photos are called."""

from __future__ import annotations

import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from browser import browser_page
from PIL import Image

from restoration.archive.index import A_PAGE, check_index, preview_names, write_index
from restoration.archive.previews import LONGEST_SIDE, write_preview
from restoration.archive.record import DONE, FAILED, Row
from restoration.errors import OutputError
from restoration.photo import Photo

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ODD = """</script><img src=x onerror=alert(1)> "&amp;' #1?.jpg"""


class Links(HTMLParser):
    """All that a page refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def gallery(page: str) -> list[dict]:
    found = re.search(r'<script type="application/json" id="galleries">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])["photos"]["cards"]


def make(tmp_path: Path, *sources: str) -> list[Row]:
    """Files of photos, results and previews, and their rows."""
    rows = []
    small = Photo(np.full((30, 40, 3), 128, np.uint8))
    for source in sources:
        row = Row(
            source, source.rpartition(".")[0] + ".png", DONE, width="40", height="30", folder=str(tmp_path / "in")
        )
        for path in (tmp_path / "in" / source, tmp_path / "out" / row.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        for name in preview_names(row.output):
            write_preview(tmp_path / "out" / name, small)
        rows.append(row)
    return rows


def test_all_that_a_page_refers_to_is_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = [f"album {number // 60}/{number:03} ü #?%.jpg" for number in range(A_PAGE + 10)]
    rows = [*make(tmp_path, *names), Row("bad.jpg", "bad.png", FAILED, error="Why & how.", remedy="Scan it.")]
    (tmp_path / "in" / "bad.jpg").write_bytes(b"")
    (out / "restore-old-photo.csv").write_bytes(b"")
    write_index(out, tmp_path / "in", rows)
    cards = 0
    for path in (out / "index.html", out / "restore-old-photo-index" / "page-2.html"):
        page = path.read_text(encoding="utf-8")
        links = [link.partition("#")[0] for link in Links(page).found]
        for card in gallery(page):
            links += [*card["pictures"].values(), *card["links"].values()]
            assert card["size"] == [40, 30]
            cards += 1
        for link in links:
            assert not link.startswith(("http", "/", "file"))
            assert (path.parent / unquote(link)).exists(), link
    assert cards == A_PAGE + 10
    assert "Why &amp; how." in (out / "index.html").read_text(encoding="utf-8")


def test_a_name_is_text_and_nothing_else(tmp_path: Path) -> None:
    rows = [Row(ODD, "a.png", DONE), Row(ODD, "b.png", FAILED, error=ODD, remedy=ODD)]
    (tmp_path / "out").mkdir()
    write_index(tmp_path / "out", tmp_path / ODD.replace("/", "_"), rows)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<img" not in page
    (card,) = gallery(page)
    assert card["name"] == ODD
    assert card["pictures"] == {}
    assert page.count("</script>") == 2


def test_pages_that_are_not_needed_any_more_go(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    rows = [Row(f"{number}.jpg", f"{number}.png", DONE) for number in range(3 * A_PAGE)]
    write_index(tmp_path / "out", tmp_path, rows)
    assert len(list((tmp_path / "out").rglob("page-*.html"))) == 2
    write_index(tmp_path / "out", tmp_path, rows[:5])
    assert not list((tmp_path / "out").rglob("page-*.html"))


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    check_index(tmp_path)
    write_index(tmp_path, tmp_path, [])
    check_index(tmp_path)
    (tmp_path / "index.html").write_text("<p>My own")
    with pytest.raises(OutputError, match="exists already"):
        check_index(tmp_path)


@pytest.mark.parametrize(
    ("shape", "dtype", "mode"), [((900, 1400, 3), np.uint8, "RGB"), ((2000, 60, 1), np.uint16, "L")]
)
def test_previews_are_small_and_of_8_bits(tmp_path: Path, shape: tuple[int, ...], dtype: type, mode: str) -> None:
    write_preview(tmp_path / "deep" / "a.jpg", Photo(np.full(shape, np.iinfo(dtype).max // 2, dtype)))
    with Image.open(tmp_path / "deep" / "a.jpg") as small:
        assert (max(small.size), small.mode) == (LONGEST_SIDE, mode)
        assert abs(float(np.asarray(small).mean()) - 127.5) < 2


@pytest.mark.skipif(CHROMIUM is None or os.name != "posix", reason="there is no Chromium")
def test_in_a_browser_the_edge_follows_mouse_and_keys(tmp_path: Path) -> None:
    rows = make(tmp_path, "a.jpg", ODD.replace("/", "_"))
    (tmp_path / "out" / "restore-old-photo.csv").write_bytes(b"")
    write_index(tmp_path / "out", tmp_path / "in", [*rows, Row(ODD, "c.png", FAILED, error="Why.", remedy="So.")])
    with browser_page(str(CHROMIUM), tmp_path / "profile", (tmp_path / "out" / "index.html").as_uri()) as page:
        page.wait("document.readyState === 'complete' && document.querySelectorAll('.card figure').length === 2")
        page.evaluate("document.querySelector('.card figure').scrollIntoView({block: 'center'})")
        page.wait("[...document.querySelectorAll('.card img')].slice(0, 2).every(one => one.naturalWidth === 40)")
        edge = "document.querySelectorAll('.card figure')[{}].style.getPropertyValue('--at')"
        box = "document.querySelector('.card figure').getBoundingClientRect()"
        x, y, width, height = (page.evaluate(f"{box}.{side}") for side in ("x", "y", "width", "height"))
        page.drag((x + width / 2, y + height / 2), (x + width / 5, y + height / 2))
        assert 15 <= float(page.evaluate(edge.format(0)).rstrip("%")) <= 25
        page.evaluate("document.querySelectorAll('.card input')[1].focus()")
        for _ in range(4):
            page.press("ArrowRight", 39)
        assert page.evaluate(edge.format(1)) == "52%"
        assert page.evaluate("document.querySelectorAll('.failures tbody tr').length") == 1
