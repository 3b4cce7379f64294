"""An editor's pixels, taken apart and put together without numpy: each step is one pass in C over the bytes."""

from __future__ import annotations

from typing import Optional

from ..protocol import Buffer, Picture

#: A luminance over one half means damaged.
_OVER_HALF = bytes(255 if value > 127 else 0 for value in range(256))


def mask_of(bgra: bytes, grey: Optional[bytes]) -> bytes:
    """What a painted layer means as a mask, one byte a pixel, 255 = damaged.

    A layer with any transparency means its alpha; an opaque one means what is bright on it.

    Args:
        bgra: its pixels, BGRA, 8 bits.
        grey: the same pixels in grey, GRAYA, 8 bits, if the layer is opaque (``is_opaque``); else None.
    """
    return bgra[3::4] if grey is None else grey[0::2].translate(_OVER_HALF)


def is_opaque(bgra: bytes) -> bool:
    """True if no pixel (BGRA, 8 bits) has any transparency."""
    alpha = bgra[3::4]
    return alpha.count(255) == len(alpha)


def is_empty(mask: bytes) -> bool:
    """True if nothing is damaged, or nothing selected."""
    return mask.count(0) == len(mask)


def with_alpha(picture: Picture, pixels: Buffer) -> "tuple[str, Buffer]":
    """Pixels as editors keep them: ``BGRA`` or ``GRAYA``.

    Args:
        picture: what the bytes mean.
        pixels: its bytes.

    Returns:
        The layout and the bytes; the same bytes if they were so already.
    """
    if picture.layout in ("BGRA", "GRAYA"):
        return picture.layout, pixels
    size = picture.depth // 8
    if picture.layout == "GRAY":
        return "GRAYA", _rearranged(pixels, size, 1, (0, None))
    return "BGRA", _rearranged(pixels, size, len(picture.layout), (2, 1, 0, 3 if picture.layout == "RGBA" else None))


def alpha_alone(picture: Picture, pixels: Buffer) -> bytes:
    """A picture as ``GRAYA``: white, with its alpha.

    Args:
        picture: what the bytes mean.
        pixels: its bytes.
    """
    size, layout = picture.depth // 8, picture.layout
    if not layout.endswith("A"):
        return b"\xff" * (2 * picture.width * picture.height * size)
    count = 2 if layout == "GRAYA" else 4
    return bytes(_rearranged(pixels, size, count, (None, count - 1)))


def _rearranged(pixels: Buffer, size: int, count: int, channels: "tuple[Optional[int], ...]") -> bytearray:
    """Samples of ``size`` bytes, ``count`` a pixel, in another order; None stands for a channel that is full."""
    source = bytes(pixels)
    number = len(source) // (size * count)
    result = bytearray(b"\xff") * (number * size * len(channels))
    for place, channel in enumerate(channels):
        if channel is not None:
            for byte in range(size):
                result[place * size + byte :: size * len(channels)] = source[channel * size + byte :: size * count]
    return result
