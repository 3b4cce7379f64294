"""One installation at a time."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from installers.errors import InstallError, told

_PATIENCE_S = 5.0


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold the lock while the block runs. It goes with the process, however that ends.

    Yields:
        The descriptor. A child that is given it holds the lock, too: when only the parent is killed, a tool of it that
        still writes is not disturbed.

    Raises:
        InstallError: another installation runs; or there is no permission.
    """
    with told(f"{path} cannot be written"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int) -> None:
    """A tool of an installation that was killed may need a moment to end."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return _lock(descriptor)
        except OSError as error:
            if time.monotonic() > end:
                raise InstallError(
                    "Another installation of this program is running.", "Wait until it has ended, then try again."
                ) from error
        time.sleep(0.1)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
