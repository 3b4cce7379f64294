"""The server as a whole: one a user, its log, its remote file."""

import json
import os
import signal
import stat
import subprocess
import sys
import time

import psutil
import pytest
import zmq
from peer import Peer, small

from server.connection import Connection, read_connection, write_connection
from server.keys import kept_keys


def test_a_second_server_sees_the_first_and_leaves(own_server):
    again = subprocess.run(
        [sys.executable, "-I", "-m", "server"],
        env={**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(own_server.path)},
        timeout=20,
        check=False,
    )
    assert again.returncode == 0
    assert read_connection(own_server.path) == own_server.connection


def test_what_killed_servers_left_behind_is_removed_by_the_next(make_server, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead, alive, other = (
        temporary / name
        for name in (f"restore-old-photo-{gone.pid}-abc", f"restore-old-photo-{os.getpid()}-abc", "restore-old-photo-x")
    )
    for folder in (dead, alive, other):
        folder.mkdir()
        (folder / "auto-1.in").touch()
    make_server(TMPDIR=str(temporary))
    assert not dead.exists()
    assert alive.exists()
    assert other.exists()


def test_the_log_is_the_owners_and_holds_no_key(own_server):
    with Peer(own_server.connection) as peer:
        assert peer.run("a", *small())["type"] == "done"
    log = own_server.path.parent / "logs" / "server.log"
    text = log.read_text()
    assert "serving at tcp://127.0.0.1:" in text
    for key in ("client_secret_key", "client_public_key", "server_public_key"):
        assert getattr(own_server.connection, key) not in text
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(own_server.path.stat().st_mode) == 0o600


def test_it_serves_other_machines_only_when_told_and_the_copied_file_stays_good(tmp_path):
    """Not another machine, but the way is the same: an address, a port, a file that was copied."""
    env = {**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(tmp_path / "connection.json")}
    command = [sys.executable, "-I", "-m", "restoration.cli", "serve", "--listen", "127.0.0.2:53999", "--idle", "1"]
    copied = tmp_path / "copied.json"
    for _ in range(2):
        process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE)
        try:
            remote = tmp_path / "remote-client.json"
            end = time.monotonic() + 20
            while not (tmp_path / "connection.json").exists():
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
            if not copied.exists():
                assert stat.S_IMODE(remote.stat().st_mode) == 0o600
                copied.write_bytes(remote.read_bytes())
                copied.chmod(0o600)
            connection = read_connection(copied)
            assert connection.endpoint == "tcp://127.0.0.2:53999"
            with Peer(connection) as peer:
                peer.ask("hello", client="from afar")
                assert peer.hear("welcome")["pid"] == process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
        assert str(remote).encode() in said


@pytest.mark.parametrize(
    ("said", "announced"),
    [
        ("photos.example", "tcp://photos.example:53998"),
        ("192.0.2.7:6000", "tcp://192.0.2.7:6000"),
        ("2001:db8::7", "tcp://[2001:db8::7]:53998"),
        ("[2001:db8::7]:6000", "tcp://[2001:db8::7]:6000"),
    ],
)
def test_the_file_for_others_says_where_they_reach_the_server(tmp_path, said, announced):
    env = {**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(tmp_path / "connection.json")}
    command = [sys.executable, "-I", "-m", "restoration.cli", "serve", "--listen", "127.0.0.2:53998"]
    process = subprocess.Popen([*command, "--announce", said], env=env, stderr=subprocess.DEVNULL)
    try:
        remote, end = tmp_path / "remote-client.json", time.monotonic() + 60
        while not remote.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        assert read_connection(remote).endpoint == announced
        assert read_connection(tmp_path / "connection.json").endpoint == "tcp://127.0.0.2:53998"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _copied_file(path, **changed):
    server, client = (zmq.curve_keypair() for _ in range(2))
    connection = Connection(
        endpoint="tcp://192.0.2.7:53117",
        server_public_key=changed.get("server_public_key", server[0].decode()),
        client_public_key=client[0].decode(),
        client_secret_key=client[1].decode(),
        pid=1,
        version="0.1.0",
        protocol=1,
    )
    write_connection(connection, path)


def test_a_file_that_was_copied_from_another_machine_is_not_overwritten(tmp_path):
    path = tmp_path / "connection.json"
    _copied_file(path)
    before = path.read_bytes()
    env = {**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(path)}
    for program in ("server", "restoration.cli"):
        command = [sys.executable, "-I", "-m", program, *(["serve"] if program != "server" else [])]
        done = subprocess.run(command, env=env, timeout=60, check=False, capture_output=True, text=True)
        assert done.returncode != 0
        assert "tcp://192.0.2.7:53117, and is not overwritten. Move it away" in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr
        assert path.read_bytes() == before


def test_a_file_that_a_killed_server_of_ours_left_is_overwritten(tmp_path):
    path = tmp_path / "connection.json"
    ours = kept_keys(tmp_path / "remote-keys.json")[0][0].decode()
    _copied_file(path, server_public_key=ours)
    env = {**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(path)}
    process = subprocess.Popen([sys.executable, "-I", "-m", "server"], env=env, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while read_connection(path).pid != process.pid:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        assert read_connection(path).endpoint.startswith("tcp://127.0.0.1:")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def test_a_connection_file_is_json_with_what_the_protocol_says(own_server):
    content = json.loads(own_server.path.read_text())
    assert set(content) == {
        "endpoint",
        "server_public_key",
        "client_public_key",
        "client_secret_key",
        "pid",
        "version",
        "protocol",
    }
    assert psutil.Process(content["pid"]).is_running()
    assert content["endpoint"].startswith("tcp://127.0.0.1:")
