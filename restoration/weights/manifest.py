"""What ``models fetch`` has written into a folder, with the sums: so that it can be checked and taken out again."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from restoration.atomic_file import atomic_file
from restoration.errors import OutputError, WeightsError
from restoration.file_sums import sha256_of

MANIFEST = "manifest.json"
#: Where parts and archives lie while they come.
DOWNLOADS = ".restore-old-photo-download"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """A file that was written.

    Attributes:
        name: in the folder, without any other.
        bytes: its size.
        sha256: of it.
        source: from where: an address, or the name of an archive.
        source_sha256: of the published file that it was made from.
    """

    name: str
    bytes: int
    sha256: str
    source: str
    source_sha256: str


@dataclass(frozen=True)
class Manifest:
    """Everything that was written.

    Attributes:
        licence: of the files.
        files: by name.
        archives: sha256 of the archives that were fetched, by their names: what came first is what is trusted.
        written: when it was last added to, UTC.
    """

    licence: str
    files: dict[str, StoredFile] = field(default_factory=dict)
    archives: dict[str, str] = field(default_factory=dict)
    written: str = ""

    def with_file(self, file: StoredFile) -> Manifest:
        """This, with one file more."""
        return replace(self, files={**self.files, file.name: file})

    def with_archive(self, name: str, sha256: str) -> Manifest:
        """This, with the sum of an archive."""
        return replace(self, archives={**self.archives, name: sha256})


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder; None if there is none.

    Raises:
        WeightsError: it cannot be read, or says nothing that could be one.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            fields = json.loads(file.read(_MOST_BYTES))
        files = {name: StoredFile(name=name, **one) for name, one in dict(fields["files"]).items()}
        archives = {str(name): str(sha256) for name, sha256 in dict(fields["archives"]).items()}
        manifest = Manifest(str(fields["licence"]), files, archives, str(fields["written"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise WeightsError(f"The list of what was fetched, {path}, cannot be read.", _AGAIN) from error
    for one in manifest.files.values():
        # Whoever can change the list must not make us delete or read anything else.
        if one.name != Path(one.name).name or one.name in ("", ".", "..") or "\\" in one.name:
            raise WeightsError(f"The list of what was fetched, {path}, names {one.name!r}.", _AGAIN)
    return manifest


_AGAIN = "Move the whole folder away, and fetch the models again."


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    now = datetime.now(timezone.utc).replace(microsecond=0).isoformat()
    fields = asdict(replace(manifest, written=now))
    for one in fields["files"].values():
        del one["name"]
    with atomic_file(folder / MANIFEST, overwrite=True) as file:
        file.write(json.dumps(fields, indent=2).encode() + b"\n")


def fault_of(folder: Path, file: StoredFile) -> str:
    """What is wrong with a file that was written: half a sentence, empty if it is as it was."""
    path = folder / file.name
    try:
        if not path.is_file():
            return "missing"
        if path.stat().st_size != file.bytes:
            return f"{path.stat().st_size} bytes instead of {file.bytes}"
        return "" if sha256_of(path) == file.sha256 else "its sum differs from that of the file that was fetched"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"


def remove_saved(folder: Path) -> tuple[list[str], list[str]]:
    """Delete what fetching wrote into a folder, and nothing else; without a manifest that is nothing.

    Returns:
        What was deleted, and what was left because it is not what was written.

    Raises:
        WeightsError: the manifest cannot be read.
        OutputError: something cannot be deleted.
    """
    manifest = read_manifest(folder)
    removed: list[str] = []
    left: list[str] = []
    if manifest is None:
        return removed, left
    try:
        for one in manifest.files.values():
            path = folder / one.name
            if not path.is_file():
                continue
            if path.is_symlink() or fault_of(folder, one):
                left.append(one.name)
            else:
                path.unlink()
                removed.append(one.name)
        clear_downloads(folder)
        (folder / MANIFEST).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        raise OutputError(f"{folder} cannot be emptied: {error.strerror or error}.", "Close what uses it.") from error
    return removed, left


def downloads_in(folder: Path, licence: str) -> Path:
    """The folder for downloads, made with a manifest beside it, by which it is known to be ours.

    Args:
        folder: of the files; made if it is not there.
        licence: for the manifest, if there is none.

    Raises:
        WeightsError: the manifest cannot be read.
        OutputError: they cannot be made.
    """
    downloads = folder / DOWNLOADS
    try:
        downloads.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{downloads} cannot be made: {error.strerror or error}.", _WRITABLE) from error
    if read_manifest(folder) is None:
        write_manifest(folder, Manifest(licence))
    return downloads


_WRITABLE = "See that the folder is yours to write."


def clear_downloads(folder: Path) -> None:
    """Delete what has come of downloads."""
    downloads = folder / DOWNLOADS
    if downloads.is_dir() and not downloads.is_symlink():
        shutil.rmtree(downloads)
