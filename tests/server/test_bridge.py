"""``python -I -m server.bridge`` as a program: what it writes, and when it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time

import msgpack
import psutil
import pytest
from peer import NOTHING
from running_server import processes_of
from scripted_server import ScriptedServer

from server.bridge_transport import BridgeTransport
from server.protocol import (
    CHUNK_BYTES,
    MAX_HEADER_BYTES,
    Picture,
    ProtocolError,
    chunks,
    decode,
    encode,
    hash_of,
    message,
)
from server.stdio import read_message, write_message


class Pipes:
    """A bridge and its two pipes."""

    def __init__(self, environ, *arguments, cwd="/"):
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-m", "server.bridge", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environ,
            cwd=cwd,
        )

    def say(self, header, payload=None):
        write_message(self.process.stdin, header if isinstance(header, bytes) else encode(header), payload)

    def hear_raw(self):
        received = read_message(self.process.stdout)
        assert received is not None, self.process.stderr.read()
        return received

    def hear(self, *kinds):
        """The next message of one of these types, or of any but ``alive``."""
        while True:
            header, payload = self.hear_raw()
            header = decode(header)
            if header["type"] in kinds or (not kinds and header["type"] != "alive"):
                return header, payload

    def close(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


@pytest.fixture
def bridge():
    """Makes bridges; those that have not ended are ended."""
    with contextlib.ExitStack() as stack:

        def make(environ, *arguments, **more):
            pipes = Pipes(environ, *arguments, **more)
            stack.callback(pipes.close)
            # Whoever waits for something that never comes shall fail and not hang.
            timer = threading.Timer(60, pipes.process.kill)
            timer.start()
            stack.callback(timer.cancel)
            return pipes

        yield make


def test_it_works_from_any_folder_and_says_first_where_the_server_is(server, bridge, tmp_path):
    (tmp_path / "server.py").write_text("raise SystemExit('the wrong server')")
    pipes = bridge(server.environ, cwd=tmp_path)
    header, payload = pipes.hear_raw()
    assert msgpack.unpackb(header) == {
        "v": 1,
        "type": "bridge",
        "pid": server.connection.pid,
        "endpoint": server.connection.endpoint,
    }
    assert payload is None


def test_the_connection_file_can_be_named(server, bridge):
    environ = {**server.environ, "RESTORE_OLD_PHOTO_CONNECTION": "/does/not/exist.json"}
    pipes = bridge(environ, "--connection", os.path.relpath(server.path, "/"), "--no-start")
    assert pipes.hear()[0]["type"] == "bridge"


def test_a_whole_job_passes(server, bridge):
    pipes = bridge(server.environ)
    raw, picture = os.urandom(1500 * 1000 * 3), Picture("RGB", 8, 1500, 1000)
    inputs = {"photo": {**picture.fields(), "hash": hash_of(raw)}}
    pipes.say(message("hello", client="test"))
    assert pipes.hear("welcome")[0]["pid"] == server.connection.pid
    pipes.say(message("submit", job="a", inputs=inputs, settings=NOTHING, reply={"flattened": True}))
    assert pipes.hear("need")[0]["inputs"] == ["photo"]
    for offset, chunk in chunks(raw):
        pipes.say(message("pixels", job="a", input="photo", offset=offset), chunk)
    back = bytearray()
    while len(back) < len(raw):
        header, payload = pipes.hear("pixels")
        assert header["offset"] == len(back)
        back += payload
    assert back == raw
    assert pipes.hear()[0]["type"] == "done"


def test_headers_pass_unchanged_both_ways_and_heartbeats_too(tmp_path, bridge):
    """What this bridge does not understand may be understood at both ends."""
    # Numbers and texts in longer forms than they need, as no packer would write them again.
    odd = b"\x83\xa1v\xd3" + struct.pack(">q", 1) + b"\xa4type\xd9\x03odd" + b"\xa1x\xcc\x07"
    with ScriptedServer(tmp_path / "x" / "c.json", lambda _, payload, answer: answer(odd, payload)) as peer:
        pipes = bridge({**os.environ}, "--connection", str(tmp_path / "x" / "c.json"))
        assert pipes.hear()[0]["type"] == "bridge"
        payload = os.urandom(CHUNK_BYTES)
        pipes.say(odd, payload)
        while True:
            header, back = pipes.hear_raw()
            if back is not None:
                break
        assert (header, back) == (odd, payload)
        assert peer.heard[-1][1]["x"] == 7
        assert pipes.hear("alive")


def test_a_slow_server_holds_up_the_client_and_fills_no_memory(tmp_path, bridge):
    with ScriptedServer(tmp_path / "x" / "c.json", lambda *_: time.sleep(0.02)) as peer:
        pipes = bridge({**os.environ}, "--connection", str(tmp_path / "x" / "c.json"))
        pipes.hear()
        process = psutil.Process(pipes.process.pid)
        before, peak, chunk = process.memory_info().rss, 0, os.urandom(CHUNK_BYTES)
        for number in range(96):
            pipes.say(message("pixels", job="a", input="photo", offset=number * CHUNK_BYTES), chunk)
            peak = max(peak, process.memory_info().rss)
        assert peak - before < 40 << 20
        assert len(peer.heard) > 60


def test_the_end_of_stdin_ends_it(server, bridge):
    pipes = bridge(server.environ)
    pipes.hear()
    pipes.say(message("hello", client="test"))
    pipes.process.stdin.close()
    at = time.monotonic()
    assert pipes.process.wait(5) == 0
    assert time.monotonic() - at < 1.5


def test_the_end_of_stdin_ends_it_also_while_it_looks_for_a_server(tmp_path, bridge):
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(3)\n")
    program.chmod(0o755)
    environ = {
        **os.environ,
        "RESTORE_OLD_PHOTO_PYTHON": str(program),
        "RESTORE_OLD_PHOTO_CONNECTION": str(tmp_path / "none" / "c.json"),
    }
    pipes = bridge(environ)
    time.sleep(0.6)
    assert pipes.process.poll() is None
    pipes.process.stdin.close()
    assert pipes.process.wait(2) == 0
    assert pipes.process.stdout.read() == b""


def test_what_was_said_last_still_goes_out(tmp_path, bridge):
    with ScriptedServer(tmp_path / "x" / "c.json") as peer:
        pipes = bridge({**os.environ}, "--connection", str(tmp_path / "x" / "c.json"))
        pipes.hear()
        pipes.say(message("cancel", job="a"))
        pipes.process.stdin.close()
        peer.wait_for("cancel")
        assert pipes.process.wait(5) == 0


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (struct.pack("<I", MAX_HEADER_BYTES + 1), "too-large"),
        (struct.pack("<I", 0), "bad-message"),
        (b"\1\0\0\0\x80" + struct.pack("<I", CHUNK_BYTES + 1), "frame-size"),
        (b"\4\0\0\0ab", "bad-message"),
    ],
    ids=["header", "empty", "payload", "cut off"],
)
def test_a_stream_that_is_none_is_told_and_ends_it(server, bridge, sent, code):
    pipes = bridge(server.environ)
    pipes.hear()
    pipes.process.stdin.write(sent)
    if len(sent) == 6:
        pipes.process.stdin.close()
    header, _ = pipes.hear()
    assert (header["type"], header["code"], header["job"]) == ("error", code, None)
    assert pipes.process.wait(5) == 1
    assert pipes.process.stdout.read() == b""


def test_a_server_that_is_killed_is_told_and_ends_it(own_server, bridge):
    pipes = bridge(own_server.environ)
    pipes.hear()
    os.kill(own_server.connection.pid, signal.SIGKILL)
    at = time.monotonic()
    header, _ = pipes.hear()
    assert (header["type"], header["code"], header["job"]) == ("error", "server-lost", None)
    assert header["remedy"]
    assert pipes.process.wait(5) == 1
    assert time.monotonic() - at < 3


def test_without_a_server_it_says_so_and_ends(place, bridge):
    pipes = bridge({**os.environ}, "--no-start")
    header, _ = pipes.hear()
    assert (header["type"], header["code"], header["job"]) == ("error", "no-server", None)
    assert pipes.process.wait(5) == 1
    assert not processes_of(place)


def test_a_server_that_it_started_keeps_nothing_of_it_open(place, bridge):
    """If it inherited the pipes, their other ends would never see the end."""
    pipes = bridge({**os.environ})
    started = pipes.hear()[0]["pid"]
    pipes.process.kill()
    at = time.monotonic()
    while read_message(pipes.process.stdout) is not None:  # heartbeats
        pass
    assert pipes.process.stderr.read() == b""
    assert time.monotonic() - at < 1
    assert psutil.pid_exists(started)


def test_whatever_else_writes_to_stdout_writes_to_stderr():
    script = """
import os
from server.bridge import _take_streams
stdin, stdout = _take_streams()
print("stray", flush=True)
os.write(1, b"stray")
os.system("echo stray; cat")
stdout.write(stdin.read(4))
"""
    done = subprocess.run([sys.executable, "-c", script], input=b"kept", capture_output=True, timeout=30, check=True)
    assert done.stdout == b"kept"
    assert done.stderr.replace(b"\n", b"") == b"stray" * 3


def test_its_log_names_no_key_and_is_the_owners(server, bridge):
    pipes = bridge(server.environ)
    pipes.hear()
    pipes.process.stdin.close()
    pipes.process.wait(5)
    log = server.path.parent / "logs" / "bridge.log"
    text = log.read_text()
    assert server.connection.endpoint in text
    for key in ("client_secret_key", "client_public_key", "server_public_key"):
        assert getattr(server.connection, key) not in text
    if os.name != "nt":
        assert log.stat().st_mode & 0o077 == 0
    assert pipes.process.stderr.read() == b""


def test_a_bridge_that_is_killed_is_a_server_that_is_lost(server):
    transport = BridgeTransport(sys.executable, environ=server.environ)
    try:
        assert transport.receive(20)[0]["type"] == "bridge"
        (child,) = [one for one in psutil.Process().children() if "server.bridge" in one.cmdline()]
        child.kill()
        at = time.monotonic()
        with pytest.raises(ProtocolError) as caught:
            while True:
                transport.receive(5)
        assert caught.value.code == "server-lost"
        assert time.monotonic() - at < 1
        # Nobody has called close, and nothing may be left of it all the same.
        while any(one.pid == child.pid for one in psutil.Process().children()):
            assert time.monotonic() - at < 5
            time.sleep(0.02)
    finally:
        transport.close()


def test_a_bridge_that_hangs_is_ended_within_moments(server):
    transport = BridgeTransport(sys.executable, environ=server.environ)
    assert transport.receive(20)[0]["type"] == "bridge"
    (child,) = [one for one in psutil.Process().children() if "server.bridge" in one.cmdline()]
    child.suspend()
    for _ in range(8):  # more than the pipe takes: the thread that writes is held up
        transport.send(message("pixels", job="a", input="photo", offset=0), bytes(CHUNK_BYTES))
    time.sleep(0.2)
    at = time.monotonic()
    transport.close()
    assert time.monotonic() - at < 4
    assert not child.is_running()
