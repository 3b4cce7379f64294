"""Workers that die: their photo is given to another, and none is lost. The workers are real processes."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from archive_tasks import NOTHING, tasks

from restoration.archive.crew import work_through
from restoration.archive.process_worker import ProcessWorker, Setup
from restoration.archive.tasks import Made, Task
from restoration.archive.workers import WorkerLost
from restoration.errors import RestorationError
from restoration.settings import Settings


class Dying(ProcessWorker):
    """A real worker whose process is killed just before it gets photos of certain names, once or always."""

    def __init__(self, doomed: set[str], *, always: bool = False) -> None:
        super().__init__(Setup(NOTHING))
        self._doomed, self._always = doomed, always

    def do(self, task: Task) -> Made:
        name = Path(task.source).name
        if name in self._doomed:
            if not self._always:
                self._doomed.discard(name)
            psutil.Process(self.pid).kill()
            time.sleep(0.05)
        return super().do(task)


def test_every_photo_is_done_once(tmp_path: Path) -> None:
    todo = tasks(tmp_path, 5)
    answers = list(work_through(todo, lambda: ProcessWorker(Setup(NOTHING)), 2))
    assert sorted(key for key, _ in answers) == [key for key, _ in todo]
    for key, made in answers:
        assert made.failure is None
        assert Path(made.part).read_bytes() == (tmp_path / key).read_bytes()


def test_a_photo_whose_worker_was_killed_is_done_by_another(tmp_path: Path) -> None:
    todo, doomed = tasks(tmp_path, 4), {"1.png", "2.png"}
    answers = dict(work_through(todo, lambda: Dying(doomed), 1))
    assert not doomed
    assert [answers[key].failure for key, _ in todo] == [None] * 4


def test_a_photo_that_kills_every_worker_is_reported_and_the_others_are_done(tmp_path: Path) -> None:
    todo = tasks(tmp_path, 4)
    answers = dict(work_through(todo, lambda: Dying({"1.png"}, always=True), 1))
    failure = answers["1.png"].failure
    assert failure is not None
    assert failure.code == "worker-lost"
    assert failure.remedy
    assert [answers[key].failure for key in ("0.png", "2.png", "3.png")] == [None] * 3


def test_what_is_wrong_for_all_photos_is_said_once(tmp_path: Path) -> None:
    settings = Settings(preset="official", models=str(tmp_path / "nowhere"))
    with pytest.raises(RestorationError, match="nowhere"):
        list(work_through(tasks(tmp_path, 3), lambda: ProcessWorker(Setup(settings)), 2))


def test_whoever_leaves_off_leaves_no_process(tmp_path: Path) -> None:
    workers: list[ProcessWorker] = []

    def make() -> ProcessWorker:
        workers.append(ProcessWorker(Setup(NOTHING)))
        return workers[-1]

    work = work_through(tasks(tmp_path, 6), make, 2)
    next(work)
    work.close()
    pids = [worker.pid for worker in workers if worker.pid is not None]
    assert pids
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).ppid() == os.getpid() for pid in pids)


def test_workers_get_their_share_of_the_memory() -> None:
    from restoration.archive.shares import shares

    share = shares(replace(NOTHING, device="cpu", memory_gigabytes=3.0), 3)
    assert (share.jobs, share.settings.memory_gigabytes) == (3, 1.0)
    assert shares(replace(NOTHING, device="cpu"), 1).settings == replace(NOTHING, device="cpu")
    small = shares(replace(NOTHING, device="cpu", memory_gigabytes=1.0))
    assert small.jobs == 1


def test_cores_are_divided_unless_the_user_has_said_something(monkeypatch: pytest.MonkeyPatch) -> None:
    from restoration.archive import shares as module

    monkeypatch.setattr(module, "cores", lambda: 12)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    settings = replace(NOTHING, device="cpu", memory_gigabytes=100.0)
    assert (module.shares(settings).jobs, module.shares(settings).threads) == (3, 4)
    assert module.shares(settings, 6).threads == 2
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert module.shares(settings, 6).threads is None


class Unready(ProcessWorker):
    """A worker that cannot be made ready: it says so late, when the others may have done all there is."""

    def start(self) -> None:
        time.sleep(3)
        raise RestorationError("There is no memory left on the GPU.", "Take fewer jobs.")


def test_one_worker_that_cannot_be_made_ready_leaves_its_photo_to_the_others(tmp_path: Path) -> None:
    workers = iter([Unready(Setup(NOTHING)), ProcessWorker(Setup(NOTHING))])
    todo = tasks(tmp_path, 3)
    answers = dict(work_through(todo, lambda: next(workers), 2))
    assert [answers[key].failure for key, _ in todo] == [None] * 3


def test_where_no_worker_can_be_made_ready_the_reason_is_said(tmp_path: Path) -> None:
    with pytest.raises(RestorationError, match="no memory left on the GPU"):
        list(work_through(tasks(tmp_path, 3), lambda: Unready(Setup(NOTHING)), 2))


class AnsweringLate(ProcessWorker):
    """A real worker whose process is killed when the result is whole and its answer is not yet there."""

    killed = False

    def do(self, task: Task) -> Made:
        made = super().do(task)
        if not self.killed:
            self.killed = True
            psutil.Process(self.pid).kill()
            raise WorkerLost("killed")
        return made


def test_a_worker_that_was_killed_with_its_result_whole_is_no_failure(tmp_path: Path) -> None:
    ((_, made),) = work_through(tasks(tmp_path, 1), lambda: AnsweringLate(Setup(NOTHING)), 1)
    assert made.failure is None
    assert Path(made.part).read_bytes() == (tmp_path / "0.png").read_bytes()
