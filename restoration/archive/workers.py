"""What a worker is to those who give it work."""

from __future__ import annotations

from typing import Protocol

from restoration.archive.tasks import Made, Task


class WorkerLost(Exception):  # noqa: N818 - what happened to it, not a fault of the user's
    """The worker ended while it was needed: killed, out of memory, or its machine is gone."""


class Worker(Protocol):
    """Does one task after the other; for one thread, but ``stop``."""

    def start(self) -> None:
        """Make it ready: networks are loaded. Also after it was lost.

        Raises:
            RestorationError: no photo can be restored.
            WorkerLost: it ended before it was ready.
        """
        ...

    def do(self, task: Task) -> Made:
        """Restore one photo.

        Raises:
            WorkerLost: nothing is known of the photo.
        """
        ...

    def close(self) -> None:
        """End it, when its work is done."""
        ...

    def stop(self) -> None:
        """End it at once, whatever it does; for any thread. ``start`` and ``do`` raise then, if they run."""
        ...
