"""IPTC captions and keywords, as archives and agencies write them into photographs: one block of records (IIM).

JPEG keeps the block among Photoshop's image resources, TIFF there or in a tag of its own. PNG has no place for it:
ImageMagick and ExifTool keep it as text in hexadecimal digits, and so do we.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

#: Number of the image resource that holds the block.
_RESOURCE = 0x0404
_RESOURCES_BEGIN = b"8BIM"
_RECORDS_BEGIN = b"\x1c"
_JPEG_PREFIX = b"Photoshop 3.0\0"
_PNG_KEYWORD = "Raw profile type "


def raw_profile(texts: Mapping[Any, Any], name: str) -> bytes | None:
    """What a PNG's texts hold under ImageMagick's name for data in hexadecimal digits; None if nothing or nonsense."""
    text = texts.get(_PNG_KEYWORD + name)
    try:
        _, _, _, digits = str(text).split("\n", 3)  # an empty line, the kind, the length
        return bytes.fromhex(digits)
    except ValueError:
        return None


def iptc_of_png(texts: Mapping[Any, Any]) -> bytes | None:
    """The IPTC block in a PNG's texts, or None."""
    data = raw_profile(texts, "iptc")
    return None if data is None else iptc_of(data.removeprefix(_JPEG_PREFIX))


def iptc_of_jpeg(resources: Any) -> bytes | None:
    """The IPTC block of a JPEG file's image resources, as Pillow gives them, or None."""
    data = resources.get(_RESOURCE) if isinstance(resources, dict) else None
    return iptc_of(data) if isinstance(data, bytes) else None


def iptc_of(data: bytes) -> bytes | None:
    """The IPTC block in ``data``, which is one, or Photoshop's image resources; None if there is none."""
    if data.startswith(_RECORDS_BEGIN):
        return _without_padding(data)
    at = 0
    while data.startswith(_RESOURCES_BEGIN, at) and len(data) >= at + 12:
        (number,) = struct.unpack_from(">H", data, at + 4)
        name = data[at + 6] + 1
        at += 6 + name + name % 2
        size = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if number == _RESOURCE:
            block = data[at : at + size]
            return _without_padding(block) if block.startswith(_RECORDS_BEGIN) else None
        at += size + size % 2
    return None


def _without_padding(records: bytes) -> bytes:
    """The records alone: in TIFF files zeros often fill the block up to whole words."""
    at = 0
    while records.startswith(_RECORDS_BEGIN, at) and len(records) >= at + 5:
        size = int.from_bytes(records[at + 3 : at + 5], "big")
        if size >> 15:  # an extended record, of 32 KB or more: its length is elsewhere
            return records
        at += 5 + size
    return records[:at]


def jpeg_segment(iptc: bytes) -> bytes:
    """The segment of a JPEG file (APP13) that holds an IPTC block of at most 65,000 bytes."""
    resource = _RESOURCES_BEGIN + struct.pack(">HHI", _RESOURCE, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    data = _JPEG_PREFIX + resource
    return b"\xff\xed" + struct.pack(">H", len(data) + 2) + data


def png_text(iptc: bytes) -> bytes:
    """The data of a PNG's zTXt chunk that holds an IPTC block."""
    digits = iptc.hex()
    lines = "\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
    text = f"\niptc\n{len(iptc):8d}\n{lines}\n"
    return f"{_PNG_KEYWORD}iptc".encode() + b"\0\0" + zlib.compress(text.encode())
