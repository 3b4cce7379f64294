"""Downloads from a real server on this machine that breaks off, knows no ranges, is busy, or sends something else."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

import pytest
from file_server import FileServer, serving

from restoration.errors import OutputError, WeightsError
from restoration.weights import downloading
from restoration.weights.downloading import NotThereError, fetch_file

CONTENT = hashlib.shake_256(b"weights").digest(600_000)
SUM = hashlib.sha256(CONTENT).hexdigest()


def fetch(server: FileServer, path: Path, sha256: str | None = SUM, limit: int = 1_000_000) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    fetched = fetch_file(
        server.url + "weights.zip",
        path,
        sha256=sha256,
        limit=limit,
        told=lambda done, total: told.append((done, total or 0)),
        pause_s=0.01,
    )
    assert fetched == path
    return told


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "weights.zip"


def test_a_file_comes_whole_and_leaves_nothing_else(target):
    with serving(FileServer({"weights.zip": CONTENT})) as server:
        told = fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert told[-1] == (600_000, 600_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_connection_that_breaks_off_goes_on_where_it_was(target):
    with serving(FileServer({"weights.zip": CONTENT}, cut_after=[250_000, 100_000])) as server:
        fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == ["", "bytes=250000-", "bytes=350000-"]
    assert server.sent == 600_000, "no byte was sent twice"


def test_what_has_come_is_kept_for_the_next_call(target, monkeypatch):
    monkeypatch.setattr(downloading, "_FRUITLESS", 1)
    with serving(FileServer({"weights.zip": CONTENT}, cut_after=[400_000, 0])) as server:
        with pytest.raises(WeightsError, match="connection") as error:
            fetch(server, target)
        assert "goes on from there" in error.value.remedy
        assert not target.exists()
        fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.requests[-1] == ("weights.zip", "bytes=400000-")
    assert server.sent == 600_000


def test_a_server_without_ranges_starts_anew(target):
    with serving(FileServer({"weights.zip": CONTENT}, ranges=False, cut_after=[400_000])) as server:
        fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.sent == 1_000_000


def test_a_file_that_changed_meanwhile_is_not_put_together_from_two(target, monkeypatch):
    monkeypatch.setattr(downloading, "_FRUITLESS", 1)
    other = CONTENT[::-1]
    with serving(FileServer({"weights.zip": CONTENT}, cut_after=[400_000, 0])) as server:
        with pytest.raises(WeightsError):
            fetch(server, target)
        server.files["weights.zip"] = other
        fetch(server, target, sha256=None)
    assert target.read_bytes() == other


def test_without_a_tag_the_size_tells_that_it_is_another_file(target, monkeypatch):
    monkeypatch.setattr(downloading, "_FRUITLESS", 1)
    with serving(FileServer({"weights.zip": CONTENT}, tagged=False, cut_after=[400_000, 0])) as server:
        with pytest.raises(WeightsError):
            fetch(server, target)
        server.files["weights.zip"] = CONTENT[1:]
        monkeypatch.setattr(downloading, "_FRUITLESS", 4)
        fetch(server, target, sha256=None)
    assert target.read_bytes() == CONTENT[1:]


def test_a_part_that_is_the_whole_file_is_not_sent_again(target):
    with serving(FileServer({"weights.zip": CONTENT})) as server:
        part = target.with_name(
            f"weights.zip.{hashlib.sha256((server.url + 'weights.zip').encode()).hexdigest()[:8]}.part"
        )
        part.write_bytes(CONTENT)
        part.with_name(part.name + ".json").write_text('{"total": 600000, "validator": ""}')
        fetch(server, target)
    assert server.sent == 0
    assert target.read_bytes() == CONTENT


def test_another_sum_is_refused_and_nothing_is_left(target):
    with serving(FileServer({"weights.zip": CONTENT})) as server:
        with pytest.raises(WeightsError, match="has not the sum"):
            fetch(server, target, sha256="0" * 64)
        assert list(target.parent.iterdir()) == []
        fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_a_file_that_is_there_is_not_asked_for(target):
    target.write_bytes(CONTENT)
    with serving(FileServer({})) as server:
        fetch(server, target)
    assert server.requests == []


def test_a_server_that_is_busy_is_asked_again(target):
    with serving(FileServer({"weights.zip": CONTENT}, busy=2)) as server:
        fetch(server, target)
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_given_up(target):
    with serving(FileServer({"weights.zip": CONTENT}, busy=99)) as server, pytest.raises(WeightsError, match="503"):
        fetch(server, target)
    assert len(server.requests) == 4


def test_a_missing_file_is_not_asked_for_twice(target):
    with serving(FileServer({})) as server, pytest.raises(NotThereError, match=r"127\.0\.0\.1 has no weights.zip"):
        fetch(server, target)
    assert len(server.requests) == 1


def test_nobody_there(target):
    with serving(FileServer({})) as server:
        pass
    with pytest.raises(WeightsError, match="no connection"):
        fetch(server, target)


def test_a_file_that_is_too_large_is_refused_before_it_comes(target):
    with serving(FileServer({"weights.zip": CONTENT})) as server, pytest.raises(WeightsError, match="larger"):
        fetch(server, target, limit=500_000)
    assert not target.exists()
    assert not list(target.parent.glob("*.part"))


def test_a_full_disk_is_said_before_it_is_full(target, monkeypatch):
    monkeypatch.setattr(downloading, "_SPARE_BYTES", 1 << 60)
    with serving(FileServer({"weights.zip": CONTENT})) as server, pytest.raises(OutputError, match="GB are free"):
        fetch(server, target)


def test_what_it_is_written_for_is_asked_for_when_the_program_is_installed():
    """``read1`` of the bytes that come is urllib3's since its version 2, which requests does not ask for."""
    project = (Path(downloading.__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert '"urllib3>=2"' in project.partition("dependencies = [")[2].partition("\n]")[0]


def test_nothing_else_in_the_program_can_ask_the_internet():
    libraries = {"requests", "pooch", "urllib3", "http", "httpx", "aiohttp", "ftplib"}
    asking = set()
    root = Path(downloading.__file__).parents[1]
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if libraries & {name.split(".")[0] for name in names} or "urllib.request" in names:
                asking.add(path.relative_to(root).as_posix())
    assert asking == {"weights/downloading.py"}
