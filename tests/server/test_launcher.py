"""Which Python is started, with which environment, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from running_server import processes_of

import server.launcher as module
from server.connection import CONNECTION_VARIABLE, data_folder, read_connection
from server.launcher import (
    PYTHON_VARIABLE,
    RECORD,
    cleaned_environment,
    find_python,
    open_log,
    spawn,
    start_log,
    start_server,
)
from server.protocol import ProtocolError

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX")


@pytest.fixture
def home(tmp_path):
    """An environment with a home of its own."""
    return {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "PATH": os.environ["PATH"]}


@pytest.fixture
def other(tmp_path):
    """Another program that can be run."""
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def record(home, content, mode=0o600):
    path = data_folder(home) / RECORD
    path.parent.mkdir(parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)


def refused(environ):
    with pytest.raises(ProtocolError) as caught:
        find_python(environ)
    assert caught.value.code == "no-server"
    assert caught.value.remedy
    return caught.value.cause


def test_the_environment_comes_first_then_the_record_then_our_own(home, other, tmp_path):
    assert find_python(home) == sys.executable
    recorded = tmp_path / "recorded"
    shutil.copy(other, recorded)
    record(home, {"python": str(recorded)})
    assert find_python(home) == str(recorded)
    assert find_python({**home, PYTHON_VARIABLE: other}) == other


def test_a_copy_in_an_editor_never_takes_the_editors_own(home, monkeypatch):
    """``sys.executable`` in Krita is whatever python3 is first on PATH."""
    monkeypatch.setattr(module, "__package__", "restore_old_photo.remote")
    assert "not installed" in refused(home)


@pytest.mark.parametrize("named", ["python3", "/does/not/exist", "/", os.devnull])
def test_a_name_that_is_no_program_is_refused_and_shown(home, named):
    assert named in refused({**home, PYTHON_VARIABLE: named})


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"python": 5}', '{"python": "python3"}', '{"python": "/does/not/exist"}', "x" * 20_000]
)
def test_a_record_that_is_none_is_refused_and_named(home, content):
    record(home, content)
    assert RECORD in refused(home)


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666], ids=oct)
def test_a_record_that_others_can_write_is_refused(home, other, mode):
    """Whoever can write it would decide which program is run."""
    record(home, {"python": other}, mode)
    assert "others" in refused(home)


@posix
def test_a_record_that_others_can_read_will_do(home, other):
    record(home, {"python": other}, 0o644)
    assert find_python(home) == other


def test_the_environment_loses_what_an_editor_set_and_keeps_the_rest():
    kept = {
        "HOME": "/h",
        "PATH": "/usr/bin:/bin",
        "RESTORE_OLD_PHOTO_CONNECTION": "/x",
        "LANG": "C",
        "XDG_DATA_DIRS": "/s",
    }
    foreign = {
        **dict.fromkeys(
            ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PythonPath", "LD_LIBRARY_PATH", "LD_PRELOAD"), "/x"
        ),
        **dict.fromkeys(
            ("DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "GI_TYPELIB_PATH", "GTK_PATH", "GTK_MODULES"), "/x"
        ),
        **dict.fromkeys(
            ("GIO_MODULE_DIR", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM", "QML2_IMPORT_PATH", "OWD", "ARGV0"), "/x"
        ),
        **dict.fromkeys(("APPIMAGE", "GDK_PIXBUF_MODULE_FILE", "GSETTINGS_SCHEMA_DIR", "__PYVENV_LAUNCHER__"), "/x"),
    }
    assert cleaned_environment({**foreign, **kept}) == kept


@posix
def test_an_appimages_folder_is_taken_out_of_every_list():
    environ = {
        "APPDIR": "/tmp/.mount_krita",
        "PATH": "/tmp/.mount_krita/usr/bin:/usr/bin:/tmp/.mount_krita:/tmp/.mount_krita2/bin",
        "XDG_DATA_DIRS": "/tmp/.mount_krita/usr/share:/usr/share",
        "SSL_CERT_FILE": "/tmp/.mount_krita/cert.pem",
        "EDITOR": "vi",
    }
    assert cleaned_environment(environ) == {
        "PATH": "/usr/bin:/tmp/.mount_krita2/bin",
        "XDG_DATA_DIRS": "/usr/share",
        "EDITOR": "vi",
    }


def test_what_is_started_stands_in_a_neutral_folder_with_a_clean_environment(tmp_path, monkeypatch, home):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    script = "import os, sys, json; print(json.dumps([os.getcwd(), dict(os.environ), os.getsid(0) == os.getpid()]))"
    environ = {
        **home,
        "PYTHONPATH": "/x",
        CONNECTION_VARIABLE: "relative.json",
        "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
    }
    process = spawn([sys.executable, "-I", "-c", script], environ, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    folder, seen, leads = json.loads(process.communicate(timeout=30)[0])
    assert Path(folder) != tmp_path / "work"
    assert "PYTHONPATH" not in seen
    assert leads
    # It does not stand where we stand, so a relative name would be another file.
    assert seen[CONNECTION_VARIABLE] == str(tmp_path / "work" / "relative.json")


def test_a_program_that_cannot_be_started_is_said(tmp_path):
    text = tmp_path / "text"
    text.write_text("no program")
    text.chmod(0o755)
    with pytest.raises(ProtocolError, match="cannot be started") as caught:
        spawn([str(text)], os.environ)
    assert caught.value.code == "no-server"


@posix
def test_open_files_are_not_inherited(tmp_path, home):
    """The editor's files stay the editor's: a server that holds a pipe of its open would keep it from ending."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    process = spawn([sys.executable, "-I", "-c", f"import os; os.fstat({writing})"], home, stderr=subprocess.DEVNULL)
    assert process.wait(30) == 1
    os.close(reading)
    os.close(writing)


@posix
def test_a_server_is_started_once_and_leaves_no_zombie(place):
    """A real one: a second finds the first and leaves with status 0. Nobody waits for either."""
    first = start_server(sys.executable, os.environ)
    end = time.monotonic() + 20
    while (connection := read_connection(place)) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    second = start_server(sys.executable, os.environ)
    while second.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert second.poll() == 0
    assert first.poll() is None
    assert [one.pid for one in processes_of(place) if one.cmdline()[-1] == "server"] == [connection.pid]
    first.terminate()
    while any(one.pid in (first.pid, second.pid) for one in psutil.Process().children()):  # a zombie is one too
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_a_server_says_that_fails_is_in_the_log(place, tmp_path):
    fake = tmp_path / "fake"
    fake.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no such module, ' + ' '.join(sys.argv[1:]))\n")
    fake.chmod(0o755)
    process = start_server(str(fake), os.environ)
    end = time.monotonic() + 20
    while process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert process.poll() == 1
    assert start_log(os.environ).read_text() == "no such module, -I -m server\n"


@posix
def test_a_log_is_its_owners_alone_grows_and_begins_anew(tmp_path):
    path = tmp_path / "data" / "logs" / "a.log"
    before = os.umask(0)
    try:
        with open_log(path) as log:
            log.write(b"one\n")
    finally:
        os.umask(before)
    with open_log(path) as log:
        log.write(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    path.write_bytes(bytes((1 << 20) + 1))
    with open_log(path) as log:
        log.write(b"three\n")
    assert path.read_bytes() == b"three\n"


@posix
def test_where_no_log_can_be_written_the_work_goes_on(tmp_path):
    (tmp_path / "file").write_text("x")
    with open_log(tmp_path / "file" / "logs" / "a.log") as log:
        log.write(b"lost\n")
    planted = tmp_path / "target"
    planted.write_text("precious")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").symlink_to(planted)
    with open_log(tmp_path / "logs" / "a.log") as log:
        log.write(b"lost\n")
    assert planted.read_text() == "precious"
