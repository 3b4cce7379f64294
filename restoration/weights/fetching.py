"""Fetching the official weights: from the addresses that are known, or from what the user names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from restoration.errors import OutputError, RestorationError, WeightsError
from restoration.file_sums import sha256_of
from restoration.weights.checkpoint_sources import ArchiveSource, CheckpointSource, FileSource, FolderSource
from restoration.weights.downloading import NotThereError, Told, fetch_file
from restoration.weights.manifest import clear_downloads, downloads_in, write_manifest
from restoration.weights.official import CHECKPOINTS
from restoration.weights.official_store import check_unclaimed, manifest_of, missing_in, save_network
from restoration.weights.sources import (
    ARCHIVES,
    LARGEST_ARCHIVE_BYTES,
    LARGEST_CHECKPOINT_BYTES,
    OFFICIAL_ADDRESSES,
    OFFICIAL_LICENCE,
    PUBLISHED_SUMS,
)

_NOWHERE = "Name another source with --from: a folder, the archives, or an address."


@dataclass(frozen=True)
class Listener:
    """Who is told what happens.

    Attributes:
        say: takes a sentence.
        download: takes the name of a file that is going to come; gives back who is told how far it is.
    """

    say: Callable[[str], None]
    download: Callable[[str], Told]


def is_address(source: str) -> bool:
    """Whether a source is asked over the network."""
    return source.lower().startswith(("http://", "https://"))


@contextmanager
def used_up(path: Path) -> Iterator[None]:
    """What came is deleted once it was used, or found to be no good; after Ctrl-C or with a full disk it stays.

    Args:
        path: of what came.
    """
    try:
        yield
    except WeightsError:
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def fetch_official(folder: Path, given: list[str], listener: Listener) -> list[str]:
    """Fill the official folder with what is missing there.

    Args:
        folder: of the official weights; made if it is not there.
        given: sources that the user names, folders, archives or addresses; none: the known addresses.
        listener: who is told what happens.

    Returns:
        The networks that no source had, names of ``CHECKPOINTS``.

    Raises:
        WeightsError: a source that the user names cannot be used; or nothing came from the known ones. What was saved
            before stays.
        OutputError: the folder cannot be written to, or holds files of these names that were not fetched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made: {error.strerror or error}.", "Name another with --models."
        ) from error
    check_unclaimed(folder)  # before gigabytes come
    failures: list[str] = []
    for source in given or OFFICIAL_ADDRESSES:
        if not missing_in(folder):
            break
        try:
            if is_address(source):
                _from_address(folder, source, listener)
            else:
                for local in _local(Path(source)):
                    _save_from(folder, local, listener, must_be_published=False)
        except OutputError:
            raise
        except RestorationError as error:
            if given:
                raise
            failures.append(error.cause.rstrip("."))
            listener.say(f"{error.cause} The next source is tried.")
    missing = missing_in(folder)
    if missing and failures and not given:
        raise WeightsError(
            f"Not all networks could be fetched ({'; '.join(failures)}).",
            "Run the command again later, what has come is kept; or name another source with --from.",
        )
    if len(missing) == len(CHECKPOINTS):
        raise WeightsError(f"There are no published networks in {', '.join(given)}.", _NOWHERE)
    if not missing:
        clear_downloads(folder)
    return missing


def _local(path: Path) -> list[CheckpointSource]:
    """The sources in a folder, or an archive."""
    if path.is_dir():
        archives = [path / archive.file for archive in ARCHIVES]
        found = FolderSource(path)
        sources: list[CheckpointSource] = [ArchiveSource(one) for one in archives if one.is_file()]
        return ([found] if found.names() else []) + sources
    if path.is_file():
        return [ArchiveSource(path)]
    raise WeightsError(f"There is nothing at {path}.", _NOWHERE)


def _save_from(folder: Path, source: CheckpointSource, listener: Listener, *, must_be_published: bool) -> None:
    missing = missing_in(folder)
    for name in source.names():
        if name in missing:
            listener.say(f"Saving {name} …")
            note = save_network(folder, name, source, must_be_published=must_be_published)
            if note:
                listener.say(f"{note} It is used all the same, because you named its source.")


def _from_address(folder: Path, address: str, listener: Listener) -> None:
    """What is missing, from below one address: the archives, or else the files that they unpack to."""
    if address.lower().endswith(".zip"):
        _from_archive(folder, address, address.rsplit("/", 1)[1], listener)
        return
    base = address if address.endswith("/") else address + "/"
    for archive in ARCHIVES:
        wanted = [name for name in missing_in(folder) if CHECKPOINTS[name].path.startswith(f"{archive.folder}/")]
        if not wanted:
            continue
        try:
            _from_archive(folder, base + archive.file, archive.file, listener)
        except NotThereError as no_archive:
            _from_files(folder, base, wanted, no_archive, listener)


def _from_archive(folder: Path, url: str, file: str, listener: Listener) -> None:
    path = downloads_in(folder, OFFICIAL_LICENCE) / file
    listener.say(f"Fetching {url}")
    known = manifest_of(folder).archives.get(file)
    fetch_file(url, path, sha256=known, limit=LARGEST_ARCHIVE_BYTES, told=listener.download(file))
    with used_up(path):
        _save_from(folder, ArchiveSource(path, url), listener, must_be_published=True)
        if known is None:
            digest = sha256_of(path)
            write_manifest(folder, manifest_of(folder).with_archive(file, digest))
            noted = f"What came is noted, to be compared next time: {digest}"
            listener.say(f"Nobody has published a sum of {file}. {noted}")


def _from_files(folder: Path, base: str, wanted: list[str], no_archive: NotThereError, listener: Listener) -> None:
    downloads = downloads_in(folder, OFFICIAL_LICENCE)
    for name in wanted:
        url, path = base + CHECKPOINTS[name].path, downloads / CHECKPOINTS[name].path.replace("/", "-")
        listener.say(f"Fetching {url}")
        try:
            fetch_file(
                url,
                path,
                sha256=PUBLISHED_SUMS.get(name),
                limit=LARGEST_CHECKPOINT_BYTES,
                told=listener.download(path.name),
            )
        except NotThereError as error:
            raise NotThereError(f"{no_archive.cause} {error.cause}", _NOWHERE) from error
        listener.say(f"Saving {name} …")
        with used_up(path):
            save_network(folder, name, FileSource(path, name, url), must_be_published=True)
