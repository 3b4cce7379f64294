"""What starts the server is put there and removed; what others have put there stays; and only our server is ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from trees import tree

from installers.program.decisions import Plan
from installers.program.launcher import put_launcher, remove_launcher
from installers.program.places import places
from installers.program.running import stop_server
from installers.program.service import add_service, remove_service
from installers.program.tools import Tools, tool_environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX")


def plan(*service: str) -> Plan:
    return Plan("cpu", "pip", "", "ensurepip", service, True, 0, ())


@pytest.fixture
def nobody(monkeypatch):
    """No systemctl and no launchctl: nothing of this machine's is touched."""
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(
    ("system", "service", "file"),
    [
        ("linux", "systemd", ".config/systemd/user/restore-old-photo.service"),
        ("linux", "menu", ".local/share/applications/restore-old-photo.desktop"),
        ("darwin", "launchd", "Library/LaunchAgents/restore-old-photo.plist"),
    ],
)
def test_it_is_put_there_twice_and_removed(home, system, service, file):
    said: list[str] = []
    mine = places({"HOME": str(home)}, system)
    for name in ("env-1", "env-2"):
        environment = home / name / "bin"
        add_service(plan(service), mine, environment / "python", environment / "restore-old-photo", said.append)
    text = (home / file).read_text("utf-8")
    assert "env-2" in text
    assert "env-1" not in text
    assert [path for path, content in tree(home).items() if content is not None] == [file]
    # Where the system does not answer, the user is told what to do.
    assert ("restore-old-photo serve does it" in said[-1]) == (service != "menu")
    assert remove_service(mine) == [home / file]
    assert remove_service(mine) == []
    assert not any(tree(home).values())


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(("system", "service"), [("linux", "systemd"), ("linux", "menu"), ("darwin", "launchd")])
def test_what_is_somebody_elses_stays(home, system, service):
    mine = places({"HOME": str(home)}, system)
    path = {"systemd": mine.unit, "menu": mine.menu, "launchd": mine.agent}[service]
    assert path is not None
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    said: list[str] = []
    add_service(plan(service), mine, home / "python", home / "command", said.append)
    assert "is not from this program, and stays as it is" in said[0]
    assert remove_service(mine) == []
    assert path.read_text() == "mine"


def test_the_command_is_a_link_that_follows_the_environment(home):
    target, launcher = home / "program", home / ".local/bin/restore-old-photo"
    said: list[str] = []
    for name in ("env-1", "env-2"):
        assert put_launcher(launcher, target / name / "bin/restore-old-photo", target, said.append)
        assert launcher.readlink() == target / name / "bin/restore-old-photo"
    assert (said, [path.name for path in launcher.parent.iterdir()]) == ([], ["restore-old-photo"])
    assert remove_launcher(launcher, target)
    assert not remove_launcher(launcher, target)


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_command_of_somebody_else_stays(home, kind):
    launcher = home / "restore-old-photo"
    launcher.symlink_to("/usr/bin/true") if kind == "link" else launcher.write_text("mine")
    said: list[str] = []
    assert not put_launcher(launcher, home / "program/env-1/bin/restore-old-photo", home / "program", said.append)
    assert "stays as it is" in said[0]
    assert not remove_launcher(launcher, home / "program")
    assert launcher.exists()


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    (tmp_path / "scratch" / "tmp").mkdir(parents=True)
    with (tmp_path / "lock").open("w") as lock:
        yield Tools(tmp_path / "scratch", tmp_path / "log", lock.fileno(), lambda line: None)


@pytest.mark.parametrize("ours", [True, False])
def test_a_server_is_ended_only_if_it_runs_from_our_folder(home, tools, ours):
    target = home / "program"
    server = home / ("program" if ours else "other") / "env-1" / "server.py"
    server.parent.mkdir(parents=True)
    server.write_text("import time; print(1, flush=True); time.sleep(60)")
    process = subprocess.Popen([sys.executable, server], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"1\n"
        mine = places({"HOME": str(home)}, "linux")
        mine.data.mkdir(parents=True)
        # As that of a server in the network is: nobody asks it over there to end.
        connection = {"pid": process.pid, "endpoint": "tcp://192.0.2.1:53117"}
        (mine.data / "connection.json").write_text(json.dumps(connection))
        ended = []
        reaper = threading.Thread(target=lambda: ended.append(process.wait(20)))
        reaper.start()
        assert not stop_server(mine, [target], None, tools, keep=server.parent)
        assert stop_server(mine, [target], None, tools, keep=target / "env-2") == ours
        if ours:
            reaper.join(20)
            assert ended == [-15]
        else:
            assert process.poll() is None
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_without_a_connection_file_nothing_is_ended(home, tools):
    assert not stop_server(places({"HOME": str(home)}, "linux"), [home], None, tools)


def test_tools_get_nothing_that_would_lead_them_elsewhere(tmp_path):
    foreign = {"PYTHONPATH": "/x", "PIP_TARGET": "/x", "VIRTUAL_ENV": "/x", "PIP_USER": "1", "UV_TARGET": "/x"}
    kept = {"PIP_INDEX_URL": "https://mirror", "HTTPS_PROXY": "http://proxy", "PATH": "/bin"}
    environ = tool_environment({**foreign, **kept, "TMPDIR": "/small", "PIP_CACHE_DIR": "/home/me/.cache"}, tmp_path)
    assert not set(foreign) & set(environ)
    assert {name: environ[name] for name in kept} == kept
    assert environ["TMPDIR"] == str(tmp_path / "tmp")
    assert environ["PIP_CACHE_DIR"] == str(tmp_path / "pip")
