"""What stages take, by preset, in seconds a megapixel: learnt from job to job, and from one server to the next.

A straight line through nothing: with the bundled networks a stage takes as long for each megapixel of a picture of 6
as of one of 0.1 (measured on two cores: 1.5 to 2.6 s, most of which spread is the machine's), and 1.7 times as long at
0.01, of which nobody waits for the end. A larger picture is reduced for the networks: its pixels do not count.
"""

from __future__ import annotations

import json
import logging
import math
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

from server.connection import read_private_file, write_private_file
from server.protocol import DEVICES, MAX_NAME, ProtocolError

_log = logging.getLogger(__name__)

#: A stage that took less was recalled, not computed; it says nothing about the next one.
_LEAST_S = 0.05
#: The networks see no more of a picture than so many megapixels.
_MOST_MEGAPIXELS = 8.0
#: So many of the last pictures are remembered as having taught something.
_TAUGHT = 256
#: What is slower than that, or quicker than its inverse, is no measurement.
_SLOWEST = 1e5
_MAX_FILE_BYTES = 16 << 10
_FORMAT = 1

#: What these take depends on something that nobody knows before: on how large the holes are.
_UNFORESEEABLE = ("inpainting",)

#: Preset to stage to seconds a megapixel.
Seconds = dict[str, dict[str, float]]


class Pace:
    """The pace of one device.

    Args:
        known: what was learnt before.
    """

    def __init__(self, known: Mapping[str, Mapping[str, float]] | None = None) -> None:
        self._seconds: Seconds = {preset: dict(stages) for preset, stages in (known or {}).items()}
        self._taught: deque[Hashable] = deque(maxlen=_TAUGHT)

    def learn(self, preset: str, stage: str, seconds: float, megapixels: float, subject: Hashable = None) -> None:
        """A stage has ended.

        Args:
            preset, stage: which.
            seconds: that it took.
            megapixels: of the picture.
            subject: names the picture. Only its first run teaches: later ones may take over parts of the results.
        """
        if (
            stage in _UNFORESEEABLE
            or seconds < _LEAST_S
            or (subject is not None and (subject, preset, stage) in self._taught)
        ):
            return
        self._taught.append((subject, preset, stage))
        now = seconds / min(megapixels, _MOST_MEGAPIXELS)
        if 1 / _SLOWEST < now < _SLOWEST:
            stages = self._seconds.setdefault(preset, {})
            stages[stage] = (stages.get(stage, now) + now) / 2

    def expected(self, preset: str, stage: str, megapixels: float) -> float | None:
        """Seconds that a stage will take; None if it never ran."""
        pace = self._seconds.get(preset, {}).get(stage)
        return None if pace is None else pace * min(megapixels, _MOST_MEGAPIXELS)

    def total(self, preset: str, stages: Iterable[str], megapixels: float) -> float | None:
        """Seconds that all these stages will take, the filling of holes aside; None if one of them never ran."""
        each = [self.expected(preset, stage, megapixels) for stage in stages if stage not in _UNFORESEEABLE]
        return None if None in each else math.fsum(one for one in each if one is not None)

    def plain(self) -> Seconds:
        """All of it, as plain data."""
        return {preset: dict(stages) for preset, stages in self._seconds.items()}


class PaceBook:
    """The pace of every device, and which device ``auto`` was: kept in a file.

    Args:
        path: of the file; None keeps nothing. A file that cannot be read, or holds anything else, counts as none.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._seconds: dict[str, Seconds] = {}
        self.auto: str | None = None
        if path is not None:
            self._read(path)

    def of(self, device: str | None) -> Pace:
        """The pace of a device; nothing is known of one that never worked."""
        return Pace(self._seconds.get(device or ""))

    def plain(self) -> dict[str, Seconds]:
        """By device, as plain data."""
        return {device: Pace(seconds).plain() for device, seconds in self._seconds.items()}

    def chose(self, device: str) -> None:
        """A worker that was to choose has chosen this device."""
        if device != self.auto:
            self.auto = device
            self._write()

    def keep(self, device: str, seconds: object) -> None:
        """What a worker told of its pace at the end of a job."""
        checked = _checked(seconds)
        if checked and checked != self._seconds.get(device):
            self._seconds[device] = checked
            self._write()

    def _read(self, path: Path) -> None:
        try:
            fields = json.loads(read_private_file(path, 0o077, _MAX_FILE_BYTES))
            if not isinstance(fields, dict) or fields.get("format") != _FORMAT:
                raise ValueError("not of this format")
            auto, paces = fields.get("auto"), fields.get("pace")
            if not isinstance(paces, dict) or not (auto is None or auto in DEVICES[1:]):
                raise ValueError("not of this format")
            checked = {device: _checked(seconds) for device, seconds in paces.items()}
            if not set(checked) <= set(DEVICES[1:]) or None in checked.values():
                raise ValueError("not of this format")
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError, ProtocolError) as error:
            _log.warning("%s is not used: %s", path, error)
            return
        self.auto = auto
        self._seconds = {device: seconds for device, seconds in checked.items() if seconds is not None}

    def _write(self) -> None:
        if self._path is None:
            return
        content = json.dumps({"format": _FORMAT, "auto": self.auto, "pace": self._seconds}, indent=2)
        try:
            # Not waited for: whoever writes this serves clients, and a file lost with the power is learnt again.
            write_private_file(self._path, content.encode() + b"\n", durable=False)
        except OSError as error:
            _log.warning("%s cannot be written: %s", self._path, error)


def _checked(seconds: object) -> Seconds | None:
    """The pace of one device as it came from elsewhere; None if it is not one."""
    if not isinstance(seconds, dict) or len(seconds) > MAX_NAME:
        return None
    for preset, stages in seconds.items():
        if not _is_name(preset) or not isinstance(stages, dict) or len(stages) > MAX_NAME:
            return None
        if not all(_is_name(stage) and _is_pace(one) for stage, one in stages.items()):
            return None
    return {preset: {stage: float(one) for stage, one in stages.items()} for preset, stages in seconds.items()}


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and value.isprintable()


def _is_pace(value: Any) -> bool:
    # NaN is in no range.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 1 / _SLOWEST < value < _SLOWEST
