"""Files and folders that take the place of others together, or not at all."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path


@contextlib.contextmanager
def swapped(pairs: Sequence[tuple[Path, Path]]) -> Iterator[None]:
    """Copy each source to its place, and keep what was there until the block has ended well.

    When anything fails, in here or in the block, everything lies again as it lay before.

    Args:
        pairs: sources and places, files or folders; a place's folder exists.

    Raises:
        OSError: something cannot be written or moved; all is as before.
    """
    fresh = [(_beside(place, "new"), place) for _, place in pairs]
    moved: list[tuple[Path, Path]] = []
    put: list[Path] = []
    try:
        for (source, _), (new, _) in zip(pairs, fresh, strict=True):
            _copy(source, new)
        for new, place in fresh:
            if place.exists() or place.is_symlink():
                old = _beside(place, "old")
                moved.append((old, place))  # before: an interrupt may come at any time
                place.rename(old)
            put.append(place)
            new.rename(place)
        yield
    except BaseException:
        for place in put:
            delete(place)
        for old, place in moved:
            if old.exists() or old.is_symlink():
                old.rename(place)
        raise
    finally:
        for new, _ in fresh:
            delete(new)
    for old, _ in moved:
        # It is out of use; what cannot be deleted now, the next installation deletes.
        with contextlib.suppress(OSError):
            delete(old)


def delete(path: Path) -> None:
    """Delete a file, a link or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def discard(path: Path) -> None:
    """Delete a file or a folder so that none is ever there in part; a rest, out of use, is for ``delete_leftovers``."""
    if path.exists() or path.is_symlink():
        old = _beside(path, "old")
        path.rename(old)
        delete(old)


def delete_leftovers(place: Path) -> None:
    """Delete what a ``swapped`` or a ``discard`` that was killed has left beside a place."""
    name = re.compile(rf"\.{re.escape(place.name)}\.[0-9a-f]{{8}}\.(new|old)")
    for path in place.parent.glob(f".{place.name}.*"):
        if name.fullmatch(path.name):
            delete(path)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, or a folder, up to the first error; ``copytree`` would go on and raise a list of them."""
    if not source.is_dir():
        shutil.copyfile(source, target)
        # A program stays one. Nothing else gets a mode: there are disks that refuse any.
        if source.stat().st_mode & stat.S_IXUSR:
            shutil.copymode(source, target)
        return
    target.mkdir()
    for path in sorted(source.iterdir()):
        _copy(path, target / path.name)


def _beside(place: Path, what: str) -> Path:
    """A name that nothing looks for, on the same disk."""
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.{what}")
