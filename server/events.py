"""What a job tells its client: events, and the layers put together from their chunks. Nothing is believed unchecked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

from .protocol import Buffer, Picture, ProtocolError, chunk_length, read_count, read_picture, read_text

#: Layers of one job; far more than there are faces in a photo.
_MAX_LAYERS = 4096
_MAX_OFFSET = 1 << 31
_MAX_SENTENCE = 4096
_MEMORY = ("needed_bytes", "free_bytes")
_UPDATE = "The server and this program do not fit each other: update both."


class JobCancelled(Exception):  # noqa: N818 # it is no error
    """The job was cancelled, as its client asked.

    Args:
        job: its name.
    """

    def __init__(self, job: str) -> None:
        super().__init__(f"The job {job} was cancelled.")
        self.job = job


@dataclass(frozen=True)
class Accepted:
    """The job waits in the queue.

    Attributes:
        position: jobs before it.
        needed_bytes, free_bytes: the memory forecast; None while it is not known.
    """

    position: int
    needed_bytes: int | None
    free_bytes: int | None


@dataclass(frozen=True)
class Progress:
    """How far a stage is.

    Attributes:
        stage: its name.
        fraction: of the stage, 0 to 1.
        seconds_left: of the whole job; None while it is not known.
    """

    stage: str
    fraction: float
    seconds_left: float | None


@dataclass(frozen=True)
class Note:
    """Why a stage did nothing, or less than asked: a sentence for the user."""

    stage: str
    sentence: str


@dataclass(frozen=True, eq=False)
class LayerMade:
    """A layer is complete.

    Attributes:
        number: names it in ``Done.order``.
        name, role: as ``restoration.layers`` has them.
        picture: what its bytes mean.
        x, y: where its left upper corner lies in the photo, in pixels; may be negative.
        blend_mode: ``normal`` or ``color``.
        opacity: 0 to 1.
        visible: whether it is shown at first.
        note: a sentence for the user; may be empty.
        pixels: ``picture.bytes`` bytes, the caller's to keep.
        group: name of the group, within that of all layers, in which it lies; empty for none.
    """

    number: int
    name: str
    role: str
    picture: Picture
    x: int
    y: int
    blend_mode: str
    opacity: float
    visible: bool
    note: str
    pixels: bytearray
    group: str = ""


@dataclass(frozen=True)
class Done:
    """The job has ended well.

    Attributes:
        order: numbers of the layers in the order in which they lie, the lowest first.
        seconds: that it took.
    """

    order: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """What a job would need. None is what is not known.

    Attributes:
        needed_bytes, free_bytes: of memory.
        seconds: that a run takes in which nothing is known from earlier ones.
        device: where it would run: ``cpu``, ``cuda`` or ``mps``.
        fits: whether a job would be accepted with this memory.
    """

    needed_bytes: int | None
    free_bytes: int | None
    seconds: float | None
    device: str | None
    fits: bool | None


Event = Union[Accepted, Progress, Note, LayerMade, Done]  # evaluated: Python 3.9 has no | for classes


class Assembler:
    """Makes a job's events of its messages."""

    def __init__(self) -> None:
        self._open: dict[int, _Growing] = {}
        self._complete: set[int] = set()

    def event(self, header: Mapping[str, Any], payload: Buffer | None) -> Event | None:
        """The event that a message brings; None if it brings none by itself, or is of a type that is not known.

        Raises:
            ProtocolError: ``bad-message``, ``picture`` or ``frame-size``: the server does not keep to the protocol.
        """
        kind = header["type"]
        if kind == "accepted":
            needed, free = (None if header.get(key) is None else read_count(header, key) for key in _MEMORY)
            return Accepted(read_count(header, "position"), needed, free)
        if kind == "progress":
            left = None if header.get("seconds_left") is None else _read_number(header, "seconds_left")
            return Progress(read_text(header, "stage"), _read_number(header, "fraction", 1.0), left)
        if kind == "note":
            return Note(_read_sentence(header, "stage"), _read_sentence(header, "sentence"))
        if kind == "layer":
            self._begin(_Growing(header))
        elif kind == "pixels":
            return self._add(header, payload)
        elif kind == "done":
            return self._done(header)
        return None

    def _begin(self, layer: _Growing) -> None:
        known = {*self._open, *self._complete}
        if layer.number in known or len(known) >= _MAX_LAYERS:
            raise _bad(f"The layer {layer.number} came twice, or is one too many.")
        self._open[layer.number] = layer

    def _add(self, header: Mapping[str, Any], payload: Buffer | None) -> LayerMade | None:
        number, offset = read_count(header, "layer"), read_count(header, "offset")
        layer = self._open.get(number)
        if layer is None or payload is None:
            raise _bad(f"Pixels of the layer {number} came, which is not awaited.")
        if not layer.add(offset, payload):
            return None
        del self._open[number]
        self._complete.add(number)
        return layer.made()

    def _done(self, header: Mapping[str, Any]) -> Done:
        order = header.get("order")
        if self._open or not isinstance(order, list) or not all(isinstance(number, int) for number in order):
            raise _bad("The job ended before its layers were complete, or without their order.")
        if not self._complete.issuperset(order) or len(set(order)) != len(order):
            raise _bad("The order of the layers names one that never came, or one twice.")
        return Done(tuple(order), _read_number(header, "seconds"))


class _Growing:
    """A layer that is on its way. Its bytes get memory when the first of them come, not when they are announced."""

    def __init__(self, header: Mapping[str, Any]) -> None:
        if not isinstance(header.get("visible"), bool):
            raise _bad("A layer does not say whether it is visible.")
        self.number, self._picture = read_count(header, "layer"), read_picture(header)
        self._about: dict[str, Any] = {key: read_text(header, key) for key in ("name", "role", "blend_mode")}
        self._about.update(
            x=_read_offset(header, "x"),
            y=_read_offset(header, "y"),
            opacity=_read_number(header, "opacity", 1.0),
            visible=header["visible"],
            note=_read_sentence(header, "note"),
            group=read_text(header, "group") if header.get("group") else "",
        )
        self._pixels, self._received = bytearray(), 0

    def add(self, offset: int, payload: Buffer) -> bool:
        """Take the next chunk; True if it was the last."""
        total = self._picture.bytes
        wanted = chunk_length(total, self._received)
        if offset != self._received or len(payload) != wanted:
            raise ProtocolError(
                "frame-size",
                f"The server sent {len(payload)} bytes at {offset}, not {wanted} at {self._received}.",
                _UPDATE,
            )
        # Grown chunk by chunk: all at once, zeroing 100 MB would keep an editor's other threads waiting for 80 ms.
        self._pixels += payload
        self._received += wanted
        return self._received == total

    def made(self) -> LayerMade:
        return LayerMade(number=self.number, picture=self._picture, pixels=self._pixels, **self._about)


def forecast_of(header: Mapping[str, Any]) -> Forecast:
    """The forecast that a ``forecast`` message brings.

    Raises:
        ProtocolError: ``bad-message``, the server does not keep to the protocol.
    """
    needed, free = (None if header.get(key) is None else read_count(header, key) for key in _MEMORY)
    fits = header.get("fits")
    if fits is not None and not isinstance(fits, bool):
        raise _bad("The field 'fits' is neither true nor false.")
    return Forecast(
        needed,
        free,
        None if header.get("seconds") is None else _read_number(header, "seconds"),
        None if header.get("device") is None else read_text(header, "device"),
        fits,
    )


def error_of(header: Mapping[str, Any]) -> ProtocolError:
    """The error that an ``error`` message tells of."""
    code, cause, remedy = (
        value if isinstance(value, str) else "" for value in map(header.get, ("code", "cause", "remedy"))
    )
    details = {key: header[key] for key in _MEMORY if isinstance(header.get(key), int)}
    return ProtocolError(code or "unexpected", cause or "The server gave no reason.", remedy, **details)


def _read_number(header: Mapping[str, Any], key: str, highest: float = math.inf) -> float:
    value = header.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= highest:
        raise _bad(f"The field {key!r} is no number in its range.")
    return float(value)


def _read_offset(header: Mapping[str, Any], key: str) -> int:
    value = header.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_OFFSET:
        raise _bad(f"The field {key!r} is no whole number in its range.")
    return value


def _read_sentence(header: Mapping[str, Any], key: str) -> str:
    value = header.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MAX_SENTENCE:
        raise _bad(f"The field {key!r} is no sentence.")
    return value


def _bad(cause: str) -> ProtocolError:
    return ProtocolError("bad-message", cause, _UPDATE)
