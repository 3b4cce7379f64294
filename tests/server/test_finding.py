"""Connection files that lead nowhere: no obstacle on this machine, said clearly where nothing can be started."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from dataclasses import replace

import pytest
import zmq
from running_server import processes_of
from scripted_server import ScriptedServer

from server.client import RestorationClient
from server.connection import read_connection, write_connection
from server.launcher import PYTHON_VARIABLE
from server.protocol import ProtocolError, message


def connect(kind, **more):
    return RestorationClient.connect("test", transport=kind, **more)


def refused(kind, **more):
    with pytest.raises(ProtocolError) as caught:
        connect(kind, **more)
    return caught.value


@pytest.fixture
def silent():
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def stale(place, server, silent):
    """Writes a connection file that leads nowhere, in one of many ways, while a server lives somewhere else."""

    def write(how):
        alive = server.connection
        other_public, other_secret = (key.decode() for key in zmq.curve_keypair())
        changed = {
            "dead": {"endpoint": "tcp://127.0.0.1:1", "pid": 4_000_000},
            "the pid is somebody else's": {"endpoint": "tcp://127.0.0.1:1", "pid": os.getpid()},
            "nobody answers": {"endpoint": silent},
            "another server key": {"server_public_key": other_public},
            "another client key": {"client_public_key": other_public, "client_secret_key": other_secret},
        }[how]
        write_connection(replace(alive, **changed), place)

    return write


@pytest.mark.parametrize(
    "how",
    ["dead", "the pid is somebody else's", "nobody answers", "another server key", "another client key"],
)
def test_a_stale_file_is_no_obstacle(stale, place, kind, how):
    stale(how)
    old = read_connection(place)
    at = time.monotonic()
    with connect(kind) as client:
        took = time.monotonic() - at
        fresh = read_connection(place)
        assert fresh != old
        assert client.welcome["pid"] == fresh.pid
    assert took < (4 if how == "nobody answers" else 2)


def test_a_killed_servers_file_is_replaced_by_the_next(place, kind):
    with connect(kind) as client:
        first = client.welcome["pid"]
    os.kill(first, signal.SIGKILL)
    with connect(kind) as client:
        assert client.welcome["pid"] == read_connection(place).pid != first


def test_nothing_is_started_when_that_is_not_wanted(stale, place, kind):
    assert refused(kind, start=False).code == "no-server"
    stale("dead")
    error = refused(kind, start=False)
    assert error.code == "no-server"
    assert "restore-old-photo serve" in error.remedy
    assert not [one for one in processes_of(place) if one.cmdline()[-1] == "server"]


def test_for_another_machine_nothing_is_started_and_its_address_named(server, place, kind):
    # An address that no machine has, by RFC 5737.
    write_connection(replace(server.connection, endpoint="tcp://192.0.2.1:53117"), place)
    at = time.monotonic()
    error = refused(kind)
    assert time.monotonic() - at < 8
    assert error.code == "no-server"
    assert "tcp://192.0.2.1:53117" in error.cause
    assert "does not answer" in error.cause
    assert not [one for one in processes_of(place) if one.cmdline()[-1] == "server"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_file_that_others_can_read_is_refused_and_left_alone(server, place, kind):
    write_connection(server.connection, place)
    place.chmod(0o644)
    assert refused(kind).code == "connection-file"
    assert place.exists()
    assert not [one for one in processes_of(place) if one.cmdline()[-1] == "server"]


@pytest.mark.parametrize(
    ("welcome", "code"),
    [({"protocol": 2}, "version"), ({"protocol": None}, "version"), ({"v": 2}, "version")],
)
def test_a_server_of_another_version_is_refused_and_not_replaced(place, kind, welcome, code):
    with ScriptedServer(place, welcome=welcome):
        assert refused(kind).code == code
    assert not [one for one in processes_of(place) if one.cmdline()[-1] == "server"]


def test_a_server_that_is_full_says_so(place, kind):
    with ScriptedServer(place, refusal=message("error", job=None, code="busy", cause="Full.", remedy="Wait.")):
        error = refused(kind)
    assert (error.code, error.cause, error.remedy) == ("busy", "Full.", "Wait.")


def test_one_that_is_about_to_end_is_replaced(place, kind):
    ending = message("error", job=None, code="shutting-down", cause="Ends.", remedy="")
    with ScriptedServer(place, refusal=ending), connect(kind) as client:
        assert client.welcome["pid"] != os.getpid()


def program(tmp_path, monkeypatch, text):
    path = tmp_path / "program"
    path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n")
    path.chmod(0o755)
    monkeypatch.setenv(PYTHON_VARIABLE, str(path))


@pytest.mark.skipif(os.name == "nt", reason="a script that is a program")
def test_a_server_that_cannot_start_is_said_with_its_last_words(place, tmp_path, monkeypatch):
    program(tmp_path, monkeypatch, "sys.exit('No module named server')")
    at = time.monotonic()
    error = refused("zmq")
    assert time.monotonic() - at < 5
    assert error.code == "no-server"
    assert "No module named server" in error.cause
    assert "server-start.log" in error.remedy


@pytest.mark.skipif(os.name == "nt", reason="a script that is a program")
def test_a_bridge_that_cannot_start_is_said(place, tmp_path, monkeypatch):
    program(tmp_path, monkeypatch, "sys.exit(3)")
    assert refused("bridge").code == "no-server"


@pytest.mark.skipif(os.name == "nt", reason="a script that is a program")
def test_a_server_that_never_serves_is_not_waited_for_without_end(place, kind, tmp_path, monkeypatch):
    program(tmp_path, monkeypatch, "import time; time.sleep(20)")
    at = time.monotonic()
    assert refused(kind, deadline_s=1.5).code == "no-server"
    assert time.monotonic() - at < 7
    for one in processes_of(place):
        one.kill()


def test_an_unknown_transport_is_the_callers_fault(place):
    with pytest.raises(ValueError, match="carrier pigeon"):
        connect("carrier pigeon")
