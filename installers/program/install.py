"""Installs the program, or replaces the one that is installed; whatever stops it, a second run succeeds."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from installers.errors import InstallError, told
from installers.program.decisions import Plan, Wishes, check_space, without_uv
from installers.program.editors import put_plugins, renew_record
from installers.program.environment import (
    check_environment,
    command_in,
    fetch_uv,
    install_packages,
    make_environment,
    python_in,
)
from installers.program.facts import Facts
from installers.program.folders import DENIED, SCRATCH, make_folder, missing_folders, size_of, sweep
from installers.program.launcher import put_launcher
from installers.program.lock import locked
from installers.program.marker import Marker, read_marker, write_marker
from installers.program.places import Places
from installers.program.running import stop_server
from installers.program.service import add_service, remove_service
from installers.program.source import Source
from installers.program.tools import Tools


@dataclass(frozen=True)
class Job:
    """All that an installation needs to know.

    Attributes:
        places: of this user.
        target: the folder that will hold the environment.
        source: the program.
        facts: of this machine.
        wishes: of the user.
        plan: made of these two.
        tell: says a line to the user.
    """

    places: Places
    target: Path
    source: Source
    facts: Facts
    wishes: Wishes
    plan: Plan
    tell: Callable[[str], None]

    @property
    def fingerprint(self) -> str:
        """Of what the environment is made from: if it is the same, there is nothing to make."""
        parts = (self.source.digest, self.plan.torch, str(self.facts.python), str(self.target))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def install(job: Job) -> None:
    """Carry the plan out.

    Raises:
        InstallError: a step has failed; what was installed before is as it was.
    """
    began, places, tell = time.monotonic(), job.places, job.tell
    missing = missing_folders(places, job.target)
    make_folder(places.data, private=True)
    with locked(places.lock) as lock:
        marker = _begun(job, read_marker(places.marker), missing)
        make_folder(job.target)
        tools = Tools(job.target / SCRATCH, places.log, lock, tell)
        _rotate(places.log)
        make_folder(tools.scratch / "tmp")
        if marker.folder is not None:  # an update that was stopped may have left the older server
            _end_older_server(places, marker, tools)
        sweep(job.target, keep=_kept(job, marker), cache=True)
        make_folder(tools.scratch / "tmp")

        if _is_whole(job, marker, tools):
            tell(f"Version {marker.version} is installed already; looking after the rest.")
            old = None
        else:
            old = marker.folder
            marker = _build(job, marker, tools)
        environment = job.target / marker.environment
        python, command = python_in(environment), command_in(environment)

        tell("[4/6] The command restore-old-photo")
        there = put_launcher(places.launcher, command, job.target, tell)
        if old is not None:
            _end_older_server(places, marker, tools)
        if places.record.is_file():
            renew_record(python, tools)

        tell("[5/6] Editors" if job.plan.editors else "[5/6] Editors: left out, as asked for")
        if job.plan.editors:
            put_plugins(python, tools)

        tell(
            "[6/6] The server"
            if job.wishes.service
            else "[6/6] The server: not to be started by the system, as asked for"
        )
        if job.wishes.service:
            add_service(job.plan, places, python, command, lambda line: tell(f"  {line}"))
        else:
            remove_service(places)

        _tidy(job, marker)
        tell(f"Installed version {marker.version} in {environment}:")
        tell(f"{size_of(environment) / 1e6:.0f} MB on the disk, {time.monotonic() - began:.0f} s.")
        _say_how(job, there)


def _end_older_server(places: Places, marker: Marker, tools: Tools) -> None:
    """End a server that runs from an environment which is out of use."""
    assert marker.folder is not None
    targets = [Path(target) for target in marker.targets]
    if stop_server(places, targets, python_in(marker.folder), tools, keep=marker.folder):
        tools.tell("  The server of the version before was ended.")


def _begun(job: Job, marker: Marker | None, missing: tuple[str, ...]) -> Marker:
    """The marker, with everything that this run may leave behind if it is stopped."""
    if marker is None:
        marker = Marker(target=str(job.target), made=missing)
    else:
        made = (*marker.made, *(folder for folder in missing if folder not in marker.made))
        # One that never came to be whole gives its place as the first.
        target = marker.target if marker.environment else str(job.target)
        others = {*marker.targets, str(job.target)} - {target}
        marker = replace(marker, target=target, others=tuple(sorted(others)), made=made)
    write_marker(job.places.marker, marker)
    return marker


def _kept(job: Job, marker: Marker) -> str:
    """The name of the environment in this target that is in use."""
    return marker.environment if marker.target == str(job.target) else ""


def _is_whole(job: Job, marker: Marker, tools: Tools) -> bool:
    """Whether what is installed is what would be installed, and works."""
    if marker.fingerprint != job.fingerprint or marker.folder is None or not python_in(marker.folder).exists():
        return False
    with contextlib.suppress(InstallError):
        return tools.ask([python_in(marker.folder), "-I", "-m", "restoration.cli", "--version"])[0] == 0
    return False


def _build(job: Job, marker: Marker, tools: Tools) -> Marker:
    """Make a new environment beside the one in use, and put it to use once it is whole."""
    if job.wishes.check_space:
        check_space(job.facts, job.plan)
    environment = job.target / f"env-{secrets.token_hex(4)}"
    try:
        with told(f"{environment} cannot be written", DENIED):
            job.tell("[1/6] A new environment")
            make_environment(environment, job.plan, job.facts.uv, tools)
            job.tell("[2/6] The program and what it needs: this takes some minutes")
            _fill(job, environment, tools)
            job.tell("[3/6] Checking that all of it loads")
            said = check_environment(environment, tools)
    except BaseException as error:
        # A full disk is given back all; otherwise what was fetched is not fetched again.
        with contextlib.suppress(InstallError):
            sweep(job.target, keep=_kept(job, marker), cache="became full" not in str(error))
        raise
    if "torch" in said:
        job.tell(f"  torch {said['torch']} computes on {said['device']}")
    if said.get("device") == "cpu" and job.plan.torch != "cpu":
        job.tell("  The graphics card cannot be used by it yet: restore-old-photo works, but on the processor.")
    others = {*marker.targets} - {str(job.target)}
    new = replace(
        marker,
        target=str(job.target),
        environment=environment.name,
        version=said["version"],
        fingerprint=job.fingerprint,
        torch=job.plan.torch,
        others=tuple(sorted(others)),
    )
    write_marker(job.places.marker, new)
    return new


def _fill(job: Job, environment: Path, tools: Tools) -> None:
    """Install the packages: with uv, and where that fails with pip."""
    python = job.facts.python
    if job.plan.tool == "pip":
        install_packages(environment, job.source, job.plan, python, "", tools)
        return
    try:
        uv = job.facts.uv if job.plan.tool == "uv" else fetch_uv(environment, tools)
        install_packages(environment, job.source, job.plan, python, uv, tools)
    except InstallError as error:
        if "became full" in error.cause or job.plan.seed == "uv":
            raise
        plan = without_uv(job.facts, job.plan, job.wishes.check_space)
        job.tell(f"  {plan.because[-1]}")
        install_packages(environment, job.source, plan, python, "", tools)


def _tidy(job: Job, marker: Marker) -> None:
    """Delete what is out of use."""
    sweep(job.target, keep=marker.environment)
    for other in marker.others:
        sweep(Path(other))
        with contextlib.suppress(OSError):
            if other in marker.made:
                Path(other).rmdir()
    write_marker(job.places.marker, replace(marker, others=()))


def _rotate(log: Path) -> None:
    """A log that has grown is begun anew."""
    with told(f"{log} cannot be written", DENIED):
        if log.is_file() and log.stat().st_size > 4_000_000:
            log.unlink()


def _say_how(job: Job, there: bool) -> None:
    command = "restore-old-photo" if there and job.facts.command_found else str(job.places.launcher)
    if there and not job.facts.command_found:
        folder = job.places.launcher.parent
        job.tell(f"{folder} is not in your PATH: add it, or start the program by its full name.")
    quoted = f'"{command}"' if " " in command else command
    job.tell(f"Try it: {quoted} restore scan.jpg -o restored.png")
