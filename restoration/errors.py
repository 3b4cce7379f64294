"""The errors a user can meet. Each carries one sentence with the cause and one with the remedy.

Whoever shows an error (command line, server, editor) prints ``str(error)``; the traceback goes to the log.
"""

from __future__ import annotations

from typing import ClassVar


class RestorationError(Exception):
    """Base of every error that is the user's to mend.

    Args:
        cause: what is wrong, as a sentence.
        remedy: what to do about it, as a sentence; may be empty.
    """

    code: ClassVar[str] = "restoration"

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(f"{cause} {remedy}".strip())
        self.cause = cause
        self.remedy = remedy


class PictureError(RestorationError):
    """A picture cannot be read: missing, empty, truncated, of an unknown kind, too large, animated, CMYK."""

    code = "picture"


class MaskError(RestorationError):
    """A mask cannot be used: unreadable, or not of the photo's size."""

    code = "mask"


class HintsError(RestorationError):
    """Colour hints cannot be used: unreadable, without transparency, or not of the photo's size."""

    code = "hints"


class SettingsError(RestorationError):
    """A setting is out of its range or names something unknown."""

    code = "settings"


class WeightsError(RestorationError):
    """Weights are missing, damaged, or not of the network that was asked for."""

    code = "weights"


class TrainingError(RestorationError):
    """A training cannot go on: its gradients are no numbers any more."""

    code = "training"


class DeviceError(RestorationError):
    """The device asked for is not in this machine."""

    code = "device"


class MemoryShortError(RestorationError):
    """Memory ran out, with the smallest tiles too."""

    code = "memory"


class OutputError(RestorationError):
    """A result cannot be written: it exists already, the folder is read-only, the format is unknown."""

    code = "output"


class Cancelled(RestorationError):  # noqa: N818 - a state, not a fault
    """The user cancelled; nothing was lost and nothing was written."""

    code = "cancelled"

    def __init__(self) -> None:
        super().__init__("Cancelled.")
