"""Stopping in the middle of a network: between two of its layers, not only between two tiles."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from torch.nn.modules.module import register_module_forward_pre_hook

from restoration.errors import Cancelled


@contextlib.contextmanager
def interruptible(stop: Callable[[], bool]) -> Iterator[None]:
    """While this lasts, every module of every network asks ``stop`` before it runs.

    A tile takes seconds on a CPU, a convolution in it tens of milliseconds: this is what makes a cancel quick.

    Args:
        stop: asked often, in the thread that computes; True ends the work.

    Raises:
        Cancelled: ``stop`` said so.
    """

    def ask(*_: object) -> None:
        if stop():
            raise Cancelled

    hook = register_module_forward_pre_hook(ask)
    try:
        yield
    finally:
        hook.remove()
