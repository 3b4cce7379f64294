"""A real Ray on this machine: photos go out as bytes, results come back, a worker that is killed loses no photo."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from archive_tasks import NOTHING, tasks
from cli_pictures import make_photo

from restoration.archive.crew import work_through
from restoration.archive.ray_worker import Cluster, ClusterError, cluster
from restoration.archive.tasks import Made, Task

ray = pytest.importorskip("ray", reason="Ray is not installed: it is in the extra cluster")


@pytest.fixture(scope="module")
def one() -> Iterator[Cluster]:
    """A cluster of this machine alone."""
    with cluster(NOTHING, jobs=1) as used:
        yield used


def test_results_come_back(one: Cluster, tmp_path: Path) -> None:
    todo = tasks(tmp_path, 3)
    (tmp_path / "1.png").write_bytes(b"")
    answers = dict(work_through(todo, one.make_worker, 1))
    assert [answers[name].failure is None for name in ("0.png", "1.png", "2.png")] == [True, False, True]
    for name in ("0.png", "2.png"):
        assert Path(answers[name].part).read_bytes() == (tmp_path / name).read_bytes()
        assert answers[name].source_modified == (tmp_path / name).stat().st_mtime_ns
    failure = answers["1.png"].failure
    assert failure is not None
    assert failure.cause == "The file is empty: 1.png."


def test_a_photo_whose_worker_was_killed_is_done_by_another(one: Cluster, tmp_path: Path) -> None:
    killed: list[int] = []

    def make_worker() -> Any:
        worker = one.make_worker()
        do = worker.do

        def dying(task: Task) -> Made:
            if task.source.endswith("1.png") and not killed:
                (process,) = [found for found in psutil.process_iter() if _is_restorer(found)]
                killed.append(process.pid)
                process.kill()
            return do(task)

        worker.do = dying
        return worker

    answers = dict(work_through(tasks(tmp_path, 3), make_worker, 1))
    assert len(killed) == 1
    assert [made.failure for made in answers.values()] == [None] * 3


def _is_restorer(process: psutil.Process) -> bool:
    """Ray names the processes of actors after what runs in them."""
    try:
        return process.is_running() and "ray::Restorer" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def test_a_cluster_that_is_not_there(tmp_path: Path) -> None:
    if ray.is_initialized():
        ray.shutdown()
    with pytest.raises(ClusterError, match="No Ray cluster answers at"):
        Cluster(NOTHING, address="127.0.0.1:1")


def test_without_ray_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ClusterError) as told:
        Cluster(NOTHING)
    assert "[cluster]" in told.value.remedy


def test_a_folder_on_the_command_line(tmp_path: Path) -> None:
    from restoration.cli.archive import restore_archive

    (tmp_path / "in" / "album").mkdir(parents=True)
    for name in ("a.png", "album/b.png"):
        make_photo(tmp_path / "in" / name)
    (tmp_path / "in" / "c.png").write_text("no photo")
    options: dict[str, Any] = {
        "recursive": True, "layers": False, "file_format": None, "overwrite": False, "index": True, "jobs": 1,
        "engine": "ray", "ray_address": None,
    }  # fmt: skip
    out = tmp_path / "out"
    assert restore_archive(tmp_path / "in", str(out), NOTHING, **options) == 1
    with (out / "restore-old-photo.csv").open(encoding="utf-8-sig", newline="") as file:
        states = {row["source"]: row["state"] for row in csv.DictReader(file)}
    assert states == {"a.png": "done", "album/b.png": "done", "c.png": "failed"}
    assert (out / "album" / "b.png").read_bytes() == (tmp_path / "in" / "album" / "b.png").read_bytes()
    assert len(list(out.rglob("*-after.jpg"))) == 2
