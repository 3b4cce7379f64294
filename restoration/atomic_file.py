"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from restoration.errors import OutputError


def check_output(path: Path, *, overwrite: bool) -> None:
    """Check that a file may be made at ``path``, without making it: worth doing before long work.

    Raises:
        OutputError: something is there already (with ``overwrite``: a folder), or its folder is missing.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder.", "Name a file in it.")
    if not path.parent.is_dir():
        raise OutputError(f"There is no folder {path.parent}.", "Make it first, or choose another.")
    if not overwrite and os.path.lexists(path):
        raise OutputError(f"{path.name} exists already.", "Choose another name, or allow it to be overwritten.")


@contextmanager
def atomic_file(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A binary file, open for reading and writing, that takes its place at ``path`` when the block ends well.

    Until then it lies beside it under another name; when the block fails it is removed and nothing has changed.

    Raises:
        OutputError: as ``check_output``; or the folder may not be written to, or the disk is full.
    """
    check_output(path, overwrite=overwrite)
    target = Path(os.path.realpath(path))  # a link keeps pointing where it did
    unfinished = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        check_output(path, overwrite=overwrite)  # it may have come into being meanwhile
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except PermissionError as error:
        raise OutputError(f"{path.parent} may not be written to.", "Choose another folder.") from error
    except OSError as error:
        raise OutputError(f"{path.name} cannot be written: {error.strerror or error}.", "Try another place.") from error
    finally:
        unfinished.unlink(missing_ok=True)
