"""Names of files in cells of a CSV file."""

from __future__ import annotations

import csv
import io

import pytest

from restoration.archive.cells import from_cell, to_cell

NAMES = [
    "scan 1.jpg",
    "=cmd|'/c calc'!A0.png",
    "+1.png",
    "-1.png",
    "@SUM(A1).png",
    "'quoted'.png",
    "  =1+1.png",
    "two\nlines\r.png",
    "tab\t.png",
    r"back\slash \u000a.png",
    "Gro\udcdfmutter.png",
    'Größe, "Maß"; 1.png',
    "\u2028\x85.png",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read_back(name: str) -> None:
    cell = to_cell(name)
    assert from_cell(cell) == name
    assert cell.encode("utf-8").decode("utf-8") == cell
    assert len(cell.splitlines()) <= 1


@pytest.mark.parametrize("name", [name for name in NAMES if name.strip()[:1] in tuple("=+-@") and name])
def test_no_spreadsheet_takes_a_name_for_a_formula(name: str) -> None:
    assert to_cell(name).startswith("'")


def test_plain_names_stay_as_they_are() -> None:
    assert to_cell("Album 3/Großmutter, 1931.tif") == "Album 3/Großmutter, 1931.tif"


def test_a_row_stays_one_line() -> None:
    stream = io.StringIO()
    csv.writer(stream).writerow([to_cell(name) for name in NAMES])
    (line,) = stream.getvalue().splitlines()
    assert [from_cell(cell) for cell in next(csv.reader([line]))] == NAMES
