"""Which networks ran, and how often: seen from outside, by hooks on the real ones."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from torch import nn


@contextlib.contextmanager
def counted(**networks: nn.Module) -> Iterator[Counter[str]]:
    """Counts the calls of each network by the name it is given here, while this lasts."""
    calls: Counter[str] = Counter()

    def watch(name: str, network: nn.Module) -> contextlib.AbstractContextManager:
        return contextlib.closing(_Hook(network.register_forward_pre_hook(lambda *_: calls.update([name]))))

    with contextlib.ExitStack() as stack:
        for name, network in networks.items():
            stack.enter_context(watch(name, network))
        yield calls


class _Hook:
    def __init__(self, handle) -> None:
        self.close = handle.remove
