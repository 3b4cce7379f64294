"""The messages and their limits: docs/protocol.md as code. Plain data; the standard library and msgpack.

Everything that comes from outside passes ``decode`` and then the reader of its kind (``read_submit`` and so on), which
give checked plain data or raise ``ProtocolError``. Sizes are checked here, before anybody allocates.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Union

import msgpack

#: Version of the protocol.
PROTOCOL = 1

#: Payload bytes of a chunk; every chunk of a picture but the last has exactly so many.
CHUNK_BYTES = 1 << 20
MAX_HEADER_BYTES = 4 << 20
#: libzmq closes the connection of a peer that announces a larger frame, before it allocates.
MAX_FRAME_BYTES = 16 << 20
MAX_ICC_BYTES = 3 << 20
MAX_SIDE = 100_000
MAX_PIXELS = 200_000_000
MAX_NAME = 64
MAX_JOBS_A_CLIENT = 64
MAX_JOBS = 256
MAX_CLIENTS = 64

#: Seconds between two heartbeats of the server, and of silence after which a client takes it for dead.
HEARTBEAT_S = 0.5
SILENCE_S = 2.5

#: Channels of a layout.
LAYOUTS = {"GRAY": 1, "GRAYA": 2, "RGB": 3, "RGBA": 4, "BGRA": 4}
DEVICES = ("auto", "cpu", "cuda", "mps")
#: The inputs of a job: whether each is required.
INPUTS = {"photo": True, "mask": False, "area": False, "hints": False}
#: What those that lie over the photo must be: layouts, and what a sentence asks for.
_OVER_PHOTO = {
    "mask": (("GRAY",), "Send it as GRAY, 8 bits."),
    "area": (("GRAY",), "Send it as GRAY, 8 bits."),
    "hints": (("RGBA", "BGRA"), "Send them as RGBA or BGRA, 8 bits."),
}
HASH_DIGITS = 64

Buffer = Union[bytes, bytearray, memoryview]

#: What a hostile header could make msgpack reserve is bounded by these, not by the numbers that stand in it.
_UNPACK_LIMITS = {
    "max_str_len": 1 << 16,
    "max_bin_len": MAX_ICC_BYTES,
    "max_array_len": 4096,
    "max_map_len": 256,
    "max_ext_len": 0,
}
_MAX_DEPTH = 8


class ProtocolError(Exception):
    """A message that is not as docs/protocol.md says, or an error that the other side has sent.

    Args:
        code: stable, for programs; see docs/protocol.md.
        cause: what is wrong, as a sentence for the user.
        remedy: what to do about it, as a sentence; may be empty.
        details: numbers that belong to it, such as ``needed_bytes``.
    """

    def __init__(self, code: str, cause: str, remedy: str = "", **details: Any) -> None:
        super().__init__(f"{cause} {remedy}".strip())
        self.code, self.cause, self.remedy, self.details = code, cause, remedy, details

    def header(self, job: str | None = None) -> dict[str, Any]:
        """The ``error`` message that says so."""
        return message("error", job=job, code=self.code, cause=self.cause, remedy=self.remedy, **self.details)


@dataclass(frozen=True)
class Picture:
    """What the bytes of a picture mean.

    Attributes:
        layout: one of ``LAYOUTS``; interleaved, rows from the top, no padding.
        depth: bits a channel, 8 or 16 (little-endian).
        width, height: in pixels, at least 1.

    Raises:
        ProtocolError: ``picture``, a value is not as said above or above its limit.
    """

    layout: str
    depth: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if not isinstance(self.layout, str) or self.layout not in LAYOUTS:
            raise ProtocolError(
                "picture", f"There is no layout {_shown(self.layout)}.", f"Known are: {', '.join(LAYOUTS)}."
            )
        if self.depth not in (8, 16) or isinstance(self.depth, bool):
            raise ProtocolError("picture", f"{_shown(self.depth)} is no depth.", "Send 8 or 16 bits a channel.")
        for name, side in (("width", self.width), ("height", self.height)):
            if not _is_int(side) or not 1 <= side <= MAX_SIDE:
                raise ProtocolError(
                    "picture", f"The picture's {name} is {_shown(side)}.", f"It must be from 1 to {MAX_SIDE} pixels."
                )
        if self.width * self.height > MAX_PIXELS:
            raise ProtocolError(
                "picture",
                f"The picture has {self.width * self.height / 1e6:.0f} million pixels.",
                f"The limit is {MAX_PIXELS // 1_000_000} million: scale it down, or work on a part of it.",
            )

    @property
    def bytes(self) -> int:
        """Length of the picture's bytes."""
        return self.width * self.height * LAYOUTS[self.layout] * self.depth // 8

    def fields(self) -> dict[str, Any]:
        """As fields of a header."""
        return {"layout": self.layout, "depth": self.depth, "width": self.width, "height": self.height}


@dataclass(frozen=True)
class Input:
    """A picture that a job works on, by the hash of its bytes."""

    picture: Picture
    hash: str


@dataclass(frozen=True)
class Submit:
    """A checked ``submit``.

    Attributes:
        job: its name in the connection.
        inputs: by name; ``photo`` is among them.
        settings: what the worker's library checks further; all numbers are finite.
        icc: colour profile of the photo.
        device: one of ``DEVICES``.
        preset: the preset's name as it was sent, for the forecast.
        within_alpha, flattened: see docs/protocol.md, ``reply``.
    """

    job: str
    inputs: Mapping[str, Input]
    settings: Mapping[str, Any] = field(default_factory=dict)
    icc: bytes | None = None
    device: str = "auto"
    preset: str = "compact"
    within_alpha: bool = False
    flattened: bool = False

    def header(self) -> dict[str, Any]:
        """The message; ``read_submit`` gives the same back."""
        inputs = {name: {**one.picture.fields(), "hash": one.hash} for name, one in self.inputs.items()}
        reply = {"within_alpha": self.within_alpha, "flattened": self.flattened}
        return message("submit", job=self.job, inputs=inputs, settings=dict(self.settings), icc=self.icc, reply=reply)


def message(kind: str, **fields: Any) -> dict[str, Any]:
    """A header of this version."""
    return {"v": PROTOCOL, "type": kind, **fields}


def encode(header: Mapping[str, Any]) -> bytes:
    """A header as msgpack."""
    return bytes(msgpack.packb(dict(header), use_bin_type=True))


def decode(frame: Buffer) -> dict[str, Any]:
    """A header from its frame: a map with ``type``, of this version, without NaN, infinity or deep nesting.

    Raises:
        ProtocolError: ``too-large``, ``bad-message`` or ``version``.
    """
    if len(frame) > MAX_HEADER_BYTES:
        raise ProtocolError("too-large", f"A header of {len(frame)} bytes came.", f"At most {MAX_HEADER_BYTES} can.")
    try:
        header = msgpack.unpackb(frame, raw=False, strict_map_key=True, **_UNPACK_LIMITS)
    except (ValueError, TypeError, RecursionError, OverflowError, msgpack.UnpackException) as error:
        raise ProtocolError("bad-message", f"A header is not msgpack ({type(error).__name__}).") from error
    if not isinstance(header, dict):
        raise ProtocolError("bad-message", "A header is not a map.")
    _check_plain(header)
    version = header.get("v")
    if version != PROTOCOL or isinstance(version, bool):
        raise ProtocolError(
            "version",
            f"A message of protocol {_shown(version)} came; this side speaks protocol {PROTOCOL}.",
            "Update the older one of the two, and start the server again.",
        )
    read_text(header, "type")
    return header


def request_of(header: Mapping[str, Any]) -> int | str | None:
    """The ``request`` that the answer repeats; None if there is none that can be repeated."""
    request = header.get("request")
    if _is_int(request) or (isinstance(request, str) and len(request) <= MAX_NAME):
        return request
    return None


def read_text(header: Mapping[str, Any], key: str, default: str | None = None) -> str:
    """A text of 1 to 64 printable characters.

    Raises:
        ProtocolError: ``bad-message``, it is something else, or missing without a default.
    """
    value = header.get(key, default)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME or not value.isprintable():
        raise ProtocolError(
            "bad-message", f"The field {key!r} is {_shown(value)}.", f"It must be a text of 1 to {MAX_NAME} characters."
        )
    return value


def read_count(header: Mapping[str, Any], key: str) -> int:
    """A whole number, at least 0 and below 2⁵³.

    Raises:
        ProtocolError: ``bad-message``, it is something else.
    """
    value: Any = header.get(key)
    if not _is_int(value) or not 0 <= value < 1 << 53:
        raise ProtocolError("bad-message", f"The field {key!r} is {_shown(value)}.", "It must be a whole number.")
    return int(value)


def read_map(header: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A map; a missing one, or nil, is empty.

    Raises:
        ProtocolError: ``bad-message``, it is something else.
    """
    value = header.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ProtocolError("bad-message", f"The field {key!r} is {_shown(value)}.", "It must be a map.")
    return value


def read_picture(header: Mapping[str, Any]) -> Picture:
    """The picture that a header describes.

    Raises:
        ProtocolError: ``picture``.
    """
    return Picture(header.get("layout"), header.get("depth"), header.get("width"), header.get("height"))  # type: ignore[arg-type] # it checks


def read_submit(header: Mapping[str, Any]) -> Submit:
    """A checked ``submit``.

    Raises:
        ProtocolError: ``bad-message``, ``picture``, ``mask``, ``area``, ``hints`` or ``settings``.
    """
    given = read_map(header, "inputs")
    inputs = {}
    for name, required in INPUTS.items():
        if given.get(name) is not None:
            inputs[name] = _read_input(name, given[name])
        elif required:
            raise ProtocolError("bad-message", f"The job has no {name}.", f"Send a {name} among its inputs.")
    for name in _OVER_PHOTO:
        _check_size(inputs, name)
    settings, device, preset = read_settings(header)
    icc = header.get("icc")
    if icc is not None and (not isinstance(icc, bytes) or len(icc) > MAX_ICC_BYTES):
        raise ProtocolError("picture", "The colour profile is not bytes, or above 3 MiB.", "Leave it out.")
    reply = read_map(header, "reply")
    return Submit(
        job=read_text(header, "job"),
        inputs=inputs,
        settings=settings,
        icc=icc or None,
        device=device,
        preset=preset,
        within_alpha=_read_flag(reply, "within_alpha"),
        flattened=_read_flag(reply, "flattened"),
    )


def read_settings(header: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
    """The settings, unchecked but for the device, one of ``DEVICES``, and the preset's name, which come with them.

    Raises:
        ProtocolError: ``bad-message`` or ``settings``.
    """
    settings = read_map(header, "settings")
    device, preset = settings.get("device", "auto"), settings.get("preset", "compact")
    if device not in DEVICES:
        raise ProtocolError(
            "settings", f"There is no device {_shown(device)}.", f"Choose one of: {', '.join(DEVICES)}."
        )
    if not isinstance(preset, str):
        raise ProtocolError("settings", f"There is no preset {_shown(preset)}.", "Give the name of a preset.")
    return settings, device, preset


def _read_input(name: str, given: object) -> Input:
    if not isinstance(given, dict):
        raise ProtocolError("bad-message", f"The input {name!r} is {_shown(given)}.", "It must be a map.")
    digits = given.get("hash")
    if not isinstance(digits, str) or len(digits) != HASH_DIGITS or set(digits) - set("0123456789abcdef"):
        raise ProtocolError(
            "bad-message", f"The hash of {name!r} is {_shown(digits)}.", f"It must be {HASH_DIGITS} hexadecimal digits."
        )
    return Input(read_picture(given), digits)


def _check_size(inputs: Mapping[str, Input], name: str) -> None:
    """Refuse a mask, an area, or hints, that do not lie over the photo pixel by pixel."""
    if name not in inputs:
        return
    given, photo = inputs[name].picture, inputs["photo"].picture
    layouts, remedy = _OVER_PHOTO[name]
    what = f"The {name} are" if name == "hints" else f"The {name} is"
    if given.layout not in layouts or given.depth != 8:
        raise ProtocolError(name, f"{what} {given.layout}, {given.depth} bits.", remedy)
    if (given.width, given.height) != (photo.width, photo.height):
        raise ProtocolError(
            name,
            f"{what} {given.width}×{given.height} pixels, the photo {photo.width}×{photo.height}.",
            f"Make the {name} as large as the photo.",
        )


def _read_flag(given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise ProtocolError("bad-message", f"The field {key!r} is {_shown(value)}.", "It must be true or false.")
    return value


def chunks(buffer: Buffer) -> Iterator[tuple[int, memoryview]]:
    """The chunks of a picture's bytes: offset and view, nothing copied."""
    view = memoryview(buffer).cast("B")
    for offset in range(0, len(view), CHUNK_BYTES):
        yield offset, view[offset : offset + CHUNK_BYTES]


def chunk_length(total: int, offset: int) -> int:
    """How long the payload at ``offset`` of a picture of ``total`` bytes must be; 0 if no chunk begins there."""
    if offset % CHUNK_BYTES or offset >= total:
        return 0
    return min(CHUNK_BYTES, total - offset)


def chunk_digest(chunk: Buffer) -> bytes:
    """The 32 bytes that stand for a chunk in the hash of its picture."""
    return hashlib.blake2b(chunk, digest_size=32).digest()


def hash_of_digests(digests: list[bytes]) -> str:
    """The hash of the picture whose chunks have these digests."""
    return hashlib.blake2b(b"".join(digests), digest_size=32).hexdigest()


def hash_of(buffer: Buffer) -> str:
    """The hash of a picture's bytes, on several cores (hashlib lets go of the interpreter for long inputs)."""
    parts = [chunk for _, chunk in chunks(buffer)]
    if len(parts) < 4:  # starting threads would take longer
        return hash_of_digests([chunk_digest(part) for part in parts])
    with ThreadPoolExecutor(max_workers=4) as pool:
        return hash_of_digests(list(pool.map(chunk_digest, parts)))


def limits() -> dict[str, int]:
    """What ``welcome`` tells of the limits."""
    return {
        "chunk_bytes": CHUNK_BYTES,
        "header_bytes": MAX_HEADER_BYTES,
        "frame_bytes": MAX_FRAME_BYTES,
        "icc_bytes": MAX_ICC_BYTES,
        "side": MAX_SIDE,
        "pixels": MAX_PIXELS,
        "jobs_a_client": MAX_JOBS_A_CLIENT,
        "jobs": MAX_JOBS,
        "clients": MAX_CLIENTS,
    }


def _check_plain(value: object, depth: int = 0) -> None:
    """Refuses what no header needs: deep nesting, and numbers that are none."""
    if depth > _MAX_DEPTH:
        raise ProtocolError("bad-message", f"A header is nested deeper than {_MAX_DEPTH} levels.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ProtocolError("settings", f"A header holds the number {value}.", "Send finite numbers only.")
    if isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str):
                raise ProtocolError("bad-message", "A key of a map is no text.")
            _check_plain(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_plain(one, depth + 1)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    """A value from outside as part of a sentence: short, on one line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
