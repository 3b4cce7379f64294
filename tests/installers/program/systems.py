"""A Debian 12 with Python, Krita and a plain user, to install the program in."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import trixie
from chroots import pip_folders
from trixie import Chroot

SUITE = "bookworm"
#: Python as Debian has it, the package without which its venv is not whole, and an editor.
PACKAGES = ("python3", "python3-venv", "krita", "python3-pyqt5", "xvfb", "xauth", "dbus", "ca-certificates")
#: The user in there, who is none out here.
USER = 12345
#: How the name of a copy begins; the process that has made it comes next.
_COPY = f"{SUITE}-copy-"
#: What leads to package indexes, and through proxies, on this machine.
_REACHING = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT", "REQUESTS_CA")


@dataclass(frozen=True)
class System:
    """A system with one user.

    Attributes:
        chroot: the system.
        folder: all of the user's, at the same place in there and out here.
    """

    chroot: Chroot
    folder: Path

    @property
    def home(self) -> Path:
        """The user's own folder."""
        return self.folder / "home"

    def entering(self, *more: Path, capability: str = "") -> list[str]:
        """What to put before a command so that the user runs it in there.

        Args:
            more: folders to be seen there.
            capability: of root's that the user is given, such as ``dac_override``.
        """
        caps = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"] if capability else []
        user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *caps]
        # Lists of packages lie in a folder "simple", and lead to files beside it.
        packages = [folder.parent if folder.name == "simple" else folder for folder in pip_folders()]
        return [*self.chroot.entering(self.folder, *packages, *more), *user]

    def run(self, command: Sequence[str | Path], seconds: float, **environ: str) -> subprocess.CompletedProcess[str]:
        """Have the user run a command in there, with nothing of this machine's environment but the way to packages."""
        kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_REACHING)}
        path = f"{self.home}/.local/bin:/usr/bin:/bin"
        whole = [*self.entering(), "env", "-i", f"HOME={self.home}", f"PATH={path}", "LANG=C.UTF-8"]
        whole += [f"{name}={value}" for name, value in {**kept, **environ}.items()]
        return subprocess.run(
            [*whole, *map(str, command)],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def own(self) -> None:
        """Give the user what lies in the folder."""
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, USER, USER, follow_symlinks=False)


@contextmanager
def fresh_system(folder: Path) -> Iterator[System]:
    """A copy of the system, with a user whose things lie in ``folder``; removed afterwards.

    Args:
        folder: is made; others can come to where it will be.

    Raises:
        NoChrootError: it cannot be made here.
    """
    made = trixie.made(PACKAGES, suite=SUITE)
    for left in trixie.cache().glob(f"{_COPY}*"):  # of a test that was killed
        if not psutil.pid_exists(int(left.name.removeprefix(_COPY).partition("-")[0])):
            trixie.remove(left)
    root = Path(tempfile.mkdtemp(prefix=f"{_COPY}{os.getpid()}-", dir=trixie.cache()))
    try:
        root.chmod(0o755)
        subprocess.run(["cp", "--archive", "--reflink=auto", f"{made.root}/.", root], check=True)
        system = System(Chroot(root), folder)
        for name in ("passwd", "group"):
            last = f"tester:x:{USER}:{USER}::{system.home}:/bin/sh" if name == "passwd" else f"tester:x:{USER}:"
            with (root / "etc" / name).open("a") as file:
                file.write(f"{last}\n")
        _reach_packages(root)
        system.home.mkdir(parents=True)
        system.own()
        yield system
    finally:
        trixie.remove(root)


def _reach_packages(root: Path) -> None:
    """The system's pip finds packages as this machine's does: its settings, its certificates, its names."""
    for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        if (Path("/") / name).is_file():
            shutil.copyfile(Path("/") / name, root / name)
    listed = subprocess.run(["python3", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    settings = [line.partition("=") for line in listed.stdout.splitlines() if line.startswith("global.")]
    lines = [f"{name.removeprefix('global.')} = {value.strip(chr(39))}" for name, _, value in settings]
    (root / "etc/pip.conf").write_text("\n".join(["[global]", *lines, ""]))
