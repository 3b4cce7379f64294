"""Small pictures of layers that may be very large, quickly and without numpy."""

from __future__ import annotations

from dataclasses import dataclass

from ..protocol import Buffer, Picture

#: Where the channels stand in each layout: blue, green, red, alpha; None means opaque.
_CHANNELS = {
    "GRAY": (0, 0, 0, None),
    "GRAYA": (0, 0, 0, 1),
    "RGB": (2, 1, 0, None),
    "RGBA": (2, 1, 0, 3),
    "BGRA": (0, 1, 2, 3),
}
_COUNT = {"GRAY": 1, "GRAYA": 2, "RGB": 3, "RGBA": 4, "BGRA": 4}


@dataclass(frozen=True)
class Thumbnail:
    """A small picture: ``pixels`` are BGRA, 8 bits, row by row from the top, alpha not premultiplied."""

    width: int
    height: int
    pixels: bytes


def thumbnail(picture: Picture, pixels: Buffer, side: int) -> Thumbnail:
    """A picture so small that its longer side is ``side`` pixels at most, of every n-th pixel of every n-th row.

    Args:
        picture: what the bytes mean.
        pixels: its bytes.
        side: at least 1.
    """
    count, size = _COUNT[picture.layout], picture.depth // 8
    every = max(1, -(-max(picture.width, picture.height) // side))
    columns, rows = -(-picture.width // every), -(-picture.height // every)
    stride, step = picture.width * count * size, every * count * size
    small = bytearray(b"\xff") * (columns * rows * 4)
    whole = memoryview(pixels).cast("B")
    for row in range(rows):
        line = bytes(whole[row * every * stride : (row * every + 1) * stride])
        place = row * columns * 4
        for channel, source in enumerate(_CHANNELS[picture.layout]):
            if source is not None:
                # The last byte of a sample is its most significant one.
                small[place + channel : place + columns * 4 : 4] = line[source * size + size - 1 :: step]
    return Thumbnail(columns, rows, bytes(small))
