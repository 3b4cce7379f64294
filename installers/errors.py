"""What can go wrong while a plug-in is installed or removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from restoration.errors import OutputError, RestorationError


class InstallError(RestorationError):
    """A plug-in cannot be installed or removed: no editor, no permission, no space, something else is in its place."""

    code = "install"


class WheelError(InstallError):
    """A package that the plug-in would bring along cannot be had, or is not as it must be."""

    code = "wheel"


#: What to do where there is no permission.
DENIED = "Close the editor if it runs, and see that the folder is yours to write."


@contextmanager
def told(what: str, denied: str = DENIED) -> Iterator[None]:
    """Turn what the system, or a file that is written, refuses in the block into a sentence.

    Args:
        what: cannot be done then, such as ``"/a/b cannot be written"``.
        denied: the remedy where there is no permission.

    Raises:
        InstallError: instead of ``OSError`` and ``OutputError``.
    """
    try:
        yield
    except PermissionError as error:
        raise InstallError(f"{what}: {error.strerror or error}.", denied) from error
    except OSError as error:
        raise InstallError(f"{what}: {error.strerror or error}.", "Mend that, then try again.") from error
    except OutputError as error:
        raise InstallError(f"{what}: {error.cause}", "Mend that, then try again.") from error
