"""The connection file is its owner's alone, whole or not at all, and is not believed unchecked."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import server.connection as module
from server.connection import (
    CONNECTION_VARIABLE,
    Connection,
    connection_path,
    data_folder,
    is_local,
    log_folder,
    read_connection,
    remove_connection,
    write_connection,
)
from server.protocol import ProtocolError

SECRET = "s" * 40
GOOD = Connection("tcp://127.0.0.1:5555", "a" * 40, "b" * 40, SECRET, 4711, "0.1.0", 1)

posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "connection.json"


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def refused(path) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        read_connection(path)
    assert caught.value.code == "connection-file"
    assert caught.value.remedy
    assert SECRET not in str(caught.value)
    return caught.value


def written(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_what_was_written_is_read(path):
    write_connection(GOOD, path)
    assert read_connection(path) == GOOD
    assert set(json.loads(path.read_text())) == {
        *("endpoint", "server_public_key", "client_public_key", "client_secret_key", "pid", "version", "protocol")
    }


def test_no_file_is_no_connection(path):
    assert read_connection(path) is None
    written(path.parent / "file", "x")
    assert read_connection(path.parent / "file" / "connection.json") is None


@posix
def test_file_and_folder_are_the_owners_alone_whatever_the_umask(path, open_umask):
    write_connection(GOOD, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@posix
def test_a_umask_that_takes_everything_leaves_the_owner_his_part(path):
    before = os.umask(0o777)
    try:
        path.parent.parent.chmod(0o700)
        write_connection(GOOD, path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@posix
def test_nobody_else_can_read_the_file_for_a_moment_either(path, open_umask, monkeypatch):
    """The mode that the file has when it is created, before anything stands in it."""
    modes = []
    real = os.fdopen

    def look(descriptor, *arguments, **more):
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return real(descriptor, *arguments, **more)

    monkeypatch.setattr(os, "fdopen", look)
    write_connection(GOOD, path)
    assert modes == [0o600]


@posix
def test_a_link_planted_in_its_place_is_replaced_and_its_target_untouched(path, tmp_path):
    target = written(tmp_path / "target", "precious", 0o644)
    path.parent.mkdir()
    path.symlink_to(target)
    write_connection(GOOD, path)
    assert not path.is_symlink()
    assert read_connection(path) == GOOD
    assert target.read_text() == "precious"


@posix
def test_links_planted_where_the_temporary_file_will_be_are_not_followed(path, tmp_path, monkeypatch):
    """Its name cannot be guessed; if it could be, the write would fail and harm nothing."""
    target = written(tmp_path / "target", "precious")
    path.parent.mkdir()
    monkeypatch.setattr(module.secrets, "token_hex", lambda _: "guessed")
    (path.parent / f".{path.name}.guessed").symlink_to(target)
    with pytest.raises(FileExistsError):
        write_connection(GOOD, path)
    assert target.read_text() == "precious"
    assert not path.exists()


@posix
def test_a_link_is_not_read_through(path, tmp_path):
    real = tmp_path / "elsewhere.json"
    write_connection(GOOD, real)
    path.parent.mkdir()
    path.symlink_to(real)
    assert "link" in refused(path).cause


@posix
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o602, 0o610, 0o644, 0o666, 0o777], ids=oct)
def test_a_file_that_others_have_access_to_is_refused(path, mode):
    write_connection(GOOD, path)
    path.chmod(mode)
    assert "others" in refused(path).cause


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="giving a file away takes root")
def test_another_users_file_is_refused(path):
    write_connection(GOOD, path)
    os.chown(path, 12345, 12345)
    assert "another user" in refused(path).cause


@posix
def test_what_is_no_file_is_refused_at_once(path):
    path.mkdir(parents=True)
    refused(path)
    path.rmdir()
    os.mkfifo(path, 0o600)
    assert "ordinary" in refused(path).cause


def test_readers_never_see_half_a_file(path):
    write_connection(GOOD, path)
    stop = threading.Event()
    seen: set[int] = set()
    faults: list[BaseException] = []

    def read():
        try:
            while not stop.is_set():
                connection = read_connection(path)
                seen.add(connection.pid if connection else 0)
        except BaseException as fault:
            faults.append(fault)

    reader = threading.Thread(target=read)
    reader.start()
    for pid in range(1, 300):
        write_connection(replace(GOOD, pid=pid), path)
    stop.set()
    reader.join()
    assert not faults
    assert 0 not in seen
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(path, monkeypatch):
    write_connection(GOOD, path)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_connection(replace(GOOD, pid=1), path)
    assert read_connection(path) == GOOD
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"endpoint": value}
            for value in (None, 5, "", "tcp://127.0.0.1", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536")
        ),
        *(
            {"endpoint": value}
            for value in ("ipc:///tmp/x", "tcp://*:5", "tcp://a b:5", "tcp://h:5;tcp://i:6", "tcp://h:5\n")
        ),
        *({"server_public_key": value} for value in (None, "", "a" * 39, "a" * 41, "a" * 39 + "~", "a" * 39 + "ä", 40)),
        {"client_public_key": "a" * 40 + "\n"},
        {"client_secret_key": SECRET + "x"},
        *({"pid": value} for value in (None, 0, -1, "5", 5.0, True, 1 << 32)),
        *({"protocol": value} for value in (None, 0, "1", True)),
        *({"version": value} for value in (None, "", "x" * 65, "a\nb", 1)),
    ],
    ids=repr,
)
def test_every_field_is_checked(path, change):
    written(path, json.dumps({**asdict(GOOD), **change}))
    assert str(path) in refused(path).cause


@pytest.mark.parametrize("missing", sorted(asdict(GOOD)))
def test_no_field_may_be_missing(path, missing):
    written(path, json.dumps({key: value for key, value in asdict(GOOD).items() if key != missing}))
    assert missing in refused(path).cause


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "\0" * 100,
        "[" * 16_000,
        b"\xff\xfe{}",
        json.dumps(asdict(GOOD)) + " " * (16 << 10),
    ],
    ids=lambda text: repr(text[:9]),
)
def test_what_is_no_such_file_is_refused(path, text):
    written(path, text)
    refused(path)


def test_fields_of_the_future_are_no_fault(path):
    written(path, json.dumps({**asdict(GOOD), "future": [1]}))
    assert read_connection(path) == GOOD


def test_neither_text_nor_traceback_shows_the_secret():
    assert SECRET not in repr(GOOD)
    assert SECRET not in str(GOOD)
    with pytest.raises(ProtocolError) as caught:
        replace(GOOD, client_secret_key=SECRET + "x")
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.details)


def test_only_the_file_that_names_the_process_is_removed(path):
    write_connection(GOOD, path)
    assert not remove_connection(path, GOOD.pid + 1)
    assert path.exists()
    assert remove_connection(path, GOOD.pid)
    assert not path.exists()
    assert not remove_connection(path, GOOD.pid)
    written(path, "not ours")
    assert not remove_connection(path, GOOD.pid)
    assert path.exists()


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("localhost", True),
        ("[::1]", True),
        ("0.0.0.0", True),
        ("192.168.1.5", False),
        ("[fe80::1%eth0]", False),
        ("[2001:db8::1]", False),
        ("gpu-box.lan", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_what_is_local(host, local):
    assert is_local(replace(GOOD, endpoint=f"tcp://{host}:5555")) is local


def test_the_places_are_those_of_the_document(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    home = {"HOME": "/home/ann", "XDG_DATA_HOME": "/sandbox", "XDG_RUNTIME_DIR": "/sandbox/run"}
    assert connection_path(home) == Path("/home/ann/.local/share/restore-old-photo/connection.json")
    assert log_folder(home) == Path("/home/ann/.local/share/restore-old-photo/logs")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data_folder(home) == Path("/home/ann/Library/Application Support/restore-old-photo")
    monkeypatch.setattr(module, "_ON_WINDOWS", True)
    local = {"LOCALAPPDATA": str(tmp_path)}
    assert connection_path(local) == tmp_path / "restore-old-photo" / "connection.json"
    assert data_folder({}) == Path.home() / "AppData" / "Local" / "restore-old-photo"


def test_the_environment_names_another_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert connection_path({CONNECTION_VARIABLE: str(tmp_path / "x.json")}) == tmp_path / "x.json"
    assert connection_path({CONNECTION_VARIABLE: "x.json"}) == tmp_path / "x.json"
    assert connection_path({CONNECTION_VARIABLE: ""}) == data_folder({}) / "connection.json"


@posix
def test_a_relative_home_is_not_believed():
    assert data_folder({"HOME": "x"}).is_absolute()
    assert data_folder({}).is_absolute()


@posix
def test_children_do_not_inherit_the_open_file(path):
    """A worker, or what it starts, must not find the file open."""
    write_connection(GOOD, path)
    script = f"""
import os, subprocess, sys
from pathlib import Path
import server.connection as module
real = os.fstat
def look(descriptor):
    out = subprocess.run([sys.executable, "-c", f"import os; os.fstat({{descriptor}})"], close_fds=False,
                         stderr=subprocess.DEVNULL)
    print(out.returncode)
    return real(descriptor)
os.fstat = look
module.read_private_file(Path({str(path)!r}), 0o077, 1000)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["1"]
