"""A Debian 12 in a folder, as bare as an image of it: what installs a program is tried there.

Made once and kept in the user's cache, as the newer editors are (``tests/editors/trixie.py``); each trial gets a copy,
which it may change and remove. It reaches the mirrors of Debian and of Python's packages as this machine does.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from filelock import FileLock
from trixie import Chroot, NoChrootError, cache, machines_mirror, remove

SUITE = "bookworm"
#: What an image of Debian has and debootstrap's least variant has not.
PACKAGES = ("ca-certificates",)

_PART = "bare-part-"
#: And that of a copy; the number of the process that uses it comes next.
_COPY = "bare-copy-"
_BUILD_S = 600.0


def bare() -> Chroot:
    """The system that copies are made of; made if there is none yet.

    Raises:
        NoChrootError: it cannot be made here.
    """
    root = cache() / f"{SUITE}-bare-2"
    if os.geteuid() != 0:
        raise NoChrootError("Only root can make a chroot.")
    lacking = [name for name in ("debootstrap", "unshare", "chroot") if shutil.which(name) is None]
    if lacking:
        raise NoChrootError(f"{', '.join(lacking)} is not installed.")
    cache().mkdir(parents=True, exist_ok=True)
    with FileLock(cache() / f"{SUITE}.lock", timeout=_BUILD_S):
        if not root.is_dir():
            part = Path(tempfile.mkdtemp(prefix=_PART, dir=cache()))
            try:
                part.chmod(0o755)
                _build(part, machines_mirror())
                part.rename(root)
            except BaseException:
                remove(part)
                raise
    return Chroot(root)


@contextmanager
def copied(system: Chroot | None = None) -> Iterator[Chroot]:
    """A system of one's own, removed afterwards.

    Args:
        system: what to copy; None is ``bare``.

    Raises:
        NoChrootError: see ``bare``.
    """
    system = system or bare()
    # Beside it, on the same disk; names of sockets must be short, so not below pytest's folder.
    for left in cache().glob(f"{_COPY}*"):
        if not psutil.pid_exists(int(left.name.removeprefix(_COPY).partition("-")[0])):
            remove(left)  # of a run that was killed
    root = Path(tempfile.mkdtemp(prefix=f"{_COPY}{os.getpid()}-", dir=cache()))
    try:
        subprocess.run(["cp", "--archive", "--reflink=auto", f"{system.root}/.", root], check=True)
        _reach_python_packages(root)
        yield Chroot(root)
    finally:
        remove(root)


def pip_folders() -> tuple[Path, ...]:
    """Folders of this machine that its pip takes packages from; the system must be shown them (``Chroot.entering``)."""
    found = []
    for value in _pip_settings().values():
        for word in value.split():
            path = Path(word.removeprefix("file://"))
            # An index of files leads to them by relative links, so what is beside it is shown, too.
            path = path.parent if word.startswith("file://") else path
            if path.is_absolute() and path.is_dir():
                found.append(path)
    return tuple(dict.fromkeys(found))


def _pip_settings() -> dict[str, str]:
    """What is set for this machine's pip, in files or in the environment: "section.name" to its value."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    settings: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        settings[key.replace(":env:.", "global.")] = ast.literal_eval(value)
    return settings


def _reach_python_packages(root: Path) -> None:
    """The system's pip takes what this machine's pip takes, from wherever it does."""
    settings = _pip_settings()
    lines = ["[global]"]
    for name in ("index-url", "extra-index-url", "find-links", "cert", "timeout"):
        if value := settings.get(f"global.{name}"):
            lines.append(f"{name} = " + "\n    ".join(value.split()))
    (root / "etc/pip.conf").write_text("\n".join(lines) + "\n")
    # A machine behind a gateway has a certificate of that gateway's among its own.
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.is_file():
        shutil.copy(certificates, root / "etc/ssl/certs/ca-certificates.crt")


def _build(part: Path, mirror: str) -> None:
    command = ["debootstrap", "--force-check-gpg", "--variant=minbase", "--components=main"]
    command += [f"--include={','.join(PACKAGES)}", SUITE, str(part), mirror]
    done = subprocess.run(
        ["unshare", "--mount", *command], capture_output=True, text=True, timeout=_BUILD_S, check=False
    )
    if done.returncode:
        raise NoChrootError("It could not be made: " + " ".join(done.stdout.splitlines()[-5:]))
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", part / "etc" / name)
    (part / "etc/apt/sources.list").write_text(f"deb {mirror} {SUITE} main\n")
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout.splitlines()
    kept = [line for line in dump if line.startswith(("Acquire::http", "Acquire::Check-", "Acquire::Retries"))]
    (part / "etc/apt/apt.conf.d/00host").write_text("\n".join(kept) + "\n")
    (part / "etc/dpkg/dpkg.cfg.d/00tests").write_text("force-unsafe-io\n")
    policy = part / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
