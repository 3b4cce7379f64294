"""The packages that a plug-in brings along, because an editor's own Python has them not.

msgpack is copied out of this Python, without its compiled part: it is needed everywhere. pyzmq is compiled and is
fetched by pip, for the editor's Python and system, which need not be this one's.
"""

from __future__ import annotations

import logging
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

from installers.errors import WheelError
from server.editors.vendored import COMMON, STABLE_ABI, vendor_tag

_log = logging.getLogger(__name__)

_REQUIREMENT = "pyzmq>=26.4"
#: Pythons that editors have; the last stands for all that follow.
PYTHONS = ((3, 10), (3, 11), STABLE_ABI)
#: Systems that there is a Krita for, as ``vendor_tag`` says them, and what pip calls them: each kind of wheel that runs
#: there. Krita for Windows is made for amd64 alone.
SYSTEMS = {
    "linux-x86_64": tuple(f"manylinux_2_{glibc}_x86_64" for glibc in (17, 24, 26, 27, 28)),
    "linux-aarch64": tuple(f"manylinux_2_{glibc}_aarch64" for glibc in (17, 24, 26, 27, 28)),
    "win-amd64": ("win_amd64",),
    "macosx-universal2": tuple(f"macosx_{version}_universal2" for version in ("10_9", "10_15", "11_0")),
}

_PIP_S = 120.0
_FETCHED_AT_ONCE = 4
_MAX_UNPACKED_BYTES = 64 << 20
_MSGPACK = ("__init__.py", "exceptions.py", "ext.py", "fallback.py")


@dataclass(frozen=True)
class Target:
    """The Python of an editor.

    Attributes:
        python: its version; ``STABLE_ABI`` stands for all from that on.
        system: a key of ``SYSTEMS``.
    """

    python: tuple[int, int]
    system: str

    @property
    def tag(self) -> str:
        """The name of its folder in ``vendor/``."""
        return vendor_tag(self.python, self.system)

    def __str__(self) -> str:
        later = " and later" if self.python >= STABLE_ABI else ""
        return f"Python {self.python[0]}.{self.python[1]}{later} on {self.system}"


#: Every Python that there may be a plug-in for.
ALL_TARGETS = tuple(Target(python, system) for system in SYSTEMS for python in PYTHONS)


def local_targets(system: str | None = None) -> tuple[Target, ...]:
    """The Pythons that an editor on this machine may have; none where there is no pyzmq for such a machine.

    All of them, not the one that it has today: an update of the editor changes it, and the plug-in stays.
    """
    system = sysconfig.get_platform() if system is None else system
    if system.startswith("win-"):
        system = "win-amd64"
    elif system.startswith("macosx-"):
        system = "macosx-universal2"
    return tuple(target for target in ALL_TARGETS if target.system == system)


def vendor_pyzmq(targets: Iterable[Target], vendor: Path) -> dict[Target, WheelError]:
    """Fetch pyzmq for each target, and unpack it into its folder of ``vendor``.

    Returns:
        Those that could not be had, and why. They are no failure: the plug-in uses the bridge there.
    """
    wanted = tuple(targets)
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as folder:

        def fetch(target: Target) -> Path | WheelError:
            try:
                return fetch_pyzmq(target, Path(folder) / target.tag)
            except WheelError as error:
                return error

        with ThreadPoolExecutor(_FETCHED_AT_ONCE) as pool:
            fetched = dict(zip(wanted, pool.map(fetch, wanted), strict=True))
        missing = {}
        for target, wheel in fetched.items():
            if isinstance(wheel, WheelError):
                missing[target] = wheel
                continue
            try:
                unpack_wheel(wheel, vendor / target.tag)
            except WheelError as error:
                shutil.rmtree(vendor / target.tag, ignore_errors=True)
                missing[target] = error
    for target, why in missing.items():
        _log.warning("no pyzmq for %s: %s", target, why)
    return missing


def sentences_about(targets: Collection[Target], missing: Mapping[Target, WheelError]) -> list[str]:
    """What the user is told about pyzmq that could not be had; nothing where all could."""
    if not targets:
        return [f"There is no pyzmq for {sysconfig.get_platform()}: the plug-in will use the bridge."]
    if not missing:
        return []
    remedy = next(iter(missing.values())).remedy
    return [*(why.cause for why in missing.values()), f"There the plug-in will use the bridge. {remedy}"]


def fetch_pyzmq(target: Target, folder: Path) -> Path:
    """Have pip put the wheel for ``target`` into ``folder``, which is made.

    Raises:
        WheelError: it cannot be had.
    """
    stable = target.python >= STABLE_ABI
    version = ".".join(map(str, target.python))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--retries", "1", "--timeout", "15", "--only-binary", ":all:", "--no-deps", "--dest", str(folder)]
    command += ["--implementation", "cp", "--python-version", version]
    command += ["--abi", "abi3" if stable else "cp" + version.replace(".", "")]
    for platform in SYSTEMS[target.system]:
        command += ["--platform", platform]
    remedy = 'See that this Python has pip and reaches its package index, then install again; or add "--no-wheels".'
    try:
        pip = subprocess.run(
            [*command, _REQUIREMENT], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PIP_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WheelError(f"pyzmq for {target} cannot be fetched ({type(error).__name__}).", remedy) from error
    wheels = list(folder.glob("*.whl")) if folder.is_dir() else []
    if pip.returncode or len(wheels) != 1:
        said = pip.stderr.decode("utf-8", "replace").splitlines()
        errors = [line for line in said if line.startswith("ERROR: ") or line.endswith("No module named pip")]
        why = errors[-1].removeprefix("ERROR: ") if errors else f"pip ended with status {pip.returncode}"
        raise WheelError(f"pyzmq for {target} cannot be fetched ({why}).", remedy)
    return wheels[0]


def unpack_wheel(wheel: Path, folder: Path) -> None:
    """Unpack a wheel into ``folder``, which is made: its libraries then lie where its modules look for them.

    Raises:
        WheelError: it is no zip file, is damaged or far too large, or holds names that lead out of the folder.
        OSError: the folder cannot be written.
    """
    remedy = "Fetch it again."
    try:
        with zipfile.ZipFile(wheel) as archive:
            entries = archive.infolist()
            for entry in entries:
                if not _is_harmless(entry):
                    raise WheelError(f"{wheel.name} holds {entry.filename!r}, which no wheel should.", "Do not use it.")
            if sum(entry.file_size for entry in entries) > _MAX_UNPACKED_BYTES:
                raise WheelError(f"{wheel.name} would unpack to more than 64 MiB.", "Do not use it.")
            archive.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise WheelError(f"{wheel.name} is no sound zip file ({error}).", remedy) from error


def _is_harmless(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry stays in its folder: no absolute name, no drive, no ``..``, no link."""
    name = entry.filename
    path = PurePosixPath(name)
    return (
        bool(path.parts)
        and not path.is_absolute()
        and ".." not in path.parts
        and not any(sign in name for sign in "\\:\0")
        and not stat.S_ISLNK(entry.external_attr >> 16)
    )


def vendor_msgpack(vendor: Path) -> None:
    """Copy the pure-Python part of this Python's msgpack, and its licence, into ``vendor``.

    Raises:
        WheelError: there is none here.
        OSError: the folder cannot be written.
    """
    import msgpack

    package = Path(msgpack.__file__).parent
    target = vendor / COMMON / "msgpack"
    target.mkdir(parents=True)
    for name in _MSGPACK:
        shutil.copyfile(package / name, target / name)
    licences = [file for file in distribution("msgpack").files or [] if file.name in ("COPYING", "LICENSE")]
    if not licences:
        raise WheelError("The msgpack that is installed has no licence file.", "Install msgpack again with pip.")
    shutil.copyfile(str(licences[0].locate()), target / licences[0].name)
