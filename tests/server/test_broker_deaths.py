"""Processes die: the worker, the client. Every job still ends once, and the next one works."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from peer import Peer, small

from server.protocol import Picture


def photo(width=900, height=700):
    """Something that takes seconds."""
    rng = np.random.default_rng(time.monotonic_ns())
    return rng.integers(0, 256, (height, width, 3), np.uint8).tobytes(), Picture("RGB", 8, width, height)


def status(peer):
    peer.ask("status")
    return peer.hear("status")


def worker_pid(peer):
    return status(peer)["workers"][0]["pid"]


def begin(peer, job, wanted="progress"):
    """A long job that computes by now."""
    raw, picture = photo()
    peer.submit(job, raw, picture, {})
    assert peer.hear("need", seconds=60)
    peer.upload(job, raw)
    while (header := peer.hear(wanted, "error", seconds=60))["type"] != "error":
        if header.get("stage") != "models":
            return
    raise AssertionError(header)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_worker_ends_its_job_with_an_error_and_the_next_job_works(own_server, number):
    with Peer(own_server.connection) as peer, Peer(own_server.connection) as other:
        begin(peer, "a")
        raw, picture = small()
        other.submit("waiting", raw, picture)
        assert other.hear("accepted")["position"] == 0
        killed = worker_pid(peer)
        os.kill(killed, number)
        at = time.monotonic()
        error = peer.hear("error", "done", seconds=5)
        assert time.monotonic() - at < 2
        assert (error["code"], error["job"]) == ("worker-died", "a")
        assert ("killed" if number == signal.SIGKILL else "SIGSEGV") in error["cause"]
        assert error["remedy"]
        # The job that waited goes to the next worker, and so does a new one.
        assert other.finish("waiting", raw)["type"] == "done"
        assert peer.run("b", *small())["type"] == "done"
        assert worker_pid(peer) != killed
        assert not psutil.pid_exists(killed)
        children = psutil.Process(own_server.connection.pid).children()
        assert [child.status() for child in children].count(psutil.STATUS_ZOMBIE) == 0
        assert len(children) == 1


def test_workers_that_were_killed_leave_no_memory_behind(own_server):
    broker = psutil.Process(own_server.connection.pid)
    with Peer(own_server.connection) as peer:
        held = []
        for turn in range(4):
            assert peer.run(f"{turn}", *small())["type"] == "done"
            held.append(broker.memory_info().rss)
            os.kill(worker_pid(peer), signal.SIGKILL)
        assert peer.run("last", *small())["type"] == "done"
        assert max(held[1:]) < held[0] * 1.05 + 1e6


def test_a_cancelled_job_ends_at_once_and_the_next_one_begins_soon(own_server):
    with Peer(own_server.connection) as peer:
        assert peer.run("warm", *small())["type"] == "done"
        begin(peer, "a")
        at = time.monotonic()
        peer.ask("cancel", job="a")
        assert peer.hear("cancelled", "done", "error")["type"] == "cancelled"
        assert time.monotonic() - at < 0.5
        # The worker was in the middle of a network; it stops between two layers, not at the end of the tile.
        assert peer.run("b", *small())["type"] == "done"
        assert time.monotonic() - at < 3
        # Nothing about the cancelled job came after its last word.
        peer.ask("cancel", job="a")
        peer.ask("status", request=1)
        assert peer.hear()["type"] == "status"


def test_a_client_that_vanishes_loses_its_jobs(own_server):
    script = (
        "import sys, time, os; sys.path[:0] = sys.argv[2:4]\n"
        "from pathlib import Path\n"
        "from peer import Peer; from server.connection import read_connection\n"
        "from test_broker_deaths import begin, photo\n"
        "peer = Peer(read_connection(Path(sys.argv[1])))\n"
        "begin(peer, 'a'); raw, picture = photo(); peer.submit('b', raw, picture, {})\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    here = os.path.dirname(__file__)  # noqa: PTH120 - an argument for another process
    client = subprocess.Popen(
        [sys.executable, "-c", script, str(own_server.path), here, os.path.join(here, "..", "..")],  # noqa: PTH118
        stdout=subprocess.PIPE,
    )
    try:
        assert client.stdout.readline() == b"ready\n"
        with Peer(own_server.connection) as peer:
            assert len(status(peer)["queue"]) == 2
            client.kill()
            at = time.monotonic()
            while status(peer)["queue"]:
                assert time.monotonic() - at < 3
                time.sleep(0.05)
            assert peer.run("mine", *small())["type"] == "done"
    finally:
        client.kill()
        client.communicate()


def test_bytes_that_never_come_hold_up_nobody_else(own_server):
    with Peer(own_server.connection) as lazy, Peer(own_server.connection) as peer:
        raw, picture = small()
        lazy.submit("a", raw, picture)
        assert lazy.hear("need", seconds=60)
        at = time.monotonic()
        assert peer.run("b", *small())["type"] == "done"
        assert time.monotonic() - at < 2
        lazy.upload("a", raw)
        assert lazy.hear("done", "error", seconds=5)["type"] == "done"


def test_a_stopped_server_ends_jobs_workers_and_its_file(own_server):
    with Peer(own_server.connection) as peer:
        begin(peer, "a")
        worker = psutil.Process(worker_pid(peer))
        os.kill(own_server.connection.pid, signal.SIGTERM)
        assert peer.hear("error")["code"] == "shutting-down"
        assert worker.wait(5) is not None or not worker.is_running()
        own_server.wait(5)
        assert not own_server.path.exists()


def test_a_killed_server_takes_its_worker_with_it(own_server):
    with Peer(own_server.connection) as peer:
        begin(peer, "a")
        worker = psutil.Process(worker_pid(peer))
        os.kill(own_server.connection.pid, signal.SIGKILL)
        at = time.monotonic()
        while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() - at < 3
            time.sleep(0.05)
