"""A server that is not there, that is started, and that is killed in mid-work."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from running_server import processes_of

from server.connection import CONNECTION_VARIABLE, read_connection


def computing(gimp, seconds=60.0):
    """Wait until the server works on something; the worker's process."""
    import subprocess
    import sys

    environ = {**os.environ, CONNECTION_VARIABLE: gimp.environ[CONNECTION_VARIABLE]}
    end = time.monotonic() + seconds
    command = [sys.executable, "-I", "-m", "restoration.cli", "status"]
    while "%" not in subprocess.run(command, env=environ, capture_output=True, text=True).stdout:
        assert time.monotonic() < end
        time.sleep(0.1)
    path = Path(gimp.environ[CONNECTION_VARIABLE])
    return next(one for one in processes_of(path) if one.cmdline()[-1:] == ["server.worker"])


def test_the_server_is_started_and_a_killed_worker_is_one_sentence(make_gimp, large_photo):
    gimp = make_gimp()
    running = gimp.start("calls.plain", windows=False, photo=str(large_photo))
    computing(gimp).kill()
    told = running.result(240)
    assert told["status"] == "GIMP_PDB_EXECUTION_ERROR"
    assert "killed" in told["message"]
    assert len(told["names"]) == 1


def test_a_killed_server_is_started_again(make_gimp, large_photo):
    gimp = make_gimp()
    running = gimp.start("calls.plain", windows=False, photo=str(large_photo))
    computing(gimp)
    path = Path(gimp.environ[CONNECTION_VARIABLE])
    old = read_connection(path).pid
    os.kill(old, signal.SIGKILL)
    told = running.result(400)
    assert told["status"] == "GIMP_PDB_SUCCESS"
    assert len(told["names"]) == 2
    assert read_connection(path).pid != old


def test_a_server_that_cannot_be_had_is_one_sentence(make_gimp, small_photo):
    gimp = make_gimp(RESTORE_OLD_PHOTO_PYTHON="/nonexistent/python")
    told = gimp.run("calls.plain", photo=str(small_photo))
    assert told["status"] == "GIMP_PDB_EXECUTION_ERROR"
    assert "/nonexistent/python" in told["message"]
    assert len(told["names"]) == 1


@pytest.mark.parametrize("way", ["zmq", "bridge"], indirect=True)
def test_both_ways_are_really_taken(make_gimp, small_photo, way):
    gimp = make_gimp()
    assert gimp.run("calls.plain", photo=str(small_photo))["status"] == "GIMP_PDB_SUCCESS"
    logs = Path(gimp.environ[CONNECTION_VARIABLE]).parent / "logs"
    assert (logs / "bridge.log").exists() == (way == "bridge")
