"""The program as a process: what it imports, signals, pipes, names of files."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from cli_pictures import everything_in, make_photo

import restoration
from restoration.photo import Photo
from restoration.photo_writing import write_photo

PROGRAM = (sys.executable, "-m", "restoration.cli")
TIMEOUT_S = 120

needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is found from any folder, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(Path(restoration.__file__).parent.parent))


def test_help_and_wrong_arguments_load_no_networks() -> None:
    program = """
import sys
from restoration.cli.app import app
for arguments in (["--help"], ["restore", "--help"], ["restore", "a.png"], ["restore", "a.png", "-o", "b.png", "--strength", "2"]):
    try:
        app(arguments)
    except SystemExit:
        pass
assert not {"torch", "cv2", "dlib"} & set(sys.modules)
"""  # noqa: E501
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr


def test_the_result_is_on_stdout_and_the_rest_on_stderr(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.png", dtype=np.uint16)
    arguments = ("restore", "a.png", "missing.png", "-o", "out", "--format", "jpg", "--stages", "none")
    done = subprocess.run((*PROGRAM, *arguments), cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 1
    assert done.stdout == f"{Path('out', 'a.jpg')}\n"
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["a.png", "Error"]


@needs_posix
def test_bars_are_drawn_on_a_terminal_and_keep_out_of_stdout(tmp_path: Path) -> None:
    import pty

    make_photo(tmp_path / "a.png")
    terminal, end = pty.openpty()
    arguments = ("restore", tmp_path / "a.png", "-o", tmp_path / "b.png")
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=end, text=True, env=environment
    ) as process:
        os.close(end)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while chunk := os.read(terminal, 65536):
                shown += chunk
        out, _ = process.communicate(timeout=TIMEOUT_S)
    os.close(terminal)
    assert process.returncode == 0, shown.decode()
    assert out == f"{tmp_path / 'b.png'}\n"
    assert "Loading the networks" in shown.decode()


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_libraries_keep_quiet_about_damage(tmp_path: Path, suffix: str) -> None:
    path = make_photo(tmp_path / f"a.{suffix}", height=200, width=300)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    arguments = ("restore", path, "-o", tmp_path / "b.png", "--stages", "none")
    done = subprocess.run((*PROGRAM, *arguments), capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: The file is truncated")


def _listens_to_ctrl_c() -> None:
    # A shell starts what runs in its background deaf to Ctrl-C, and that is inherited; there the tests run, too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@needs_posix
def test_ctrl_c_while_a_file_is_written_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 65536, (2500, 2500, 3), np.uint16)
    write_photo(tmp_path / "a.tif", Photo(noise))
    before = set(everything_in(tmp_path))
    arguments = ("restore", tmp_path / "a.tif", "-o", f"{tmp_path / 'out'}/", "--stages", "none")
    with subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_listens_to_ctrl_c,
    ) as process:
        deadline = time.monotonic() + TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline and not list(tmp_path.glob("out/.*.part")):
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out, err) == (130, "", "Cancelled.\n")
    assert set(everything_in(tmp_path)) == before


@needs_posix
def test_ctrl_c_while_networks_are_loaded(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.png")
    arguments = ("restore", tmp_path / "a.png", "-o", f"{tmp_path / 'out'}/")
    with subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_listens_to_ctrl_c,
    ) as process:
        deadline = time.monotonic() + TIMEOUT_S
        # The folder is made when the arguments are checked; importing torch follows and takes seconds.
        while process.poll() is None and time.monotonic() < deadline and not (tmp_path / "out").exists():
            time.sleep(0.005)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out, err) == (130, "", "Cancelled.\n")
    assert set(everything_in(tmp_path)) == {"a.png"}


@needs_posix
@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_pipe_that_nobody_reads(tmp_path: Path, closed: str) -> None:
    make_photo(tmp_path / "a.png", dtype=np.uint16)
    read, write = os.pipe()
    os.close(read)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, closed: write}
    arguments = ("restore", tmp_path / "a.png", tmp_path / "none.png", "-o", tmp_path / "out", "--stages", "none")
    done = subprocess.run((*PROGRAM, *arguments), **pipes, text=True, timeout=TIMEOUT_S)  # type: ignore[call-overload]
    os.close(write)
    assert done.returncode == 1
    assert "Traceback" not in f"{done.stdout}{done.stderr}"
    assert "Exception" not in f"{done.stdout}{done.stderr}"
    assert {"out", str(Path("out", "a.png"))} <= set(everything_in(tmp_path))
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of files that are no text")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"Gro\xdfmutter.png")
    make_photo(tmp_path / "a.png").rename(tmp_path / name)
    done = subprocess.run(
        (*PROGRAM, "restore", tmp_path / name, "missing.png", "-o", tmp_path / "out", "--stages", "none"),
        capture_output=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 1
    assert done.stdout == os.fsencode(tmp_path / "out" / name) + b"\n"
    assert (tmp_path / "out" / name).is_file()
