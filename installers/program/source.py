"""The program that is going to be installed, as it lies in the folder with the scripts."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from installers.errors import InstallError, told

_FILES = ("pyproject.toml", "README.md", "LICENSE")
_LOCK = "requirements.lock"
_UNWANTED = ("__pycache__", "*.pyc", "*.egg-info", ".*")
#: From this Python on there is everything of the lock file.
_LOCKED_PYTHON = (3, 11)


@dataclass(frozen=True)
class Source:
    """A folder with the program.

    Attributes:
        folder: that holds ``pyproject.toml``.
        version: of the program.
        digest: of all its files.
    """

    folder: Path
    version: str
    digest: str


def source_in(folder: Path) -> Source:
    """The program in a folder.

    Raises:
        InstallError: it is not there, or not whole.
    """
    with told(f"{folder} cannot be read"):
        missing = [name for name in (*_FILES, _LOCK) if not (folder / name).is_file()]
        if missing:
            raise InstallError(
                f"{folder} is not the whole program: {', '.join(missing)} is missing.",
                "Unpack the archive again, all of it, and run the installer in there.",
            )
        version = re.search(r'^version = "([^"]+)"', (folder / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
        digest = hashlib.sha256()
        for relative in (*map(Path, (*_FILES, _LOCK)), *_package_files(folder)):
            content = (folder / relative).read_bytes()
            digest.update(f"{relative.as_posix()}\0{len(content)}\0".encode() + content)
        return Source(folder, version[1] if version else "0", digest.hexdigest())


def copy_source(source: Source, into: Path) -> None:
    """Copy what a build needs: it writes beside its files, and the user's folder stays as it is.

    Raises:
        OSError: it cannot be written.
    """
    for relative in (*map(Path, _FILES), *_package_files(source.folder)):
        (into / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.folder / relative, into / relative)


def constraints(source: Source, python: tuple[int, int]) -> str:
    """The versions that the program was tested with, for pip's and uv's ``--constraint``.

    Args:
        source: with a lock file.
        python: for which. For an older one than the file was written with, only torch's is said: of others there may
            be no such version.
    """
    lines = (source.folder / _LOCK).read_text("utf-8").splitlines()
    pins = [line.strip() for line in lines if "==" in line and not line.lstrip().startswith("#")]
    return "".join(f"{pin}\n" for pin in pins if python >= _LOCKED_PYTHON or pin.startswith("torch=="))


def _package_files(folder: Path) -> Iterator[Path]:
    """The files of the packages, relative to the folder, in order."""
    said = re.search(r"^include = \[([^\]]*)\]", (folder / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    patterns = re.findall(r'"([^"]+)"', said[1]) if said else []
    tops = [path for path in sorted(folder.iterdir()) if any(fnmatch(path.name, pattern) for pattern in patterns)]
    for top in tops:
        for path in sorted(top.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(fnmatch(part, unwanted) for part in parts for unwanted in _UNWANTED):
                yield path.relative_to(folder)
