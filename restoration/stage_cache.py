"""What earlier runs made, kept for the next one: so many bytes of it, the longest unused dropped first."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class StageCache:
    """Values by key, bounded by the bytes that they hold; what was not used for the longest time goes first.

    What is in here is shared by all who ask for it, so arrays become read-only when they are put in. One thread at a
    time: nothing is locked.

    Args:
        limit_bytes: as much is kept at most; 0 keeps nothing.

    Raises:
        ValueError: the limit is below 0.
    """

    def __init__(self, limit_bytes: int) -> None:
        if limit_bytes < 0:
            raise ValueError(f"a cache cannot hold {limit_bytes} bytes")
        self.limit_bytes = limit_bytes
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._held = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of all that is held, never above the limit."""
        return self._held

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Any | None:
        """The value, which now counts as just used; None if it is not there."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: Hashable, value: Any) -> None:
        """Keeps a value in place of the one that the key had. One that is larger than the limit is not kept.

        Raises:
            TypeError: the value holds something other than arrays, numbers, texts, bytes, None, dataclasses, mappings,
                tuples and lists, of which nobody knows the size.
        """
        self.drop(key)
        size = size_of(value)
        if size > self.limit_bytes:
            return
        while self._held + size > self.limit_bytes:
            self.drop(next(iter(self._values)))
        _freeze(value)
        self._values[key] = value, size
        self._held += size

    def drop(self, key: Hashable) -> None:
        """Forgets a value, if it is there."""
        _, size = self._values.pop(key, (None, 0))
        self._held -= size

    def clear(self) -> None:
        """Forgets everything."""
        self._values.clear()
        self._held = 0


def size_of(value: Any) -> int:
    """Bytes that stay in memory as long as ``value`` does; what is in it twice counts twice.

    Raises:
        TypeError: see ``StageCache.put``.
    """
    if isinstance(value, np.ndarray):
        return _owner(value).nbytes
    if value is None or isinstance(value, (bool, int, float, str, bytes, np.generic)):
        return sys.getsizeof(value)
    return sys.getsizeof(value) + sum(size_of(part) for part in _parts(value))


def _owner(array: np.ndarray) -> np.ndarray:
    """The array that owns the memory: a view keeps all of it, not only the part that it shows."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _parts(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return list(value)
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name) for field in fields(value)]
    raise TypeError(f"nobody knows how many bytes a {type(value).__name__} holds")


def _freeze(value: Any) -> None:
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, (tuple, list, Mapping)) or is_dataclass(value):
        for part in _parts(value):
            _freeze(part)
