"""The container: its steps carried out in a chroot, what they make run as a container is, and used from outside."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chroots import NoChrootError
from containers import Image, built, instructions
from PIL import Image as Picture

from server.serve import REMOTE_PORT

PROJECT = Path(__file__).parents[2]
CONTAINERFILE = PROJECT / "installers" / "Containerfile"
EXAMPLE = PROJECT / "examples" / "astronaut_aged.jpg"
_START_S, _STOP_S, _RESTORE_S = 60.0, 20.0, 240.0


def test_what_is_copied_is_all_that_the_package_needs_and_is_there():
    named = [step.value.split()[:-1] for step in instructions(CONTAINERFILE) if step.name == "COPY"]
    sources = {source for group in named for source in group}
    assert all((PROJECT / source).exists() for source in sources)
    packages = re.search(r"include = \[(.*)\]", (PROJECT / "pyproject.toml").read_text())
    assert {name.strip('"* ') for name in packages[1].split(",")} <= sources


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with contextlib.ExitStack() as stack:
        try:
            yield stack.enter_context(built(CONTAINERFILE, PROJECT))
        except NoChrootError as error:
            pytest.skip(str(error))


@pytest.fixture(scope="module")
def volumes(image: Image) -> Iterator[tuple[Path, Path]]:
    """What an engine makes of new volumes: folders with the owner and the permissions of those in the image."""
    with tempfile.TemporaryDirectory(prefix="volumes-") as folder:
        Path(folder).chmod(0o755)
        made = []
        for name in image.volumes:
            there, here = (image.root / name.lstrip("/")).stat(), Path(folder) / name.lstrip("/")
            here.mkdir()
            os.chown(here, there.st_uid, there.st_gid)
            here.chmod(stat.S_IMODE(there.st_mode))
            made.append(here)
        yield tuple(made)


@contextlib.contextmanager
def container(image: Image, volumes: tuple[Path, Path]) -> Iterator[subprocess.Popen[bytes]]:
    """The entry point, running until it is stopped as an engine stops it; told where others reach it, as documented."""
    skip_if_taken(REMOTE_PORT)
    words = [*image.entrypoint, *image.command]
    environ = image.environ | {"PATH": host_path(image), "RESTORE_OLD_PHOTO_ANNOUNCE": address()}
    process = subprocess.Popen(image.running(*volumes, words), env=environ, stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + _START_S
        while not (volumes[0] / "connection.json").exists():
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < end, "the server does not start"
            time.sleep(0.1)
        yield process
        process.send_signal(signal.Signals[image.stop_signal])
        assert process.wait(_STOP_S) == 0
    finally:
        process.kill()
        process.communicate()


def skip_if_taken(port: int) -> None:
    """The chroot has the network of this machine: a server of its owner's may have the port that is documented."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was just given up is free
        try:
            probe.bind(("0.0.0.0", port))
            probe.listen()
        except OSError as error:
            pytest.skip(f"port {port} of this machine cannot be had: {error.strerror}")


def test_a_port_of_somebody_elses_is_a_reason_to_skip():
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        port = other.getsockname()[1]
        other.listen()
        with pytest.raises(pytest.skip.Exception, match=f"port {port} of this machine cannot be had: Address already"):
            skip_if_taken(port)
    skip_if_taken(port)


def host_path(image: Image) -> str:
    """The image's own PATH first: what runs it in the chroot is found behind."""
    return f"{image.environ['PATH']}:{os.environ['PATH']}"


def healthy(image: Image, volumes: tuple[Path, Path]) -> bool:
    command = image.running(*volumes, image.health)
    environ = image.environ | {"PATH": host_path(image)}
    return subprocess.run(command, env=environ, capture_output=True, timeout=60).returncode == 0


def address() -> str:
    """Of this machine, as another one would reach it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address of documentation; nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@pytest.mark.slow
def test_it_runs_as_nobody_special_on_the_port_that_is_documented(image: Image):
    assert image.user == "10001:10001"
    assert image.ports == [REMOTE_PORT]
    assert image.volumes == ["/data", "/models"]
    assert stat.S_IMODE((image.root / "data").stat().st_mode) == 0o700
    assert (image.root / "data").stat().st_uid == 10001


@pytest.mark.slow
def test_it_holds_the_locked_versions_and_no_developers_tool(image: Image):
    command = ["unshare", "--mount", "chroot", str(image.root), "/opt/restore-old-photo/bin/pip", "freeze"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    there = dict(line.split("==") for line in listed.splitlines() if "==" in line)
    there = {name.lower().replace("_", "-"): version.partition("+")[0] for name, version in there.items()}
    locked = {
        name.lower().replace("_", "-"): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / "requirements.lock").read_text(), re.MULTILINE)
    }
    differing = {name: version for name, version in there.items() if locked.get(name) not in (None, version)}
    assert differing == {}
    assert {"torch", "pyzmq", "dlib-bin"} <= set(there)
    assert not {"pytest", "ruff", "mypy", "pyqt6", "tensorboard", "onnxruntime"} & set(there)
    assert not (image.root / "source").exists()


@pytest.mark.slow
def test_it_restores_for_who_has_the_file_from_its_volume_and_keeps_its_keys(
    image: Image, volumes: tuple[Path, Path], tmp_path: Path
):
    data, _ = volumes
    photo, restored = tmp_path / "scan.png", tmp_path / "restored.png"
    with Picture.open(EXAMPLE) as picture:
        picture.resize((200, 150)).save(photo)
    copied = tmp_path / "gpu.json"
    with container(image, volumes) as process:
        for name in ("remote-keys.json", "remote-client.json", "connection.json"):
            status = (data / name).stat()
            assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, 10001), name
        assert healthy(image, volumes)
        keys = (data / "remote-keys.json").read_bytes()
        copied.touch(0o600)
        copied.write_bytes((data / "remote-client.json").read_bytes())
        from_outside(copied, "restore", photo, "-o", restored, "--server")
        assert Path(f"/proc/{process.pid}").stat().st_uid == 10001
    with Picture.open(photo) as before, Picture.open(restored) as after:
        assert after.size == before.size
        assert np.abs(np.asarray(after.convert("RGB"), float) - np.asarray(before.convert("RGB"), float)).mean() > 1
    assert not healthy(image, volumes)
    with container(image, volumes):
        assert (data / "remote-keys.json").read_bytes() == keys
        assert f"tcp://0.0.0.0:{REMOTE_PORT}" in from_outside(copied, "status")


def from_outside(connection: Path, *words: object) -> str:
    """What the program says on a machine with a copy of the connection file."""
    command = [sys.executable, "-m", "restoration.cli", *map(str, words)]
    environ = {**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(connection)}
    done = subprocess.run(command, env=environ, cwd=PROJECT, capture_output=True, text=True, timeout=_RESTORE_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_without_its_volume_it_says_in_a_sentence_what_is_wrong(image: Image, tmp_path: Path):
    """A folder of the host that belongs to somebody else, the commonest mistake."""
    with tempfile.TemporaryDirectory(prefix="volumes-") as folder:
        data, models = Path(folder) / "data", Path(folder) / "models"
        data.mkdir(mode=0o700)
        models.mkdir()
        command = image.running(data, models, [*image.entrypoint, *image.command])
        environ = image.environ | {"PATH": host_path(image)}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Error: The server cannot write its connection file to /data" in done.stderr
    assert "Traceback" not in done.stderr
