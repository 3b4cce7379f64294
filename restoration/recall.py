"""The stage cache as one run sees it: what earlier runs made of the same part of the same photo."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from restoration.stage_cache import StageCache

_Value = TypeVar("_Value")


class Recall:
    """Results of stages, under all that they depend on.

    Args:
        cache: where they are kept; None keeps nothing.
        subject: what all of them depend on: the photo, its part, the networks.
    """

    def __init__(self, cache: StageCache | None, subject: Hashable) -> None:
        self._cache, self._subject = cache, subject

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._cache is not None

    def get(self, kind: type[_Value], name: Hashable) -> _Value | None:
        """The result of that name, None if there is none.

        Raises:
            TypeError: there is one, but of another kind: two results share a name.
        """
        value = None if self._cache is None else self._cache.get((self._subject, name))
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name!r} is a {type(value).__name__}, not a {kind.__name__}")
        return value

    def put(self, name: Hashable, value: object) -> None:
        """Keeps a result. Only whole ones: a stage that was cancelled or failed keeps nothing."""
        if self._cache is not None:
            self._cache.put((self._subject, name), value)

    def of(self, kind: type[_Value], name: Hashable, make: Callable[[], _Value]) -> _Value:
        """The result of that name, made now if there is none."""
        value = self.get(kind, name)
        if value is None:
            value = make()
            self.put(name, value)
        return value
