"""The server started by the plug-in, killed in mid-work, and Krita closed in mid-work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from server.connection import CONNECTION_VARIABLE, read_connection


def workers(krita):
    """What the server of this Krita says of its workers."""
    from running_server import processes_of

    path = connection(krita)
    return [one for one in processes_of(path) if one.cmdline()[-1:] == ["server.worker"]]


def connection(krita):
    from pathlib import Path

    return Path(krita.environ[CONNECTION_VARIABLE])


def test_the_server_is_started_and_its_death_is_survived(make_krita, fresh_photo, medium_photo):
    krita = make_krita()
    assert "is not running" in krita.run("window.server_words")[0]
    told = krita.run("trouble.begin", photo=str(fresh_photo))
    told = krita.run("trouble.finish")
    assert told["outcome"] == "done"
    assert read_connection(connection(krita)) is not None
    krita.run("kit.reset")

    # A worker that is killed: one sentence, nothing changed, and the next run works.
    before = krita.run("trouble.begin", photo=str(medium_photo))
    for worker in workers(krita):
        worker.kill()
    told = krita.run("trouble.finish")
    assert told["outcome"] == "failed"
    assert "killed" in told["sentence"]
    assert told["names"] == before
    krita.run("kit.reset")

    # A server that is killed: another one is started, and the run is begun anew.
    krita.run("trouble.begin", photo=str(medium_photo))
    old = read_connection(connection(krita))
    os.kill(old.pid, signal.SIGKILL)
    told = krita.run("trouble.finish", seconds=180)
    assert any("started again" in note for note in told["notes"])
    assert told["outcome"] == "done"
    assert len(told["names"]) == 2
    assert sorted(told["previews"][-3:]) == ["Restored", "Scratch mask", "Scratch repair"]
    assert read_connection(connection(krita)).pid != old.pid


def test_a_server_that_cannot_be_had_is_one_sentence(make_krita, small_photo):
    krita = make_krita(RESTORE_OLD_PHOTO_PYTHON="/nonexistent/python")
    told = krita.run("restoring.plain", photo=str(small_photo))
    assert told["outcome"] == "failed"
    assert "/nonexistent/python" in told["sentence"]
    assert told["names"] == [told["names"][0]]
    sentence, wish, _ = krita.run("window.server_words")
    assert wish in ("start", "diagnose")
    assert sentence


def test_krita_closes_in_mid_work(make_krita, medium_photo):
    krita = make_krita()
    krita.run("trouble.quit_krita", photo=str(medium_photo))
    began = time.monotonic()
    krita.ended(20)
    assert time.monotonic() - began < 10
    # The server has noticed, and works for nobody.
    end = time.monotonic() + 10
    command = [sys.executable, "-I", "-m", "restoration.cli", "status", "--json"]
    while '"queue": []' not in (said := _output(command, krita.environ)):
        assert time.monotonic() < end, said
        time.sleep(0.2)


def _output(command, environ):
    kept = {name: value for name, value in environ.items() if name != "HOME"}
    return subprocess.run(command, env=kept, capture_output=True, text=True, timeout=60).stdout


def test_the_button_of_the_server_starts_and_restarts_it(make_krita):
    krita = make_krita()
    assert krita.run("window.server_words")[1:] == ["start", "Start"]
    words = krita.run("window.server_words", wish="start")
    assert "ready" in words[0] or "starting" in words[0] or "sleeps" in words[0]
    krita.run("window.server_is", kind="ready", seconds=60)
    pid = read_connection(connection(krita)).pid
    assert krita.run("window.server_words")[1] == "restart"
    krita.run("window.server_words", wish="restart")
    krita.run("window.server_is", kind="ready", seconds=60)
    assert read_connection(connection(krita)).pid != pid
