"""A Debian 13 in a folder, with newer editors than this machine's own.

Made once, by ``python tests/editors/trixie.py``, and kept in the user's cache. Tests find it there, and make none: a
minute of downloading is no part of collecting tests.

What is run in it shares network, processes and X server with this machine, and sees the folders that it is given at
their own places. Everything is mounted in a mount namespace of that one process: nothing has to be unmounted, and
nothing of this machine's can be lost with the folder when that is removed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

SUITE = "trixie"
#: Krita 5.2.9 in Python 3.13 (it only recommends PyQt, without which it has no Python); GIMP 3.0.4, what its plug-ins
#: import, and what tests of windows need. Both in one: that takes a quarter less time and space than one for each.
EDITORS = (
    *("krita", "python3-pyqt5"),
    *("gimp", "python3-gi", "python3-gi-cairo", "gir1.2-gimp-3.0", "gir1.2-gtk-3.0", "python3-zmq", "python3-msgpack"),
    *("xvfb", "xauth", "xdotool", "imagemagick", "dbus"),
)

_SCRIPTS = Path(__file__).parent / "chroot"
#: How the name of a chroot begins that is being made, or was not made to its end.
_PART = "part-"
_BUILD_S = 1200.0


class NoChrootError(Exception):
    """It cannot be had here; the message says why."""


@dataclass(frozen=True)
class Chroot:
    """A system in a folder.

    Attributes:
        root: the folder.
    """

    root: Path

    def entering(self, *shared: Path) -> list[str]:
        """What to put before a command so that it runs in there, seeing these folders at their own places.

        The process is the command's own: it can be signalled and waited for.

        Raises:
            NoChrootError: the system has something else at such a place.
        """
        for folder in shared:
            if not self.has_room_for(folder):
                raise NoChrootError(f"{folder} cannot be shown in {self.root}: it would hide what is there.")
        outer = [folder for folder in dict.fromkeys(shared) if not set(folder.parents) & set(shared)]
        return ["unshare", "--mount", "/bin/sh", str(_SCRIPTS / "enter.sh"), str(self.root), *map(str, outer), "--"]

    def has_room_for(self, folder: Path) -> bool:
        """Whether a folder of this machine can be shown in there: it hides no file."""
        there = self.root / folder.relative_to("/")
        # Where others were shown, empty folders are left.
        return not there.exists() or (there.is_dir() and all(path.is_dir() for path in there.rglob("*")))


def cache() -> Path:
    """Where chroots are kept."""
    return user_cache_path("restore-old-photo-tests")


def found(packages: Iterable[str] = EDITORS, folder: Path | None = None, suite: str = SUITE) -> Chroot | None:
    """The chroot with these packages, if it has been made."""
    root = place(packages, folder or cache(), suite)
    return Chroot(root) if root.is_dir() and os.geteuid() == 0 else None


def made(
    packages: Iterable[str] = EDITORS, folder: Path | None = None, mirror: str | None = None, suite: str = SUITE
) -> Chroot:
    """The chroot with these packages; made if there is none yet.

    Args:
        packages: their names in Debian.
        folder: where chroots are kept.
        mirror: of Debian; this machine's own if None.
        suite: which Debian.

    Raises:
        NoChrootError: it cannot be made here.
    """
    packages, folder = tuple(packages), folder or cache()
    if os.geteuid() != 0:
        raise NoChrootError("Only root can make a chroot.")
    folder.mkdir(parents=True, exist_ok=True)
    # Another one may be making it.
    with FileLock(folder / "lock", timeout=_BUILD_S):
        if (known := found(packages, folder, suite)) is not None:
            return known
        lacking = [name for name in ("debootstrap", "unshare", "chroot") if shutil.which(name) is None]
        if lacking:
            raise NoChrootError(f"{', '.join(lacking)} is not installed.")
        for part in folder.glob(f"{_PART}*"):
            remove(part)
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder))
        try:
            part.chmod(0o755)
            _build(part, suite, packages, machines_mirror() if mirror is None else mirror)
            return Chroot(part.rename(place(packages, folder, suite)))
        except BaseException:
            remove(part)
            raise


def remove(root: Path) -> None:
    """Remove a chroot.

    Raises:
        NoChrootError: something is mounted below it that cannot be unmounted. Nothing was removed.
    """
    below = f"{root.resolve()}/"
    for mounted in sorted(_mounted(below), key=len, reverse=True):
        subprocess.run(["umount", mounted], check=False, capture_output=True)
    if left := _mounted(below):
        raise NoChrootError(f"Not removed, because something is mounted there: {', '.join(left)}")
    subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)


def machines_mirror() -> str:
    """The mirror of Debian from which this machine is fed.

    Raises:
        NoChrootError: there is none.
    """
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)', Path("/etc/os-release").read_text(), re.MULTILINE))
    try:
        listed = subprocess.run(["apt-get", "--print-uris", "update"], capture_output=True, text=True, timeout=60)
    except OSError as error:
        raise NoChrootError("This machine has no apt.") from error
    for mirror, suite in re.findall(r"^'(\S+?)/dists/([\w-]+)/InRelease'", listed.stdout, re.MULTILINE):
        if release.get("ID") == "debian" and suite == release.get("VERSION_CODENAME"):
            return str(mirror)
    raise NoChrootError("This machine's apt knows no mirror of Debian.")


def place(packages: Iterable[str], folder: Path, suite: str = SUITE) -> Path:
    """Where the chroot with these packages is kept. The name says how it was made, too: an older one is not found."""
    recipe = (_SCRIPTS / "build.sh").read_text()
    digest = hashlib.sha256("\n".join([recipe, *sorted(packages)]).encode()).hexdigest()
    return folder / f"{suite}-{digest[:12]}"


def _build(part: Path, suite: str, packages: tuple[str, ...], mirror: str) -> None:
    log = part.with_name(f"{part.name}.log")
    command = ["unshare", "--mount", "/bin/sh", str(_SCRIPTS / "build.sh"), str(part), suite, mirror, *packages]
    try:
        with log.open("wb") as file:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, timeout=_BUILD_S)
        if done.returncode:
            last = log.read_text(errors="replace").strip().splitlines()[-5:]
            raise NoChrootError("\n".join([f"It could not be made (status {done.returncode}):", *last]))
    except subprocess.TimeoutExpired as error:
        raise NoChrootError(f"It was not made within {_BUILD_S:.0f} s.") from error
    finally:
        log.unlink()


def _mounted(below: str) -> list[str]:
    """Where something is mounted, as this process sees it."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    mounted = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return [one for one in mounted if f"{one}/".startswith(below)]


def main() -> int:
    """Make it. Where that cannot be, say why: tests then do without."""
    if found() is None:
        sys.stdout.write("Fetching newer editors for the tests: some minutes, once.\n")
        sys.stdout.flush()
        began = time.monotonic()
        try:
            chroot = made()
        except NoChrootError as error:
            sys.stdout.write(f"Newer editors are not tested here. {error}\n")
        else:
            sys.stdout.write(f"Newer editors are in {chroot.root} ({time.monotonic() - began:.0f} s).\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
