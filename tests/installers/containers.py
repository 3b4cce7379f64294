"""Builds a Containerfile in a chroot and runs what it builds, where no container can be had. Linux, as root."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chroots import Chroot, NoChrootError, bare, cache, copied, pip_folders, remove
from dockerfile_parse import DockerfileParser

_RUN = Path(__file__).parent / "container" / "run.sh"
_RUN_S = 900.0
#: What apt and pip say where there is no network, or none that leads to packages.
_UNREACHED = (
    *("Temporary failure resolving", "Could not resolve", "Name or service not known", "Network is unreachable"),
    *("Failed to establish a new connection", "Temporary failure in name resolution", "Connection refused"),
    *("Connection timed out", "Read timed out", "Could not connect to"),
)
#: As long as an instruction says nothing else.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Instruction:
    """One of a Containerfile: its name in capitals, and the rest with its lines joined."""

    name: str
    value: str


@dataclass
class Image:
    """What was built.

    Attributes:
        root: the folder of the system.
        environ, user, directory, volumes, ports, entrypoint, command, health, stop_signal: as the instructions say.
    """

    root: Path
    environ: dict[str, str] = field(default_factory=lambda: {"PATH": _PATH})
    user: str = "0:0"
    directory: str = "/"
    volumes: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    stop_signal: str = "SIGTERM"

    def running(self, data: Path, models: Path, words: list[str]) -> list[str]:
        """The command line that runs these words in a container with these volumes; ``environ`` goes with it."""
        inside = [str(self.root), str(data), str(models), self.user, self.directory, *words]
        return ["unshare", "--mount", "/bin/sh", str(_RUN), *inside]


def instructions(containerfile: Path) -> list[Instruction]:
    """What the file says, in its order."""
    parsed = DockerfileParser(fileobj=io.BytesIO(containerfile.read_bytes())).structure
    return [Instruction(one["instruction"], one["value"]) for one in parsed if one["instruction"] != "COMMENT"]


@contextmanager
def built(containerfile: Path, context: Path) -> Iterator[Image]:
    """The image of a file whose base is this Debian; removed afterwards.

    All up to the last but one RUN is kept for the next time, as container engines keep layers.

    Raises:
        NoChrootError: no chroot can be made here, or what a step needs cannot be fetched.
        AssertionError: a step fails for another reason; the message has the end of what it said.
    """
    steps = instructions(containerfile)
    runs = [number for number, step in enumerate(steps) if step.name == "RUN"]
    cut = runs[-2] + 1
    with copied(_layer(steps[:cut], context)) as system:
        image = Image(system.root)
        for number, step in enumerate(steps):
            _carry_out(step, image, context, only_say=number < cut)
        yield image


def _layer(steps: list[Instruction], context: Path) -> Chroot:
    digest = hashlib.sha256(bare().root.name.encode())
    for step in steps:
        digest.update(f"{step.name} {step.value}\n".encode())
        for source in shlex.split(step.value)[:-1] if step.name == "COPY" else ():
            digest.update((context / source).read_bytes())
    kept = cache() / f"container-{digest.hexdigest()[:12]}"
    if not kept.is_dir():
        for older in cache().glob("container-*"):
            remove(older)
        with copied() as system:
            image = Image(system.root)
            for step in steps:
                _carry_out(step, image, context)
            system.root.rename(kept)
            system.root.mkdir()  # what is removed at the end
    return Chroot(kept)


def _carry_out(step: Instruction, image: Image, context: Path, only_say: bool = False) -> None:
    """One step; ``only_say`` leaves out what changes files."""
    match step.name:
        case "FROM":
            assert step.value == "debian:bookworm-slim", "the chroot is another system"
        case "ENV":
            image.environ |= dict(word.split("=", 1) for word in shlex.split(step.value))
        case "USER":
            image.user = step.value
        case "WORKDIR":
            image.directory = step.value
        case "VOLUME":
            image.volumes = json.loads(step.value)
        case "EXPOSE":
            image.ports += [int(port) for port in step.value.split()]
        case "STOPSIGNAL":
            image.stop_signal = step.value
        case "ENTRYPOINT":
            image.entrypoint = json.loads(step.value)
        case "CMD":
            image.command = json.loads(step.value)
        case "HEALTHCHECK":
            image.health = json.loads(step.value.partition("CMD")[2])
        case "COPY":
            if not only_say:
                _copy(step.value, image.root, context)
        case "RUN":
            if not only_say:
                _run(step.value, image)
        case other:
            raise AssertionError(f"{other} is not known here")


def _copy(value: str, root: Path, context: Path) -> None:
    *sources, target = shlex.split(value)
    there = root / target.lstrip("/")
    for source in (context / name for name in sources):
        if source.is_dir():
            shutil.copytree(source, there, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            place = there / source.name if target.endswith("/") else there
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


def _run(value: str, image: Image) -> None:
    assert image.user == "0:0"
    command = [*Chroot(image.root).entering(*pip_folders()), "env", "/bin/sh", "-c", value]
    # The variables are the image's alone, but for the PATH that leads to unshare.
    words = [f"{name}={text}" for name, text in image.environ.items()]
    command[-3:-3] = ["-i", *words]
    environ = {"PATH": os.environ["PATH"]}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_S, env=environ)
    except subprocess.TimeoutExpired as error:
        raise NoChrootError(f"a step of the container did not end in {_RUN_S:.0f} s: RUN {value[:80]}") from error
    without = next((said for said in _UNREACHED if said in done.stdout + done.stderr), "")
    if done.returncode and without:
        raise NoChrootError(f"a step of the container cannot fetch what it needs ({without}): RUN {value[:80]}")
    assert done.returncode == 0, f"RUN {value}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
