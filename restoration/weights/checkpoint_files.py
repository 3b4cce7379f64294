"""A published checkpoint, read as plain tensors. Nothing in it is run (``weights_only``)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

#: What the records of a checkpoint may unpack to: so many times its size, and so many bytes besides. torch writes them
#: without compression.
_MOST_TIMES, _MOST_BESIDES = 1.1, 1 << 20


class UnreadableError(Exception):
    """Carries the half sentence that says why a file is no checkpoint."""


def read_checkpoint(path: Path, inside: str | None = None) -> dict[str, Any]:
    """The state dict in a file that ``torch.save`` wrote, as it stands there; where possible mapped, not read.

    Args:
        path: of the file.
        inside: the key under which the file holds the state dict; None if it is the file itself.

    Raises:
        UnreadableError: the file is missing, damaged, holds anything but tensors, or no state dict.
    """
    if not path.is_file():
        raise UnreadableError("missing")
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror or error})") from error
    if _unpacks_to_more(path):
        raise UnreadableError("damaged, it would unpack to many times its size")
    try:
        content = _tensors(path)
    except Exception as error:  # torch raises anything from OSError to IndexError on bytes that are no checkpoint
        raise UnreadableError("damaged, or not a checkpoint of tensors only") from error
    if inside is not None:
        content = content.get(inside) if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping):
        where = f" under {inside!r}" if inside else ""
        raise UnreadableError(f"holds no state dict{where}")
    return {key: value for key, value in content.items() if isinstance(key, str)}


def _tensors(path: Path) -> Any:
    try:
        # Mapped, the check of a file reads its table of contents and leaves hundreds of megabytes on the disk.
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError:  # files of before torch 1.6 cannot be mapped
        return torch.load(path, map_location="cpu", weights_only=True)


def _unpacks_to_more(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            whole = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False  # torch will say so
    return whole > path.stat().st_size * _MOST_TIMES + _MOST_BESIDES
