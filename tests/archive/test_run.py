"""A run of real workers, while somebody else is busy in the folder of the results."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from archive_tasks import NOTHING
from cli_pictures import make_photo
from filelock import FileLock, Timeout

from restoration.archive.plan import Order, Plan
from restoration.archive.process_worker import ProcessWorker, Setup
from restoration.archive.record import Record, Row
from restoration.archive.run import Crew, restore_folder
from restoration.archive.tasks import Made, Task
from restoration.archive.walk import find_photos
from restoration.errors import RestorationError
from restoration.file_sums import sha256_of


class Heard:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def planned(self, plan: Plan) -> None: ...

    def made(self, target: Path, row: Row) -> None: ...

    def failed(self, source: Path, error: RestorationError, row: Row) -> None:
        self.errors.append(error.cause)

    def ended(self) -> None: ...


class Watched(ProcessWorker):
    """A real worker; when it has done a photo, something else happens before its result gets its name."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(Setup(NOTHING))
        self._meanwhile = meanwhile

    def do(self, task: Task) -> Made:
        made = super().do(task)
        self._meanwhile()
        return made


@pytest.fixture
def order(tmp_path: Path) -> Order:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    make_photo(tmp_path / "in" / "a.png")
    return Order(tmp_path / "in", tmp_path / "out", ".png", NOTHING, index=False)


def restore(order: Order, meanwhile: Callable[[], object] = lambda: None) -> list[str]:
    """Restore the folder; says what went wrong."""
    heard = Heard()
    found = find_photos(order.folder, recursive=False, out=order.out)
    assert restore_folder(order, found, Crew(lambda: Watched(meanwhile), 1), heard) == len(heard.errors)
    return heard.errors


def another_photo(order: Order) -> None:
    """The photo changes, so that its result is to be replaced."""
    assert restore(order) == []
    (order.folder / "a.png").unlink()
    make_photo(order.folder / "a.png", height=60)


def test_what_is_retouched_while_its_photo_is_done_again_stays(order: Order) -> None:
    another_photo(order)
    target = order.out / "a.png"
    (error,) = restore(order, lambda: target.write_bytes(b"retouched"))
    assert "was changed while" in error
    assert target.read_bytes() == b"retouched"
    assert sorted(path.name for path in order.out.iterdir()) == ["a.png", "restore-old-photo.csv"]
    (again,) = restore(order)
    assert "was changed since it was made" in again
    assert restore(replace(order, overwrite=True), lambda: target.write_bytes(b"once more")) == []
    assert target.read_bytes() == (order.folder / "a.png").read_bytes()


def test_what_is_removed_while_its_photo_is_done_again_is_made(order: Order) -> None:
    another_photo(order)
    assert restore(order, (order.out / "a.png").unlink) == []
    assert (order.out / "a.png").read_bytes() == (order.folder / "a.png").read_bytes()


def test_a_result_that_cannot_get_its_name_leaves_the_older_one_known(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_photo(order)
    older = sha256_of(order.out / "a.png")
    take = Path.replace

    def held_open(path: Path, target: Path) -> Path:
        if Path(target).name == "a.png":  # as on Windows, where somebody looks at it
            raise PermissionError(13, "The file is used by another program")
        return take(path, target)

    with monkeypatch.context() as windows:
        windows.setattr(Path, "replace", held_open)
        (error,) = restore(order)
    assert "used by another program" in error
    row = Record(order.out).rows["a.png"]
    assert (row.state, row.output_sha256) == ("failed", older)
    assert restore(order) == []
    assert (order.out / "a.png").read_bytes() == (order.folder / "a.png").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="Windows removes no file that is open")
def test_a_lock_whose_file_was_removed_lets_nobody_in(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run opens the file, waits; ours ends and removes it: a third would make a new one."""
    opened = os.open
    path = order.out / ".restore-old-photo.lock"

    def slow(name: str, *how: int) -> int:
        number = opened(name, *how)
        if str(name) == str(path):
            path.unlink()  # as the end of a run does
        return number

    lock = FileLock(path)
    with monkeypatch.context() as race:
        race.setattr(os, "open", slow)
        with pytest.raises(Timeout):
            lock.acquire(timeout=0)
    assert restore(order) == []


def test_an_engine_says_once_that_a_stage_cannot_be_used(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    from restoration import pipeline
    from restoration.archive.engines import LocalEngine
    from restoration.photo_reading import read_photo
    from restoration.settings import Settings
    from restoration.stages import discovery

    broken = discovery.Discovered({}, {"sharper": "The stage 'sharper' of the package x cannot be used: no."})
    for module in (discovery, pipeline):
        monkeypatch.setattr(module, "discovered", lambda: broken)
    photo, notes = read_photo(order.folder / "a.png"), []
    engine = LocalEngine(replace(NOTHING, scratches=Settings().scratches, device="cpu"))
    engine.prepare(lambda stage, fraction: None)
    for _ in range(3):
        engine.layers(photo, None, None, lambda stage, fraction: None, notes.append)
    assert [note for note in notes if "sharper" in note] == list(broken.failures.values())
