"""What stages take is learnt, kept in a private file, and believed only when it is as it was written."""

import json
import os
import stat

import pytest

from server.pace import Pace, PaceBook

KNOWN = {"compact": {"detection": 2.0, "quality": 3.0}}


def test_what_was_recalled_teaches_nothing():
    pace = Pace()
    pace.learn("compact", "quality", 4.0, 1.0)
    pace.learn("compact", "quality", 0.01, 1.0)
    assert pace.expected("compact", "quality", 2.0) == 8.0
    assert pace.expected("official", "quality", 2.0) is None


def test_a_total_is_known_when_every_stage_is():
    pace = Pace(KNOWN)
    assert pace.total("compact", ["detection", "quality"], 2.0) == 10.0
    assert pace.total("compact", [], 2.0) == 0.0
    assert pace.total("compact", ["detection", "scratches"], 2.0) is None
    assert pace.total("official", ["detection"], 2.0) is None


def test_nobody_knows_before_how_long_holes_take_and_nothing_waits_for_that():
    pace = Pace()
    pace.learn("compact", "quality", 4.0, 2.0)
    pace.learn("compact", "inpainting", 60.0, 2.0)
    assert pace.expected("compact", "inpainting", 2.0) is None
    assert pace.total("compact", ["quality", "inpainting"], 2.0) == 4.0


def test_later_measurements_count_as_much_as_all_before():
    pace = Pace(KNOWN)
    pace.learn("compact", "quality", 10.0, 2.0)
    assert pace.plain() == {"compact": {"detection": 2.0, "quality": 4.0}}
    assert KNOWN["compact"]["quality"] == 3.0


def test_a_picture_teaches_once_about_each_stage():
    pace = Pace()
    pace.learn("compact", "quality", 4.0, 1.0, "photo")
    pace.learn("compact", "quality", 0.5, 1.0, "photo")
    pace.learn("compact", "detection", 1.0, 1.0, "photo")
    assert pace.plain() == {"compact": {"quality": 4.0, "detection": 1.0}}


def test_the_next_book_knows_what_the_last_one_kept(tmp_path):
    path = tmp_path / "folder" / "pace.json"
    before = os.umask(0)
    try:
        book = PaceBook(path)
        book.chose("cpu")
        book.keep("cpu", KNOWN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["pace.json"]
    again = PaceBook(path)
    assert again.auto == "cpu"
    assert again.plain() == {"cpu": KNOWN}
    assert again.of("cpu").expected("compact", "quality", 2.0) == 6.0
    assert again.of("cuda").plain() == again.of(None).plain() == {}


def test_what_has_not_changed_is_not_written_again(tmp_path):
    book = PaceBook(tmp_path / "pace.json")
    book.keep("cpu", KNOWN)
    written = (tmp_path / "pace.json").stat().st_ino
    book.keep("cpu", json.loads(json.dumps(KNOWN)))
    assert (tmp_path / "pace.json").stat().st_ino == written
    book.keep("cpu", {"compact": {"detection": 2.5}})
    assert (tmp_path / "pace.json").stat().st_ino != written


def file_of(pace, **more):
    return json.dumps({"format": 1, "auto": "cpu", "pace": pace, **more})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[]",
        "[" * 10_000,
        "{}",
        file_of({"cpu": KNOWN}, format=2),
        file_of({"cpu": KNOWN}, auto="tpu"),
        file_of({"cpu": KNOWN}, auto="auto"),
        file_of({"cpu": KNOWN}, auto=["cpu"]),
        file_of([KNOWN]),
        file_of({"tpu": KNOWN}),
        file_of({"auto": KNOWN}),
        file_of({"cpu": None}),
        file_of({"cpu": {"compact": 3}}),
        file_of({"cpu": {"": {"quality": 3.0}}}),
        file_of({"cpu": {"compact": {"qual\nity": 3.0}}}),
        file_of({"cpu": {"compact": {"quality": "3"}}}),
        file_of({"cpu": {"compact": {"quality": True}}}),
        file_of({"cpu": {"compact": {"quality": 0}}}),
        file_of({"cpu": {"compact": {"quality": -1.0}}}),
        file_of({"cpu": {"compact": {"quality": float("nan")}}}),
        file_of({"cpu": {"compact": {"quality": float("inf")}}}),
        file_of({"cpu": {"compact": {"quality": 10**400}}}),
        file_of({"cpu": KNOWN}) + " " * 20_000,
    ],
    ids=lambda content: content[:60],
)
def test_a_file_that_is_not_as_it_was_written_is_ignored_and_replaced(tmp_path, content):
    path = tmp_path / "pace.json"
    path.write_text(content)
    path.chmod(0o600)
    book = PaceBook(path)
    assert (book.auto, book.plain()) == (None, {})
    book.keep("cpu", KNOWN)
    assert PaceBook(path).plain() == {"cpu": KNOWN}


def test_a_file_that_others_can_write_is_not_believed(tmp_path):
    path = tmp_path / "pace.json"
    path.write_text(file_of({"cpu": KNOWN}))
    path.chmod(0o666)
    assert PaceBook(path).plain() == {}
    path.chmod(0o600)
    assert PaceBook(path).plain() == {"cpu": KNOWN}


def test_a_link_is_neither_read_through_nor_written_through(tmp_path):
    real, path = tmp_path / "real.json", tmp_path / "pace.json"
    real.write_text(file_of({"cpu": KNOWN}))
    real.chmod(0o600)
    path.symlink_to(real)
    book = PaceBook(path)
    assert book.plain() == {}
    book.keep("cuda", KNOWN)
    assert not path.is_symlink()
    assert json.loads(real.read_text())["pace"] == {"cpu": KNOWN}


def test_where_nothing_can_be_written_it_is_known_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    book = PaceBook(tmp_path / "file" / "pace.json")
    book.keep("cpu", KNOWN)
    assert book.plain() == {"cpu": KNOWN}


@pytest.mark.parametrize("told", [None, 5, {}, {"compact": {"quality": float("nan")}}])
def test_a_worker_that_tells_no_pace_changes_nothing(told):
    book = PaceBook()
    book.keep("cpu", KNOWN)
    book.keep("cpu", told)
    assert book.plain() == {"cpu": KNOWN}
