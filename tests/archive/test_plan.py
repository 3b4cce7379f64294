"""What is done already, what is done again, what is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from restoration.archive.identity import program_version, settings_digest, weights_digest
from restoration.archive.parts import part_file
from restoration.archive.plan import Order, Plan, make_plan, modified_text
from restoration.archive.record import DONE, FAILED, Record, Row
from restoration.file_sums import sha256_of
from restoration.settings import QualitySettings, Settings


@pytest.fixture
def order(tmp_path: Path) -> Order:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"a photo")
    return Order(tmp_path / "in", tmp_path / "out", ".png", Settings())


def done(order: Order, source: str = "a.jpg", output: str = "a.png", content: bytes = b"a result") -> Row:
    """A row for a result that lies there."""
    path = order.folder / source
    (order.out / output).write_bytes(content)
    return Row(
        source,
        output,
        DONE,
        folder=os.path.realpath(order.folder),
        source_bytes=str(path.stat().st_size),
        source_modified=modified_text(path.stat().st_mtime_ns),
        source_sha256=sha256_of(path),
        settings=settings_digest(order.settings),
        program=program_version(),
        weights=weights_digest("compact"),
        output_sha256=sha256_of(order.out / output),
    )


def planned(order: Order, *rows: Row, photos: tuple[str, ...] = ("a.jpg",)) -> Plan:
    record = Record(order.out)
    for row in rows:
        record.append(row)
    return make_plan(order, [Path(photo) for photo in photos], record)


def counts(plan: Plan) -> tuple[int, int, int]:
    return len(plan.todo), len(plan.already), len(plan.refused)


def test_a_new_photo_is_to_be_done(order: Order) -> None:
    assert counts(planned(order)) == (1, 0, 0)


def test_the_same_photo_with_the_same_settings_is_done_already(order: Order) -> None:
    plan = planned(order, done(order))
    assert counts(plan) == (0, 1, 0)
    assert plan.otherwise == 0


def test_a_copy_with_another_time_is_known_by_what_is_in_it(order: Order) -> None:
    row = done(order)
    os.utime(order.folder / "a.jpg", (1, 1))
    assert counts(planned(order, row)) == (0, 1, 0)


def test_device_and_memory_are_no_other_settings(order: Order) -> None:
    row = done(order)
    assert counts(planned(replace(order, settings=Settings(device="cpu", memory_gigabytes=2.0)), row)) == (0, 1, 0)


@pytest.mark.parametrize("what", ["photo", "settings"])
def test_what_changed_is_done_again_in_place_of_its_result(order: Order, what: str) -> None:
    row = done(order)
    if what == "photo":
        (order.folder / "a.jpg").write_bytes(b"another photo")
    else:
        order = replace(order, settings=Settings(quality=QualitySettings(strength=0.5)))
    plan = planned(order, row)
    assert counts(plan) == (1, 0, 0)
    assert plan.todo[0].replaces


CHANGES: dict[str, Callable[[Order, Row], Row]] = {
    "a result that somebody changed": lambda order, row: (
        (order.out / "a.png").write_bytes(b"retouched") and replace(row, settings="other")
    ),
    "a photo from another folder": lambda order, row: replace(row, folder="/elsewhere", source_sha256="other"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_not_to_be_lost_is_refused(order: Order, what: str) -> None:
    plan = planned(order, CHANGES[what](order, done(order)))
    assert counts(plan) == (0, 0, 1)
    assert "--force" in str(plan.refused[0][1])


def test_a_file_that_no_record_knows_is_refused_and_force_overwrites_it(order: Order) -> None:
    (order.out / "a.png").write_bytes(b"of yesterday")
    assert counts(planned(order)) == (0, 0, 1)
    plan = planned(replace(order, overwrite=True))
    assert counts(plan) == (1, 0, 0)
    assert plan.todo[0].replaces


def test_an_original_is_not_overwritten_even_with_force(order: Order) -> None:
    os.link(order.folder / "a.jpg", order.out / "a.png")
    plan = planned(replace(order, overwrite=True))
    assert counts(plan) == (0, 0, 1)
    assert "is an input" in str(plan.refused[0][1])


def test_a_retouched_result_stays_done_while_nothing_else_changes(order: Order) -> None:
    row = done(order)
    (order.out / "a.png").write_bytes(b"retouched")
    assert counts(planned(order, row)) == (0, 1, 0)


def test_a_result_that_was_removed_is_made_again(order: Order) -> None:
    row = done(order)
    (order.out / "a.png").unlink()
    assert counts(planned(order, row)) == (1, 0, 0)


def test_what_failed_is_tried_again(order: Order) -> None:
    assert counts(planned(order, Row("a.jpg", "a.png", FAILED))) == (1, 0, 0)


def test_a_result_without_its_name_gets_it(order: Order) -> None:
    """Killed between the row and the name."""
    row = done(order)
    part = part_file(order.out / "a.png", "a.png")
    (order.out / "a.png").rename(part)
    assert counts(planned(order, row)) == (0, 1, 0)
    assert (order.out / "a.png").read_bytes() == b"a result"
    assert not part.exists()


def test_what_a_killed_run_left_is_removed(order: Order) -> None:
    part = part_file(order.out / "a.png", "a.png")
    part.write_bytes(b"half")
    other = order.out / ".mine.part"
    other.write_bytes(b"")
    assert counts(planned(order)) == (1, 0, 0)
    assert not part.exists()
    assert other.exists()


def test_photos_of_one_name_get_results_of_their_own_and_keep_them(order: Order) -> None:
    for name in ("a.tif", "A.png"):
        (order.folder / name).write_bytes(b"x")
    plan = planned(order, photos=("A.png", "a.jpg", "a.tif"))
    assert [todo.output for todo in plan.todo] == ["A.png", "a.jpg.png", "a.tif.png"]
    row = Row("a.tif", "a.png", FAILED)  # came first, once
    plan = planned(order, row, photos=("a.jpg", "a.tif"))
    assert [todo.output for todo in plan.todo] == ["a.jpg.png", "a.png"]


def test_what_other_weights_made_is_counted_and_left(order: Order) -> None:
    plan = planned(order, replace(done(order), weights="older"))
    assert counts(plan) == (0, 1, 0)
    assert plan.otherwise == 1


def killed_while_replacing(order: Order) -> Row:
    """The row of a new result that has no name yet; under its name lies the older one."""
    row = done(order, content=b"a new result")
    (order.out / "a.png").rename(part_file(order.out / "a.png", "a.png"))
    (order.out / "a.png").write_bytes(b"the older one")
    os.utime(order.out / "a.png", (1, 1))
    return row


@pytest.mark.parametrize(("settings", "expected"), [("", (0, 1, 0)), ("other", (1, 0, 0))])
def test_a_result_that_was_to_replace_another_does_so(
    order: Order, settings: str, expected: tuple[int, int, int]
) -> None:
    row = killed_while_replacing(order)
    assert counts(planned(order, replace(row, settings=settings or row.settings))) == expected
    assert (order.out / "a.png").read_bytes() == b"a new result"
    assert not list(order.out.glob(".*"))


def test_what_was_retouched_after_the_kill_stays(order: Order) -> None:
    row = killed_while_replacing(order)
    (order.out / "a.png").write_bytes(b"retouched")
    os.utime(order.out / "a.png", (4e9, 4e9))
    assert counts(planned(order, row)) == (0, 1, 0)
    assert (order.out / "a.png").read_bytes() == b"retouched"


def test_a_result_whose_name_cannot_be_given_is_kept_for_the_next_run(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = killed_while_replacing(order)

    def held_open(path: Path, target: Path) -> None:
        raise PermissionError(13, "The file is used by another program")

    with monkeypatch.context() as windows:
        windows.setattr(Path, "replace", held_open)
        plan = make_plan_of(order, row)
    assert counts(plan) == (0, 0, 1)
    assert "Close the programs" in plan.refused[0][1].remedy
    assert (order.out / "a.png").read_bytes() == b"the older one"
    assert counts(make_plan_of(order, row)) == (0, 1, 0)
    assert (order.out / "a.png").read_bytes() == b"a new result"


def make_plan_of(order: Order, row: Row) -> Plan:
    record = Record(order.out)
    record.rows[row.output] = row
    return make_plan(order, [Path(row.source)], record)


def test_the_unfinished_result_of_another_run_beside_is_left_alone(order: Order) -> None:
    """That of a run with another folder of results, which lies above or below this one."""
    part = part_file(order.out / "b.png", "out/b.png")
    part.write_bytes(b"half")
    assert counts(planned(order)) == (1, 0, 0)
    assert part.exists()


def test_no_two_photos_have_one_result(order: Order) -> None:
    for name in ("a.png", "a.jpg.tif"):
        (order.folder / name).write_bytes(b"x")
    plan = planned(order, photos=("a.jpg.tif", "a.png", "a.jpg"))
    assert [todo.output for todo in plan.todo] == ["a.jpg.png", "a.png", "a.jpg.2.png"]


@pytest.mark.parametrize("name", ["../victim/a.png", "{absolute}"])
def test_a_record_leads_to_no_file_outside_the_folder(order: Order, name: str, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    output = name.format(absolute=tmp_path / "victim" / "a.png")
    Record(order.out).append(Row("a.jpg", output, FAILED))
    plan = planned(order)
    assert [todo.output for todo in plan.todo] == ["a.png"]
