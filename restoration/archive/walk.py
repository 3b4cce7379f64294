"""Which photos lie in a folder, or in the tree below it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from restoration.errors import PictureError, RestorationError

#: Files of a folder that are taken for pictures; a file that is named itself may be called anything.
PICTURE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".tif", ".tiff", ".webp", ".avif", ".bmp", ".dib", ".gif"),
    *(".jp2", ".j2k", ".jpx", ".jxl"),
)
#: Of results that are all layers.
LAYERED_SUFFIX = ".ora"
#: The record of a run; a folder in which one lies holds results.
RECORD_NAME = "restore-old-photo.csv"
#: The folder of the pages and previews of a run.
PAGES_NAME = "restore-old-photo-index"


@dataclass
class Found:
    """What was found.

    Attributes:
        photos: paths relative to the folder, sorted, those of a folder before those of the folders in it.
        failures: folders that cannot be read, with the reason.
        left_out: folders with the results of earlier runs, relative.
        not_entered: folders in it that were not looked into, relative; none if ``recursive``.
    """

    photos: list[Path] = field(default_factory=list)
    failures: list[tuple[Path, RestorationError]] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)
    not_entered: list[Path] = field(default_factory=list)


def is_picture_name(name: str) -> bool:
    """Whether a file of this name in a folder is taken for a picture.

    Hidden files are no pictures of the user's: macOS leaves a ``._scan.jpg`` beside each ``scan.jpg`` on foreign disks.
    """
    return not name.startswith(".") and Path(name).suffix.lower() in PICTURE_SUFFIXES


def find_photos(folder: Path, *, recursive: bool, out: Path) -> Found:
    """The photos in a folder.

    Hidden files and folders are left out, and so are ``out`` and every other folder in which a record of this program
    lies: what is in there are results. Links to folders are followed, but no folder is entered twice, so that a link to
    a folder above it ends. A file that has several names in the tree is several photos.

    Args:
        folder: where to look.
        recursive: whether to look in the folders in it, too.
        out: where the results go.
    """
    found = Found()
    entered: set[tuple[int, int]] = set()
    results = identity_of(out)
    waiting = [Path()]
    while waiting:
        inner = waiting.pop()
        here = folder / inner
        identity = identity_of(here)
        if identity is not None:
            if identity in entered:
                continue
            entered.add(identity)
            if inner != Path() and _holds_results(here, results):
                found.left_out.append(inner)
                continue
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            cause = f"The folder {here} cannot be read: {error.strerror}."
            found.failures.append((inner, PictureError(cause, "Allow it to be read, or leave it out.")))
            continue
        folders = []
        for entry in entries:
            try:
                if is_picture_name(entry.name) and entry.is_file():
                    found.photos.append(inner / entry.name)
                elif not entry.name.startswith(".") and entry.name != PAGES_NAME and entry.is_dir():
                    folders.append(inner / entry.name)
            except OSError:  # a link to nowhere, or one that leads to itself
                continue
        if recursive:
            waiting += reversed(folders)
        else:
            found.not_entered += [inner for inner in folders if not _holds_results(folder / inner, results)]
    return found


def _holds_results(folder: Path, results: tuple[int, int] | None) -> bool:
    """Whether results lie in a folder: those of this run, by the identity of their folder, or of an earlier one."""
    return (results is not None and identity_of(folder) == results) or (folder / RECORD_NAME).is_file()


def identity_of(path: Path) -> tuple[int, int] | None:
    """What hard links, symbolic links and other spellings of a name have in common; None if nothing is there."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
