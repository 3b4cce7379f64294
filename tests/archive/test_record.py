"""The record: whatever stops the program, what was done is known."""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from restoration.archive.record import COLUMNS, DONE, FAILED, Record, Row, stays_inside
from restoration.errors import OutputError


def row(name: str, state: str = DONE, **fields: str) -> Row:
    return Row(f"{name}.jpg", f"{name}.png", state, **fields)


def test_rows_are_read_back_as_they_were(tmp_path: Path) -> None:
    rows = [row("=a", notes="Größe. 1, 2"), row("b\nc", FAILED, error='It said "no".'), row("Gro\udcdf")]
    record = Record(tmp_path)
    for one in rows:
        record.append(one)
    assert list(Record(tmp_path).rows.values()) == rows


def test_other_programs_read_it(tmp_path: Path) -> None:
    Record(tmp_path).append(row("a", width="64", notes="ä"))
    raw = (tmp_path / "restore-old-photo.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfsource,output,state,")
    (read,) = csv.DictReader(raw.decode("utf-8-sig").splitlines())
    assert (read["source"], read["state"], read["width"], read["notes"]) == ("a.jpg", "done", "64", "ä")


def test_a_row_that_was_cut_off_anywhere_is_left_out(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.append(row("a"))
    whole = record.path.read_bytes()
    record.append(row("ü", notes="in, quotes"))
    longer = record.path.read_bytes()
    for cut in range(len(whole), len(longer)):
        record.path.write_bytes(longer[:cut])
        assert list(Record(tmp_path).rows) == ["a.png"], longer[:cut]
    for cut in range(len(whole)):
        record.path.write_bytes(whole[:cut])
        assert not Record(tmp_path).rows


def test_after_a_cut_the_record_goes_on(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.append(row("a"))
    with record.path.open("ab") as file:
        file.write(b'b.jpg,b.png,done,"half a')
    again = Record(tmp_path)
    again.rewrite()
    again.append(row("c"))
    assert list(Record(tmp_path).rows) == ["a.png", "c.png"]


def test_the_last_row_of_a_photo_counts_and_rewriting_keeps_it_alone(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for one in (row("b"), row("a", FAILED), row("a")):
        record.append(one)
    assert len(record.path.read_text("utf-8-sig").splitlines()) == 4
    record.rewrite()
    lines = record.path.read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["a.jpg", "a.png", "done"], ["b.jpg", "b.png", "done"]]


def test_one_that_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    (tmp_path / "restore-old-photo.csv").write_text("source;output;state;my remark\na.jpg;a.png;done;fine\n")
    assert list(Record(tmp_path).rows.values()) == [row("a")]


@pytest.mark.parametrize("content", ["Dear grandma,\nhow are you?\n", "a,b\n1,2\n"])
def test_another_file_of_that_name_is_refused_and_stays(tmp_path: Path, content: str) -> None:
    path = tmp_path / "restore-old-photo.csv"
    path.write_text(content)
    with pytest.raises(OutputError, match="not a record"):
        Record(tmp_path)
    assert path.read_text() == content


def test_the_columns_are_those_that_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "archives.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"`{column}`" in page


def test_one_that_was_saved_in_another_encoding_is_refused_and_stays(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.append(row("Müller"))
    saved = record.path.read_bytes().decode("utf-8-sig").encode("cp1252")
    record.path.write_bytes(saved)
    with pytest.raises(OutputError, match="another encoding") as told:
        Record(tmp_path)
    assert "CSV UTF-8" in told.value.remedy
    assert record.path.read_bytes() == saved


@pytest.mark.parametrize("name", ["/a.png", "../a.png", "b/../../a.png", "", ".", "a\0.png"])
def test_rows_that_lead_elsewhere_are_left_out(tmp_path: Path, name: str) -> None:
    Record(tmp_path).append(Row("a.jpg", name, DONE))
    Record(tmp_path).append(Row(name, "b.png", DONE))
    Record(tmp_path).append(row("c"))
    assert list(Record(tmp_path).rows) == ["c.png"]


def test_on_windows_drives_and_backslashes_lead_elsewhere() -> None:
    for name in (r"C:\a.png", "C:a.png", r"\a.png", r"..\a.png", r"b\..\..\a.png", r"\\host\share\a.png"):
        assert not stays_inside(name, PureWindowsPath)
        assert stays_inside(name, PurePosixPath)
    assert stays_inside("b/a..png", PureWindowsPath)
