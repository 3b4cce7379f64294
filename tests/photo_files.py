"""Picture files as several programs write them, for tests of reading."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import tifffile
from PIL import ExifTags, Image, ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORIENTATION = int(ExifTags.Base.Orientation)
SIZES = [(1, 1), (3, 1000), (1000, 3)]


def gradient(height: int, width: int, channels: int, dtype: type = np.uint16) -> np.ndarray:
    """Values from 0 to the largest of the type, no two of neighbouring pixels alike where there is room for it."""
    count = height * width * channels
    return np.linspace(0, np.iinfo(dtype).max, count).astype(dtype).reshape(height, width, channels)


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(7).integers(0, np.iinfo(dtype).max + 1, (height, width, channels)).astype(dtype)


def with_cv2(path: Path, pixels: np.ndarray) -> None:
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[pixels.shape[2]]
    assert cv2.imwrite(str(path), pixels[..., order])


def with_imagecodecs(path: Path, pixels: np.ndarray) -> None:
    path.write_bytes(imagecodecs.png_encode(pixels))


def with_tifffile(path: Path, pixels: np.ndarray, **options: object) -> None:
    photometric = options.pop("photometric", "minisblack" if pixels.shape[2] < 3 else "rgb")
    extra = ["unassalpha"] if pixels.shape[2] in (2, 4) else None
    squeezed = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    arguments = {"photometric": photometric, "extrasamples": extra, "metadata": None} | options
    if squeezed.ndim == 3:
        arguments = {"planarconfig": "contig"} | arguments
    tifffile.imwrite(path, squeezed, **arguments)


def with_pillow(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(path)


def png_by_hand(header: tuple[int, ...], rows: list[bytes], *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of the header (width, height, bits, colour type), the rows as they are and other chunks before them."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", *header, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
