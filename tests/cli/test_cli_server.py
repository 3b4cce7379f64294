"""``serve``, ``status``, ``stop``, ``logs`` and ``restore --server``: with a real server, in a home of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from cli_pictures import everything_in
from PIL import Image

from restoration.weights.registry import BUNDLED, is_there

EXAMPLE = Path(__file__).parents[2] / "examples" / "astronaut_aged.jpg"

pytestmark = pytest.mark.skipif(not all(map(is_there, BUNDLED)), reason="the bundled weights are not there")


@pytest.fixture
def connection(tmp_path_factory, monkeypatch) -> Path:
    """The place of a connection file; whatever server is there afterwards is ended."""
    path = tmp_path_factory.mktemp("server") / "connection.json"
    monkeypatch.setenv("RESTORE_OLD_PHOTO_CONNECTION", str(path))
    yield path
    if path.exists():
        process = psutil.Process(json.loads(path.read_text())["pid"])
        process.terminate()
        process.wait(10)


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "scan.png"
    with Image.open(EXAMPLE) as picture:
        picture.resize((200, 150)).save(path)
    return path


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["stop"]])
def test_without_a_server_it_is_said_and_nothing_is_started(run, connection, command):
    result = run(*command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert not connection.exists()


def test_logs_of_a_server_that_never_ran(run, connection):
    result = run("logs")
    assert result.exit_code == 1
    assert "has not run" in result.stderr


@pytest.mark.parametrize("arguments", [["--device", "cloud"], ["--idle", "-1"], ["--cache", "0"]])
def test_serve_refuses_what_makes_no_sense(run, connection, arguments):
    result = run("serve", *arguments)
    assert result.exit_code == 2
    assert not connection.exists()


def test_serve_says_when_it_cannot_listen(run, connection):
    result = run("serve", "--listen", "203.0.113.7:50001")  # an address of documentation, no machine has it
    assert result.exit_code == 2
    assert "203.0.113.7" in result.stderr


def test_serve_status_logs_stop(run, connection):
    served = subprocess.Popen(
        [sys.executable, "-m", "restoration.cli", "serve", "--idle", "0"], env=dict(os.environ), stderr=subprocess.PIPE
    )
    try:
        end = time.monotonic() + 20
        while not connection.exists():
            assert served.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        result = run("status", "--json")
        assert result.exit_code == 0
        facts = json.loads(result.stdout)
        assert facts["pid"] == served.pid
        assert facts["protocol"] == 1
        assert facts["endpoint"].startswith("tcp://127.0.0.1:")
        assert facts["version"]
        assert facts["queue"] == []
        assert {"pid", "device", "state"} <= set(facts["workers"][0])
        assert f"pid {served.pid}" in run("status").stdout
        again = run("serve")
        assert again.exit_code == 1
        assert "runs already" in again.stderr
        result = run("logs", "-n", "5")
        assert "serving at tcp://127.0.0.1" in result.stdout
        assert str(connection.parent) in result.stderr
        assert run("stop").exit_code == 0
        assert served.wait(10) == 0
        assert not connection.exists()
    finally:
        served.kill()
        served.communicate()


def _addresses() -> list[str]:
    found = [one.address for some in psutil.net_if_addrs().values() for one in some if one.family == socket.AF_INET]
    return ["127.0.0.2", *[address for address in found if not address.startswith("127.")][:1]]


@pytest.mark.parametrize("address", _addresses())
def test_stop_through_a_file_that_was_copied_ends_the_server_and_leaves_the_file(run, connection, monkeypatch, address):
    command = [sys.executable, "-m", "restoration.cli", "serve", "--listen", f"{address}:53995"]
    served = subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not connection.exists():
            assert served.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        copied = connection.with_name("copied.json")
        copied.write_bytes(connection.with_name("remote-client.json").read_bytes())
        copied.chmod(0o600)
        monkeypatch.setenv("RESTORE_OLD_PHOTO_CONNECTION", str(copied))
        result = run("stop")
        assert (result.exit_code, result.output) == (0, "")
        assert served.wait(10) == 0
        assert copied.exists()
        assert not connection.exists()
    finally:
        served.kill()
        served.communicate()


def test_restore_with_the_server_gives_the_same_file_as_without(run, connection, photo, tmp_path):
    here, there = tmp_path / "here.png", tmp_path / "there.png"
    mask = tmp_path / "mask.png"
    damage = np.zeros((150, 200), np.uint8)
    damage[40:44, 20:150] = 255
    Image.fromarray(damage).save(mask)
    options = ["--mask", mask, "--mask-mode", "unite", "--strength", "quality=.7"]
    assert run("restore", photo, "-o", here, *options).exit_code == 0
    result = run("restore", photo, "-o", there, "--server", *options)
    assert result.exit_code == 0
    assert result.stdout.strip() == str(there)
    with Image.open(here) as one, Image.open(there) as other, Image.open(photo) as source:
        assert np.array_equal(np.asarray(one), np.asarray(other))
        assert not np.array_equal(np.asarray(one), np.asarray(source))
    assert connection.exists()  # it was started, and stays


def test_layers_of_the_server_are_those_of_this_process(run, connection, photo, tmp_path):
    import zipfile

    here, there = tmp_path / "here.ora", tmp_path / "there.ora"
    assert run("restore", photo, "-o", here).exit_code == 0
    assert run("restore", photo, "-o", there, "--server").exit_code == 0
    with zipfile.ZipFile(here) as one, zipfile.ZipFile(there) as other:
        assert one.namelist() == other.namelist()
        for name in one.namelist():
            assert one.read(name) == other.read(name), name


def test_a_server_that_dies_on_the_way_is_started_again(run, connection, photo, tmp_path):
    first = tmp_path / "first.png"
    assert run("restore", photo, "-o", first, "--server").exit_code == 0
    psutil.Process(json.loads(connection.read_text())["pid"]).kill()
    second = tmp_path / "second.png"
    assert run("restore", photo, "-o", second, "--server").exit_code == 0
    assert first.read_bytes() == second.read_bytes()


def test_what_the_server_refuses_is_said_as_here(run, connection, photo, tmp_path):
    before = everything_in(tmp_path)
    options = ["--preset", "official", "--models", tmp_path / "nowhere"]
    here = run("restore", photo, "-o", tmp_path / "out.png", *options)
    there = run("restore", photo, "-o", tmp_path / "out.png", "--server", *options)
    assert (here.exit_code, here.stderr) == (there.exit_code, there.stderr)
    assert here.exit_code == 1
    assert everything_in(tmp_path) == before
