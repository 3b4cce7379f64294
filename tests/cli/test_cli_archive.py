"""``restore`` of a folder: the tree, the record, going on, what is refused."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_pictures import everything_in, make_photo
from filelock import FileLock

import restoration

Run = Any

NONE = ("--stages", "none")
RECORD = "restore-old-photo.csv"
PROGRAM = (sys.executable, "-m", "restoration.cli")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three photos in three folders, and what is no photo."""
    for name in ("a.png", "album/b.jpg", "album/inner/c.tif", "album/.hidden/d.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        make_photo(tmp_path / "in" / name)
    (tmp_path / "in" / "album" / "list.txt").write_text("no photo")
    return tmp_path / "in"


def rows(out: Path) -> list[dict[str, str]]:
    with (out / RECORD).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def states(out: Path) -> dict[str, str]:
    return {row["source"]: row["state"] for row in rows(out)}


def pictures(out: Path) -> list[str]:
    found = (path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.startswith(("restore-old-photo", "index.html")))


def test_the_tree_is_mirrored_and_recorded(run: Run, tree: Path, tmp_path: Path) -> None:
    before, out = everything_in(tree), tmp_path / "out"
    result = run("restore", tree, "-o", out, "--recursive", *NONE)
    assert result.exit_code == 0, result.stderr
    expected = ["a.png", "album/b.png", "album/inner/c.png"]
    assert sorted(result.stdout.splitlines()) == [str(out / name) for name in expected]
    assert pictures(out) == expected
    assert everything_in(tree) == before
    assert states(out) == {"a.png": "done", "album/b.jpg": "done", "album/inner/c.tif": "done"}
    first = rows(out)[0]
    assert (first["output"], first["width"], first["height"], first["faces"]) == ("a.png", "64", "48", "0")
    assert float(first["seconds"]) >= 0
    assert first["source_bytes"] == str((tree / "a.png").stat().st_size)


def test_without_recursive_only_the_folder_itself(run: Run, tree: Path, tmp_path: Path) -> None:
    result = run("restore", tree, "-o", tmp_path / "out", *NONE)
    assert result.exit_code == 0
    assert pictures(tmp_path / "out") == ["a.png"]
    first, last = result.stderr.splitlines()
    assert last == "1 folder in it was left out; add --recursive for the photos in there."
    assert first == f"1 restored: look at them in {tmp_path / 'out' / 'index.html'}; the record is {RECORD}."


def test_results_within_the_folder_are_no_folder_that_was_left_out(run: Run, tree: Path) -> None:
    run("restore", tree, "-o", tree / "results", *NONE)
    again = run("restore", tree, "-o", tree / "results", *NONE)
    assert again.stderr.splitlines()[-1].startswith("1 folder in it was left out")


def test_what_is_done_is_not_done_again(run: Run, tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("restore", tree, "-o", out, "-r", *NONE)
    before = {name: (out / name).stat().st_mtime_ns for name in pictures(out)}
    record = (out / RECORD).read_bytes()
    result = run("restore", tree, "-o", out, "-r", *NONE)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "3 photos are done already.\n"
    assert {name: (out / name).stat().st_mtime_ns for name in pictures(out)} == before
    assert (out / RECORD).read_bytes() == record


def test_a_photo_that_changed_and_a_new_one_are_done(run: Run, tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("restore", tree, "-o", out, "-r", *NONE)
    (tree / "album" / "b.jpg").unlink()
    make_photo(tree / "album" / "b.jpg", height=60)
    make_photo(tree / "new.png")
    result = run("restore", tree, "-o", out, "-r", *NONE)
    assert result.exit_code == 0, result.stderr
    assert sorted(result.stdout.splitlines()) == [str(out / "album" / "b.png"), str(out / "new.png")]
    assert {row["source"]: row["height"] for row in rows(out)}["album/b.jpg"] == "60"
    assert len(rows(out)) == 4


def test_other_settings_do_all_again(run: Run, tree: Path, tmp_path: Path, networks: None) -> None:
    out = tmp_path / "out"
    run("restore", tree, "-o", out, *NONE)
    result = run("restore", tree, "-o", out, "--stages", "quality", "--always")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out / 'a.png'}\n"
    assert (out / "a.png").read_bytes() != (tree / "a.png").read_bytes()
    (row,) = rows(out)
    assert row["stages"] == "quality"


def test_what_lies_in_the_way_is_refused_and_recorded(run: Run, tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_text("of yesterday")
    result = run("restore", tree, "-o", out, "-r", *NONE)
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert (out / "a.png").read_text() == "of yesterday"
    assert states(out) == {"a.png": "skipped", "album/b.jpg": "done", "album/inner/c.tif": "done"}
    assert run("restore", tree, "-o", out, "-r", "--force", *NONE).exit_code == 0
    assert set(states(out).values()) == {"done"}
    assert (out / "a.png").read_bytes() == (tree / "a.png").read_bytes()


def test_failures_are_recorded_and_tried_again(run: Run, tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    whole = (tree / "a.png").read_bytes()
    (tree / "a.png").write_bytes(b"")
    result = run("restore", tree, "-o", out, "-r", *NONE)
    assert result.exit_code == 1
    failed = rows(out)[0]
    assert failed["state"] == "failed"
    assert failed["error"] == "The file is empty: a.png."
    assert failed["remedy"]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "The file is empty: a.png." in page
    (tree / "a.png").write_bytes(whole)
    result = run("restore", tree, "-o", out, "-r", *NONE)
    assert (result.exit_code, result.stdout) == (0, f"{out / 'a.png'}\n")
    assert "Not restored" not in (out / "index.html").read_text(encoding="utf-8")


def test_results_in_the_folder_of_the_photos_do_not_become_photos(run: Run, tree: Path) -> None:
    assert run("restore", tree, "-o", tree / "first", "-r", *NONE).exit_code == 0
    result = run("restore", tree, "-o", tree / "second", "-r", *NONE)
    assert result.exit_code == 0
    assert pictures(tree / "first") == pictures(tree / "second") == ["a.png", "album/b.png", "album/inner/c.png"]
    assert "done already" in run("restore", tree, "-o", tree / "first", "-r", *NONE).stderr


def test_without_an_index_there_are_no_pages(run: Run, tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("restore", tree, "-o", out, "--no-index", *NONE).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.png", RECORD]


def test_layers_and_two_jobs(run: Run, tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("restore", tree, "-o", out, "-r", "--layers", "--jobs", "2", *NONE).exit_code == 0
    assert pictures(out) == ["a.ora", "album/b.ora", "album/inner/c.ora"]
    assert len(list(out.rglob("*-after.jpg"))) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--engine", "cloud"), "'cloud'"),
        (("--engine", "ray", "--server"), "--server"),
        (("--format", "xcf"), "'xcf'"),
    ],
)
def test_options_that_make_no_sense(refused: Any, tree: Path, tmp_path: Path, options: tuple, words: str) -> None:
    assert words in refused("restore", tree, "-o", tmp_path / "out", *options, status=2)


@pytest.mark.parametrize("options", [("--recursive",), ("--jobs", "2"), ("--engine", "ray")])
def test_what_is_for_folders_is_refused_for_files(refused: Any, tmp_path: Path, options: tuple[str, ...]) -> None:
    photo = make_photo(tmp_path / "a.png")
    assert "one folder" in refused("restore", photo, "-o", tmp_path / "b.png", *options, status=2)


def test_places_where_results_cannot_be(refused: Any, tree: Path, tmp_path: Path) -> None:
    assert "folder of the photos" in refused("restore", tree, "-o", tree, *NONE, status=2)
    assert "names a file" in refused("restore", tree, "-o", tmp_path / "b.png", *NONE, status=2)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").write_text("<p>My own page")
    assert "--no-index" in refused("restore", tree, "-o", tmp_path / "out", *NONE, status=1)


def test_two_runs_at_once_are_refused(run: Run, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with FileLock(tmp_path / "out" / ".restore-old-photo.lock"):
        result = run("restore", tree, "-o", tmp_path / "out", *NONE)
    assert result.exit_code == 1
    assert "Another run is at work" in result.stderr
    assert run("restore", tree, "-o", tmp_path / "out", *NONE).exit_code == 0


def test_a_folder_without_photos(refused: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert "--recursive" in refused("restore", tmp_path / "in", "-o", tmp_path / "out", *NONE, status=1)
    assert "no picture" in refused("restore", tmp_path / "in", "-o", tmp_path / "out", "-r", *NONE, status=1)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(restoration.__file__).parent.parent))
    (tmp_path / "in").mkdir()
    first = make_photo(tmp_path / "in" / "000.png", height=200, width=200)
    for number in range(1, 1000):  # so many that they last until the signal comes, however busy the machine is
        os.link(first, tmp_path / "in" / f"{number:03}.png")
    out = tmp_path / "out"
    command = [*PROGRAM, "restore", str(tmp_path / "in"), "-o", str(out), "--jobs", "1", *NONE, "--format", "tif"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()  # two rows are in the record by now
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all processes
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "Cancelled."
    assert "Traceback" not in err
    done = list(states(out).values()).count("done")
    assert 2 <= done < 1000
    assert (out / "index.html").is_file()
    assert not list(out.glob(".*"))
    with contextlib.suppress(ProcessLookupError):  # no worker is left
        end = time.monotonic() + 10
        while time.monotonic() < end:
            os.killpg(process.pid, 0)
            time.sleep(0.05)
        pytest.fail("a process is left")
    for photo in sorted((tmp_path / "in").iterdir())[done + 3 :]:
        photo.unlink()
    again = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0
    assert len(again.stdout.splitlines()) == min(3, 1000 - done)
    assert list(states(out).values()) == ["done"] * min(done + 3, 1000)
