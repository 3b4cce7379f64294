"""The published checkpoints in what the user has: an archive as it was published, or a folder as it unpacks.

An archive is read in place: one checkpoint at a time comes out of it, under a name of ours, and is deleted again.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from restoration.errors import OutputError, WeightsError
from restoration.weights.official import CHECKPOINTS
from restoration.weights.sources import LARGEST_CHECKPOINT_BYTES

_CHUNK = 1 << 20
#: The bit of a zip entry's flags that says so.
_ENCRYPTED = 0x1


class CheckpointSource(Protocol):
    """Something that holds published checkpoints."""

    title: str  #: How it is called in the manifest: an address or the name of a file, never the path of a folder.

    def names(self) -> list[str]:
        """The checkpoints in it, names of ``CHECKPOINTS``."""

    def opened(self, name: str, scratch: Path) -> AbstractContextManager[Path]:
        """The file of one checkpoint, for as long as the block lasts; ``scratch`` is a folder for what is unpacked."""


class FolderSource:
    """A folder that holds ``Global``, ``Face_Enhancement`` or both."""

    def __init__(self, folder: Path, title: str = "a local folder") -> None:
        self._folder, self.title = folder, title

    def names(self) -> list[str]:
        return [name for name, file in CHECKPOINTS.items() if (self._folder / file.path).is_file()]

    @contextmanager
    def opened(self, name: str, scratch: Path) -> Iterator[Path]:
        yield self._folder / CHECKPOINTS[name].path


class FileSource:
    """One checkpoint in a file of its own."""

    def __init__(self, path: Path, name: str, title: str) -> None:
        self._path, self._name, self.title = path, name, title

    def names(self) -> list[str]:
        return [self._name]

    @contextmanager
    def opened(self, name: str, scratch: Path) -> Iterator[Path]:
        yield self._path


class ArchiveSource:
    """A published archive, or one of the whole folder.

    Args:
        path: of the zip file.
        title: see ``CheckpointSource``.

    Raises:
        WeightsError: it is no zip file, or one of its names leads out of the folder that it is unpacked in.
    """

    def __init__(self, path: Path, title: str = "") -> None:
        self._path, self.title = path, title or path.name
        try:
            with zipfile.ZipFile(path) as archive:
                entries = archive.infolist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _refused(path, "it is damaged, or no zip file") from error
        for entry in entries:
            if _leads_out(entry.filename):
                raise _refused(path, f"a name in it leads elsewhere ({entry.filename[:80]!r})")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for name, file in CHECKPOINTS.items():
            # The archives are meant to be unpacked inside Global and Face_Enhancement.
            inner = file.path.split("/", 1)[1]
            found = [entry for entry in entries if entry.filename in (file.path, inner)]
            if len(found) > 1:
                raise _refused(path, f"{inner} is in it more than once")
            if found:
                self._entries[name] = found[0]

    def names(self) -> list[str]:
        return list(self._entries)

    @contextmanager
    def opened(self, name: str, scratch: Path) -> Iterator[Path]:
        entry = self._entries[name]
        # Asked before a byte is unpacked, and counted while it is: what a zip file says of its sizes need not be true.
        if entry.file_size > LARGEST_CHECKPOINT_BYTES:
            raise _refused(self._path, f"{entry.filename} would be {entry.file_size / 1e6:.0f} MB")
        if entry.flag_bits & _ENCRYPTED:
            raise _refused(self._path, f"{entry.filename} is encrypted")
        taken_out = scratch / f"{name}.checkpoint"
        try:
            self._take_out(entry, taken_out)
            yield taken_out
        finally:
            taken_out.unlink(missing_ok=True)

    def _take_out(self, entry: zipfile.ZipInfo, target: Path) -> None:
        left = entry.file_size
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(entry) as packed, target.open("wb") as file:
                while chunk := packed.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise _refused(self._path, f"{entry.filename} is longer than it says")
                    file.write(chunk)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise _refused(self._path, f"{entry.filename} is damaged") from error
        except OSError as error:
            raise OutputError(
                f"{entry.filename} cannot be unpacked: {error.strerror or error}.", "Free some space on the disk."
            ) from error
        except Exception as error:  # zlib's and lzma's own
            if isinstance(error, WeightsError):
                raise
            raise _refused(self._path, f"{entry.filename} is damaged") from error


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]


def _refused(path: Path, why: str) -> WeightsError:
    return WeightsError(f"The archive {path.name} is refused: {why}.", "Take the archive that was published.")
