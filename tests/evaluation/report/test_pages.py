"""The pages: each one file, complete, with the worst first and no names where people vote."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from small_data import outcome

from restoration.evaluation.report import ab_page, report_page


class Reader(HTMLParser):
    """Collects what a browser would fetch, the tables' cells, and what is inside scripts by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.cells: list[str] = []
        self.scripts: dict[str, str] = {}
        self._inside: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.fetched += [values[name] for name in ("src", "href", "srcset", "action", "data") if values.get(name)]
        self._inside.append((tag, values.get("id", "")))
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if any(tag == "td" for tag, _ in self._inside):
            self.cells[-1] += data
        if self._inside and self._inside[-1][0] == "script":
            self.scripts[self._inside[-1][1]] = data


@pytest.mark.parametrize("page", [report_page, ab_page])
def test_a_page_fetches_nothing(page):
    text = page(outcome())
    assert not re.search(r"(?:https?:)?//[\w-]+\.\w", text)
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest", text)
    assert Reader(text).fetched == []
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "made up for a &lt;test&gt;" in text


def test_the_worst_case_comes_first_with_its_pictures():
    made_up = outcome()
    gallery = json.loads(Reader(report_page(replace(made_up, judged=made_up.judged[::-1]))).scripts["galleries"])[
        "cases"
    ]
    assert [card["name"] for card in gallery["cards"]] == [f"case {number}" for number in range(1, 13)]
    first = gallery["cards"][0]
    assert (gallery["left"], gallery["right"]) == ("input", "ours")
    assert list(first["pictures"])[:3] == ["input", "ours", "original"]
    assert all(uri.startswith("data:image/webp;base64,") for uri in first["pictures"].values())
    assert "+1.00 dB" in first["about"]


def test_the_tables_hold_the_figures_and_say_why_cells_are_empty():
    text = report_page(outcome())
    cells = [cell.strip() for cell in Reader(text).cells]
    ours = cells.index("ours")
    assert cells[ours + 1] == "26.50"
    assert "no network" in cells[ours : ours + 9]
    assert "LPIPS is empty: its network is not there." in text
    assert "<polyline" in text  # the ROC curve


def test_a_run_that_found_little_still_makes_a_report():
    text = report_page(replace(outcome(cases=1), detection=None))
    assert "there is no curve" in text
    assert "Real scans" not in text


def test_who_votes_is_not_told_the_names():
    text = ab_page(outcome())
    study = json.loads(Reader(text).scripts["study"])
    assert study["methods"] == ["classical", "ours"]  # those without the true mask
    visible = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert "ours" not in re.sub(r"yours|others", "", visible)
    assert "classical" not in visible
    assert set(study["photos"][0]["pictures"]) == {"classical", "ours"}


def test_votes_on_other_pictures_are_kept_apart():
    ids = [json.loads(Reader(ab_page(outcome(cases))).scripts["study"])["id"] for cases in (1, 2, 2)]
    assert ids[0] != ids[1] == ids[2]
