"""What goes to a worker and what comes back: plain data, that any process can be sent."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from restoration import errors
from restoration.errors import RestorationError

_KINDS = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RestorationError) and kind is not errors.Cancelled
}


@dataclass(frozen=True)
class Failure:
    """Why something went wrong.

    Attributes:
        code: of the error, as ``RestorationError`` has it; ``unexpected`` for a fault of the program.
        cause, remedy: one sentence each; the remedy may be empty.
        trace: the traceback, for the log.
    """

    code: str
    cause: str
    remedy: str = ""
    trace: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What an exception says."""
        trace = "".join(traceback.format_exception(error))
        if isinstance(error, RestorationError):
            return cls(error.code, error.cause, error.remedy, trace)
        if isinstance(error, MemoryError):
            return cls("memory", "There is not enough memory for this picture.", "Close other programs.", trace)
        cause = f"The program failed unexpectedly ({type(error).__name__})."
        return cls("unexpected", cause, "Look into its log.", trace)

    def error(self) -> RestorationError:
        """The error, to be raised here."""
        return _KINDS.get(self.code, RestorationError)(self.cause, self.remedy)


@dataclass(frozen=True)
class Task:
    """One photo to be restored.

    Attributes:
        source: the photo's file.
        part: the file that its result is written to, hidden, in the folder of the result; its suffix says of which
            kind. It gets its name when the record knows of it.
        title: name of the photo, for groups of layers.
        previews: the files of small pictures of before and after, or None for no such.
    """

    source: str
    part: str
    title: str
    previews: tuple[str, str] | None = None


@dataclass(frozen=True)
class Made:
    """What became of a task.

    Attributes:
        failure: why there is no result, or None.
        seconds: that it took.
        width, height: of the photo in pixels; 0 where it could not be read.
        stages: that changed something, in the order of their work.
        faces: that were drawn anew.
        notes: sentences for the user.
        source_bytes, source_modified, source_sha256: of the file that was read; nanoseconds since 1970.
        part: the file of the result; its size and its sum.
        log: what is for the log alone.
    """

    failure: Failure | None = None
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    stages: tuple[str, ...] = ()
    faces: int = 0
    notes: tuple[str, ...] = ()
    source_bytes: int = 0
    source_modified: int = 0
    source_sha256: str = ""
    part: str = ""
    part_sha256: str = ""
    log: tuple[str, ...] = ()
