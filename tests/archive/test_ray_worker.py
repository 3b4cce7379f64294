"""A real Ray on this machine: photos go out as bytes, results come back, a worker that is killed loses no photo."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import psutil
import pytest
from archive_tasks import NOTHING, tasks
from cli_pictures import make_photo

from restoration.archive.crew import work_through
from restoration.archive.ray_worker import Cluster, ClusterError, cluster
from restoration.archive.tasks import Made, Task

# Not imported here: what it is told about addresses it reads at its import.
if find_spec("ray") is None:
    pytest.skip("Ray is not installed: it is in the extra cluster", allow_module_level=True)


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
                process = _restorer()
                killed.append(process.pid)
                process.kill()
            return do(task)

        worker.do = dying
        return worker

    answers = dict(work_through(tasks(tmp_path, 3), make_worker, 1))
    assert len(killed) == 1
    assert [made.failure for made in answers.values()] == [None] * 3


def _restorer() -> psutil.Process:
    """The one process that restores; that of the test before may not have ended yet."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = [child for child in psutil.Process().children(recursive=True) if _is_restorer(child)]
        if len(found) == 1:
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"{len(found)} processes restore")


def test_nobody_else_reaches_a_cluster_of_this_machine_alone(one: Cluster, tmp_path: Path) -> None:
    list(work_through(tasks(tmp_path, 1), one.make_worker, 1))
    here = psutil.Process()
    listening = [
        (process.name(), socket.laddr.ip)
        for process in (here, *here.children(recursive=True))
        for socket in _sockets(process)
        if socket.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3  # the raylet's two, and the one of the tables
    assert [found for found in listening if not ip_address(found[1].removeprefix("::ffff:")).is_loopback] == []


def _sockets(process: psutil.Process) -> list[Any]:
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:
        return []


def test_a_cluster_that_fails_when_it_is_there_is_left(one: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself stays as it is for the tests that come: it is only seen whether it is told to end."""
    import ray

    ended: list[bool] = []

    def lost() -> None:
        raise ConnectionError

    monkeypatch.setattr(ray, "init", lambda **how: None)
    monkeypatch.setattr(ray, "nodes", lost)
    monkeypatch.setattr(ray, "shutdown", lambda: ended.append(True))
    with pytest.raises(ClusterError, match="ConnectionError"):
        Cluster(NOTHING)
    assert ended == [True]


def _is_restorer(process: psutil.Process) -> bool:
    """Ray names the processes of actors after what runs in them."""
    try:
        return process.is_running() and "ray::Restorer" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def test_a_cluster_that_is_not_there(tmp_path: Path) -> None:
    import ray

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
